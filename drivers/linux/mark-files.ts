import fs from 'node:fs';
import path from 'node:path';

/** Small text files, the same text in each, in places that are not lost together. Synchronous: they are read at a start. */
export interface MarkFiles {
  /** The texts of the existing files. One that cannot be read counts as empty. */
  read(): readonly string[];
  /** Makes the text durable in each place. Returns the reasons where that failed, a line for each place. */
  write(text: string): readonly string[];
  /** Removes the files; returns the same as `write`. */
  remove(): readonly string[];
}

/** A longer file is not a mark. */
const LIMIT_BYTES = 4096;

export function createMarkFiles(paths: readonly string[]): MarkFiles {
  const each = (act: (file: string) => void): readonly string[] =>
    paths.flatMap((file) => {
      try {
        act(file);
        return [];
      } catch (error) {
        return [`${file}: ${error instanceof Error ? error.message : 'cannot be written'}`];
      }
    });
  return {
    read: () => paths.flatMap((file) => readMark(file) ?? []),
    write: (text) => each((file) => writeMark(file, text)),
    remove: () => each((file) => fs.rmSync(file, { force: true })),
  };
}

function readMark(file: string): string | undefined {
  try {
    if (fs.statSync(file).size > LIMIT_BYTES) return '';
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : '';
  }
}

/** Whole or not at all, also in a power cut: a truncated mark would make a known card look unknown. */
function writeMark(file: string, text: string): void {
  const unfinished = `${file}.new`;
  try {
    fs.writeFileSync(unfinished, text, { mode: 0o644, flush: true });
    fs.renameSync(unfinished, file);
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw error;
  }
  const directory = fs.openSync(path.dirname(file), 'r');
  try {
    fs.fsyncSync(directory);
  } finally {
    fs.closeSync(directory);
  }
}
