import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The checkout; the compiled file is in `dist/test/docs`. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface DocsFile {
  /** From the checkout's root. */
  readonly path: string;
  readonly text: string;
}

/** The documents people read. */
export function readDocsFiles(): DocsFile[] {
  const paths = [
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'test/README.md',
    'test/traces/README.md',
    ...[...listed('docs'), ...listed('.github')].filter((path) => path.endsWith('.md')),
  ];
  return paths.map((path) => ({ path, text: readFileSync(`${ROOT}${path}`, 'utf8') }));
}

function listed(folder: string): string[] {
  return readdirSync(`${ROOT}${folder}`, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => `${folder}/${name}`);
}
