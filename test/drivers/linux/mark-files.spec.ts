import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createMarkFiles } from '../../../drivers/linux/mark-files.js';

describe('mark files', () => {
  let home: string;
  const at = (name: string): string => path.join(home, name);

  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-marks-'));
  });
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  it('are read where they are, written in every place, and taken away', () => {
    const marks = createMarkFiles([at('one'), at('two')]);
    assert.deepEqual(marks.read(), []);
    assert.deepEqual(marks.write('abc\nwhy\n'), []);
    assert.deepEqual(marks.read(), ['abc\nwhy\n', 'abc\nwhy\n']);
    fs.rmSync(at('one'));
    assert.deepEqual(marks.read(), ['abc\nwhy\n']);
    assert.deepEqual([marks.remove(), marks.read(), fs.readdirSync(home)], [[], [], []]);
  });

  it('name the place that cannot be written, and write the others', () => {
    const marks = createMarkFiles([at('not-there/one'), at('two')]);
    const [problem = '', ...others] = marks.write('abc\n');
    assert.match(problem, /not-there\/one: ENOENT/);
    assert.deepEqual([others, marks.read(), fs.readdirSync(home)], [[], ['abc\n'], ['two']]);
  });

  it('count as empty, not as missing, where they cannot be read or are no marks', () => {
    fs.mkdirSync(at('one'));
    fs.writeFileSync(at('two'), 'x'.repeat(5000));
    assert.deepEqual(createMarkFiles([at('one'), at('two'), at('three')]).read(), ['', '']);
  });
});
