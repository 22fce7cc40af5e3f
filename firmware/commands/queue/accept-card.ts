import { judgeCard, markText } from '../../journal/card-marks.js';
import type { BookReading } from '../../journal/read-card.js';
import { exitCode } from '../../log/exit-code.js';
import { QueueError, type Settlement } from './queue-source.js';

export interface AcceptCardParts {
  readonly reading: Pick<BookReading, 'blank' | 'missing' | 'troubles' | 'storeId' | 'db'>;
  readonly marks: {
    read(): readonly string[];
    write(text: string): readonly string[];
    remove(): readonly string[];
  };
  readonly settlement: Pick<Settlement, 'by' | 'note'>;
  /** ISO 8601. */
  readonly now: string;
}

/** Marks the card in the box as the known one, as a person orders. Returns a text about what was done. */
export function acceptCard({ reading, marks, settlement, now }: AcceptCardParts): string {
  const { blank, storeId, troubles, db } = reading;
  if (blank) {
    if (judgeCard(marks, undefined) === 'new') return 'no card was ever known here: nothing has to be accepted\n';
    throwIfAny(marks.remove());
    return 'the card that was known is given up; the next start of the terminal makes its journal on this one\n';
  }
  if (db === undefined || storeId === '') {
    throw new QueueError(exitCode.flash, `the card holds no journal that can be read: ${troubles.join('; ')}`);
  }
  if (judgeCard(marks, storeId) !== 'changed')
    return 'this is the card that the terminal knows: nothing has to be accepted\n';
  throwIfAny(marks.write(markText(storeId, `accepted by ${settlement.by} at ${now}: ${settlement.note}`)));
  return 'the card is accepted: a terminal that runs sells within seconds, where nothing else stops it\n';
}

/** A single place with the old mark is enough to keep the terminal out of service. */
function throwIfAny(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new QueueError(
    exitCode.unavailable,
    `not accepted, try it as the user of the terminal or as root: ${problems.join('; ')}`,
  );
}
