import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.js';

/** A change of the program's text: every place of `find` becomes `put`. */
export interface Patch {
  readonly find: RegExp;
  readonly put: string;
}

const PROGRAM = '/opt/tillbox/program/tillbox.js';

/**
 * The same root with a program that is broken on purpose.
 * @throws where the text is not there any more: then the patch breaks nothing, and has to follow the program.
 */
export async function patchedRoot(root: string, patches: readonly Patch[], folder: string): Promise<string> {
  const image = join(folder, 'broken.image');
  const program = join(folder, 'broken.js');
  const commands = join(folder, 'commands');
  await runProgram(['debugfs', '-R', `dump ${PROGRAM} ${program}`, root]);
  let text = readFileSync(program, 'utf8');
  for (const { find, put } of patches) {
    const broken = text.replaceAll(find, put);
    if (broken === text) throw new Error(`the program has no ${find}: the canary has to follow it`);
    text = broken;
  }
  writeFileSync(program, text);
  copyFileSync(root, image);
  /* What was compiled before belongs to the text as it was. */
  writeFileSync(commands, `rm ${PROGRAM}\nrm ${PROGRAM}.cache\nwrite ${program} ${PROGRAM}\n`);
  await runProgram(['debugfs', '-w', '-f', commands, image]);
  rmSync(program);
  return image;
}
