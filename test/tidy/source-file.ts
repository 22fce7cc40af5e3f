/** A TypeScript source as text, and what its text says about other modules. */
export interface SourceFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

export interface Import {
  /** The target from the root of the repository, or the bare name of a package or `node:` module. */
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORTS =
  /\b(?:import|export)\s+(type\s)?[^'";]*?\bfrom\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'|\b(?:module:|new URL\()\s*'(\.[^']+)'/g;

/**
 * Static, dynamic and re-exporting imports, the `module: './x.js'` rows from which the CLI loads its commands, and the
 * `new URL('./x.js', …)` by which workers are started.
 */
export function importsOf(file: SourceFile): Import[] {
  const imports: Import[] = [];
  for (const [, type, from, bare, row] of withoutComments(file.text).matchAll(IMPORTS)) {
    const name = from ?? bare ?? row ?? '';
    imports.push({ target: resolve(file.path, name), typeOnly: type !== undefined });
  }
  return imports;
}

function resolve(path: string, name: string): string {
  if (!name.startsWith('.')) return name;
  const parts = path.split('/').slice(0, -1);
  for (const part of name.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/').replace(/\.js$/, '.ts');
}

/** The folder of the house in which a file is. */
export function folderOf(path: string): string {
  return path.split('/')[0] ?? '';
}

const TOKENS = /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g;

const blank = (text: string): string => text.replace(/[^\n]/g, ' ');

/** Comments blanked, lines kept. */
export function withoutComments(text: string): string {
  return text.replace(TOKENS, (token) => (token.startsWith('/') ? blank(token) : token));
}

/** Comments and the contents of strings blanked, lines kept: what is left is code. Templates keep their `${…}` parts. */
export function codeOf(text: string): string {
  return text.replace(TOKENS, (token) => {
    if (token.startsWith('/')) return blank(token);
    if (!token.startsWith('`')) return `'${blank(token.slice(1, -1))}'`;
    const inner = token.slice(1, -1);
    const code = inner.replace(/(\$\{[^}]*\})|[^\n]/g, (_, part: string | undefined) => part ?? ' ');
    return `\`${code}\``;
  });
}

/** The lines on which a comment begins that has a pattern, counted from 1. */
export function commentLinesWith(file: SourceFile, pattern: RegExp): number[] {
  return tokenLines(file, (token) => token.startsWith('/') && pattern.test(token));
}

/** The lines on which a string or template begins that has a pattern, counted from 1. */
export function stringLinesWith(file: SourceFile, pattern: RegExp): number[] {
  return tokenLines(file, (token) => !token.startsWith('/') && pattern.test(token));
}

function tokenLines({ text }: SourceFile, wanted: (token: string) => boolean): number[] {
  return [...text.matchAll(TOKENS)]
    .filter(([token]) => wanted(token))
    .map(({ index }) => text.slice(0, index).split('\n').length);
}

/** The lines of code on which a pattern stands, counted from 1. */
export function linesWith(file: SourceFile, pattern: RegExp): number[] {
  const lines = codeOf(file.text).split('\n');
  return lines.flatMap((line, index) => (pattern.test(line) ? [index + 1] : []));
}
