import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { readUtf8 } from '../read-utf8.js';
import { fileTrouble } from './file-trouble.js';

const largestBytes = 1_048_576;
/** Most are smaller. The size that the system reports is no limit: a pipe has none. */
const chunkBytes = 8_192;

/** Reads the small text files that the configuration names; throws an Error with the reason where one cannot be read. */
export const configFiles = { read };

function read(path: string): string {
  try {
    return readSmall(path);
  } catch (error) {
    throw new Error(fileTrouble(error, path));
  }
}

function readSmall(path: string): string {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size > largestBytes) throw new Error(`${path} is larger than 1 MiB`);
    const chunks: Buffer[] = [];
    for (let length = 0; ; ) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const count = readSync(descriptor, chunk);
      if (count === 0) break;
      length += count;
      if (length > largestBytes) throw new Error(`${path} is larger than 1 MiB`);
      chunks.push(chunk.subarray(0, count));
    }
    const reading = readUtf8(Buffer.concat(chunks));
    if ('text' in reading) return reading.text;
    throw new Error(`${path}${reading.line === undefined ? '' : `, line ${reading.line},`} ${reading.problem}`);
  } finally {
    closeSync(descriptor);
  }
}
