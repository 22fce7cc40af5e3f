import assert from 'node:assert/strict';
import { readUtf8 } from '../../drivers/read-utf8.js';

const GBK = Buffer.from('bfc9c0d6', 'hex'); // 可乐
const lines = (...parts: (string | Uint8Array)[]) => Buffer.concat(parts.map((part) => Buffer.from(part)));
const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();

const CASES: readonly [name: string, bytes: Uint8Array, expected: ReturnType<typeof readUtf8>][] = [
  ['nothing', lines(), { text: '' }],
  ['text', lines('可乐, Đà Nẵng 🥤\n'), { text: '可乐, Đà Nẵng 🥤\n' }],
  ['text with a mark', lines('\ufeff可乐'), { text: '可乐' }],
  ['GBK', lines('a\nb,', GBK, '\n'), { problem: 'looks like GBK; save it as UTF-8', line: 2 }],
  ['GBK in the last line', lines('a\r\nb\r\n', GBK), { problem: 'looks like GBK; save it as UTF-8', line: 3 }],
  ['Latin 1', lines('Caf\n', Buffer.from('é', 'latin1'), '\n'), { problem: 'is not UTF-8; save it as that', line: 2 }],
  [
    'Latin 1 that GBK can read',
    lines(Buffer.from('Crème brûlée', 'latin1')),
    { problem: 'is not UTF-8; save it as that', line: 1 },
  ],
  ['a character cut off', lines('a', Uint8Array.of(0xe5, 0x8f)), { problem: 'is not UTF-8; save it as that', line: 1 }],
  ['half a pair', lines(Uint8Array.of(0xed, 0xa0, 0xbd)), { problem: 'is not UTF-8; save it as that', line: 1 }],
  ['UTF-16 with a mark', Buffer.from('\ufeff可乐', 'utf16le'), { problem: 'is UTF-16; save it as UTF-8' }],
  ['UTF-16, big end first', swapped('\ufeff可乐'), { problem: 'is UTF-16; save it as UTF-8' }],
  ['UTF-16 without a mark', Buffer.from('slot,name', 'utf16le'), { problem: 'is UTF-16; save it as UTF-8' }],
  ['UTF-16 without a mark, big end first', swapped('slot,可乐'), { problem: 'is UTF-16; save it as UTF-8' }],
];

describe('text of other programs', () => {
  for (const [name, bytes, expected] of CASES) {
    it(`reads ${name} as it is, or says what it is`, () => assert.deepEqual(readUtf8(bytes), expected));
  }
});
