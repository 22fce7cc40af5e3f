import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFiles } from '../../../drivers/linux/config-files.js';

describe('files that the configuration names', () => {
  let directory = '';
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillbox-files-'));
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  const cases: readonly (readonly [name: string, bytes: Uint8Array, expected: string | RegExp])[] = [
    ['UTF-8', Buffer.from('\ufeff可乐\n'), '可乐\n'],
    ['GBK', Buffer.from('410a420abfc9c0d60a', 'hex'), /^.*\/f, line 3, looks like GBK; save it as UTF-8$/],
    ['UTF-16', Buffer.from('\ufeffslot,name', 'utf16le'), /^.*\/f is UTF-16; save it as UTF-8$/],
    ['bytes', Uint8Array.of(0x41, 0x0a, 0xff), /^.*\/f, line 2, is not UTF-8/],
  ];
  for (const [name, bytes, expected] of cases) {
    it(`reads ${name} strictly`, () => {
      const path = join(directory, 'f');
      writeFileSync(path, bytes);
      if (typeof expected === 'string') assert.equal(configFiles.read(path), expected);
      else assert.throws(() => configFiles.read(path), { message: expected });
    });
  }
});
