import path from 'node:path';
import { createMarkFiles, type MarkFiles } from '../../drivers/linux/mark-files.js';
import type { Config } from '../config/config.js';

/** The marks of the known card: one in the data directory, which outlives the journal, and one that outlives the directory. */
export function storageMarks({
  dataDir,
  cardMarkFile,
}: Pick<Config['storage'], 'dataDir' | 'cardMarkFile'>): MarkFiles {
  const directory = path.resolve(dataDir);
  return createMarkFiles([path.join(directory, 'card-mark'), cardMarkFile ?? `${directory}.card-mark`]);
}
