import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

const largestBytes = 1_048_576;

/** Reads the small text files that the configuration names; throws an Error that says why one cannot be read. */
export const configFiles = { read };

function read(path: string): string {
  const descriptor = open(path);
  try {
    const { size } = fstatSync(descriptor);
    if (size > largestBytes) throw new Error(`${path} is larger than 1 MiB`);
    const bytes = Buffer.alloc(largestBytes + 1);
    let length = 0;
    for (;;) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, null);
      if (count === 0) break;
      length += count;
      if (length > largestBytes) throw new Error(`${path} is larger than 1 MiB`);
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(descriptor);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new Error(`${path}: ${reasonOf(error)}`);
  }
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EACCES' || code === 'EPERM') return 'no permission';
  return typeof code === 'string' ? code : 'cannot be opened';
}
