import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

/**
 * `describe` for tests that need a program. Where the search path has none, the tests are left out and standard error says
 * so. With CI in the environment they run all the same, and fail.
 */
export function describeWith(program: string, title: string, register: () => void): void {
  if (isThere(program) || process.env.CI !== undefined) describe(title, register);
  else console.error(`Not tested: ${title}. It needs the program ${program}.`);
}

function isThere(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
