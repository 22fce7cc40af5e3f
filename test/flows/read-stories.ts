import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/* The compiled file is in `dist/test/flows`. */
const FOLDER = fileURLToPath(new URL('../../../test/traces/', import.meta.url));

export interface Story {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** The stories of `test/traces`. */
export function readStories(): Story[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .sort()
    .map((name) => ({ name, path: `${FOLDER}${name}`, text: readFileSync(`${FOLDER}${name}`, 'utf8') }));
}
