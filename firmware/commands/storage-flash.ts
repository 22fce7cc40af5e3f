import path from 'node:path';
import type { FlashHost } from '../../drivers/host.js';
import { createLinuxFlash, type LinuxFlashOptions } from '../../drivers/linux/flash.js';
import { createMarkFiles, type MarkFiles } from '../../drivers/linux/mark-files.js';
import type { Config } from '../config/config.js';
import { journalPartitions } from '../journal/open-book.js';

/** Where the durable data are. */
export type Storage = Pick<Config['storage'], 'dataDir' | 'dataDirMounted' | 'journalPartitions' | 'cardMarkFile'>;

/** The volumes of the data directory; where partitions are configured, the journal is on them. */
export function storageFlash(storage: Storage, access: NonNullable<LinuxFlashOptions['access']>): FlashHost {
  const { dataDir, dataDirMounted } = storage;
  return createLinuxFlash({
    dataDir,
    dataDirMounted,
    partitions: journalPartitions(storage.journalPartitions),
    access,
  });
}

/** Where the known card is marked: in the data directory, apart from the journal, and beside it. */
export function storageMarks({ dataDir, cardMarkFile }: Storage): MarkFiles {
  const directory = path.resolve(dataDir);
  return createMarkFiles([path.join(directory, 'card-mark'), cardMarkFile ?? `${directory}.card-mark`]);
}
