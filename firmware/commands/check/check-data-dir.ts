import type { FlashHost, FlashVolume, HostError, Random } from '../../../drivers/host.js';
import { type CheckRow, checkRow } from './check-row.js';

const ITEM = 'data directory';

/** A file of its own, so that the journal is never touched. */
const VOLUME = 'self-test';
const SIZE_BYTES = 4096;

export interface DataDirParts {
  readonly flash: FlashHost;
  readonly random: Random;
  readonly dataDir: string;
}

/** Locks the directory, writes to it, and reads that back from the medium. */
export function checkDataDir({ flash, random, dataDir }: DataDirParts): Promise<CheckRow> {
  return new Promise((resolve) => {
    flash.open({ name: VOLUME, sizeBytes: SIZE_BYTES, create: true }, (error, volume) => {
      if (volume === undefined) return resolve(refused(error, dataDir));
      tryVolume(volume, random.bytes(SIZE_BYTES), (row) => {
        volume.close();
        resolve(row);
      });
    });
  });

  function tryVolume(volume: FlashVolume, bytes: Uint8Array, done: (row: CheckRow) => void): void {
    volume.write(0, bytes, (writeError) => {
      if (writeError !== undefined) return done(refused(writeError, dataDir));
      volume.sync((syncError) => {
        if (syncError !== undefined) return done(refused(syncError, dataDir));
        volume.readBack(0, SIZE_BYTES, (readError, found) => {
          if (readError?.code === 'unsupported') {
            return done(
              checkRow.pass(ITEM, `${dataDir} is there, free and writable; it cannot be read past the cache`),
            );
          }
          if (found === undefined) return done(refused(readError, dataDir));
          if (Buffer.compare(found, bytes) === 0) {
            return done(checkRow.pass(ITEM, `${dataDir} is there, free and writable, and holds what was written`));
          }
          done(checkRow.fail(ITEM, `the card accepts what is written to ${dataDir} and forgets it`, NEW_CARD));
        });
      });
    });
  }
}

export const NEW_CARD = 'export the queue (tillbox queue export), then use a new card';

function refused(error: HostError | undefined, dataDir: string): CheckRow {
  const why = error?.message ?? 'no answer';
  switch (error?.code) {
    case 'absent':
      return checkRow.fail(ITEM, `${dataDir} is not there: ${why}`, 'put the card in and mount it, or set DATA_DIR');
    case 'busy':
      return checkRow.fail(ITEM, why, 'stop the other terminal, or set another DATA_DIR');
    case 'denied':
      return checkRow.fail(ITEM, why, `let this user read and write ${dataDir}`);
    case 'full':
      return checkRow.fail(ITEM, why, 'make room: the journal has its own, but nothing else can be written');
    case 'readOnly':
      return checkRow.fail(
        ITEM,
        why,
        `mount it writable; a card that turns read-only by itself is worn out. ${NEW_CARD}`,
      );
    default:
      return checkRow.fail(ITEM, why, NEW_CARD);
  }
}
