import type { FlashHost } from '../../drivers/host.js';
import { createLinuxFlash, type LinuxFlashOptions } from '../../drivers/linux/flash.js';
import type { Config } from '../config/config.js';
import { journalPartitions } from '../journal/open-book.js';

/** Where the durable data are. */
export type Storage = Pick<Config['storage'], 'dataDir' | 'dataDirMounted' | 'journalPartitions' | 'cardMarkFile'>;

/** The volumes of the data directory, with the partitions that stand in for the journal. */
export function storageFlash(storage: Storage, access: NonNullable<LinuxFlashOptions['access']>): FlashHost {
  const { dataDir, dataDirMounted } = storage;
  return createLinuxFlash({
    dataDir,
    dataDirMounted,
    partitions: journalPartitions(storage.journalPartitions),
    access,
  });
}
