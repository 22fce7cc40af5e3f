import { openReversals } from '../../flows/book.js';
import type { BookReading } from '../read-book.js';
import { NEW_CARD } from './check-data-dir.js';
import { type CheckRow, checkRow } from './check-row.js';

const ITEM = 'journal';

/** Whether the journal could be opened, from what was read of it without changing anything. */
export function checkJournal({ db, troubles, sequence }: BookReading, dataDir: string): CheckRow {
  if (db === undefined && troubles.every((trouble) => NOTHING_YET.test(trouble))) {
    return checkRow.pass(ITEM, `none yet in ${dataDir}; the first start makes it`);
  }
  if (db === undefined || troubles.length > 0) return checkRow.fail(ITEM, troubles.join('; '), NEW_CARD);
  const waiting = openReversals(db.data).length;
  const sales = Object.keys(db.data.sales).length;
  return checkRow.pass(ITEM, `whole; ${sales} sales, ${waiting} reversals waiting, sequence ${sequence}`);
}

/** Both volumes missing or blank. One that is alone tells of another trouble beside. */
const NOTHING_YET = /no such (?:file|volume)|nothing was ever stored/;
