import { openReversals } from '../../../flows/book.js';
import { cutOffReversal } from '../../../flows/cut-off-reversal.js';
import { FAULTS } from '../../../flows/faults.js';
import type { Config } from '../../config/config.js';
import { type CardMarks, judgeCard } from '../../journal/card-marks.js';
import { BOOK_SEGMENT_BYTES } from '../../journal/open-book.js';
import type { BookReading } from '../../journal/read-card.js';
import { NEW_CARD } from './check-data-dir.js';
import { type CheckRow, checkRow } from './check-row.js';

const ITEM = 'journal';

/**
 * Whether the journal could be opened or made, from what was read of it without changing anything.
 * @param roomBytes that may still be written to the data directory; undefined where unknown.
 */
export function checkJournal(
  { db, troubles, missing, swapped, blank, found, sequence, storeId }: BookReading,
  { dataDir, journalPartitions }: Pick<Config['storage'], 'dataDir' | 'journalPartitions'>,
  roomBytes?: number,
  marks: Pick<CardMarks, 'read'> = { read: () => [] },
): CheckRow {
  if (missing.length > 0 && journalPartitions !== undefined) {
    return checkRow.fail(ITEM, troubles.join('; '), 'put the card in, or correct JOURNAL_PARTITIONS');
  }
  if (blank) {
    const place = journalPartitions?.join(' and ') ?? dataDir;
    if (judgeCard(marks, undefined) === 'changed') {
      return checkRow.fail(ITEM, `none in ${place}, where one was: wiped, changed or not mounted`, CHANGED);
    }
    const neededBytes = missing.length * BOOK_SEGMENT_BYTES;
    if (roomBytes !== undefined && roomBytes < neededBytes) {
      const found = `none yet in ${place}, and no room to make it: ${kib(neededBytes)} are needed, ${kib(roomBytes)} are free`;
      return checkRow.fail(ITEM, found, `make room in ${place}, or use a larger card`);
    }
    return checkRow.pass(ITEM, `none yet in ${place}; the first start makes it`);
  }
  if (swapped) return checkRow.fail(ITEM, FAULTS.flashSwapped.meaning, FAULTS.flashSwapped.operatorAction);
  if (db === undefined || troubles.length > 0) return checkRow.fail(ITEM, troubles.join('; '), NEW_CARD);
  if (judgeCard(marks, storeId) === 'changed') return checkRow.fail(ITEM, FAULTS.flashChanged.meaning, CHANGED);
  const waiting = openReversals(db.data).length;
  const sales = Object.keys(db.data.sales).length;
  const cutOff = cutOffReversal(db.data, 0) === undefined ? '' : CUT_OFF;
  return checkRow.pass(
    ITEM,
    `${conditionOf(found)}; ${sales} sales, ${waiting} reversals waiting${cutOff}, sequence ${sequence}`,
  );
}

/** The next start restores what only one half holds; a card that loses data again and again is worn out. */
function conditionOf({ cutTail, unreadableSlots, lostSlots }: BookReading['found']): string {
  if (lostSlots) {
    return `all there, but ${unreadableSlots} places of one half cannot be read: if it happens again, change the card`;
  }
  return cutTail || unreadableSlots > 0 ? 'whole, but for the remains of one unfinished write' : 'whole';
}

const CUT_OFF = ', 1 sale cut off that may have been charged (the next start handles it; tillbox queue list shows it)';

const CHANGED = 'put the right card back; where it is lost: tillbox queue accept-new-card --by NAME --note TEXT';

function kib(bytes: number): string {
  return `${Math.floor(bytes / 1024)} KiB`;
}
