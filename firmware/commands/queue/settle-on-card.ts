import type { Clock, FlashHost, Random } from '../../../drivers/host.js';
import type { Book } from '../../../flows/book.js';
import { cutOffReversal } from '../../../flows/cut-off-reversal.js';
import { replay } from '../../../flows/fold.js';
import { ownEntry } from '../../../flows/own-entry.js';
import type { TerminalRecord } from '../../../flows/record.js';
import { whyNotPaid } from '../../../flows/why-not-paid.js';
import { answerMessages } from '../../api/answer-messages.js';
import { BOOK_JOURNAL, type BookStore } from '../../journal/open-book.js';
import { openStore } from '../../journal/store/store.js';
import type { StoreError } from '../../journal/store/store-error.js';
import { exitCode } from '../../log/exit-code.js';
import { QueueError, type Settlement } from './queue-source.js';

export interface SettleOnCardParts {
  readonly flash: FlashHost;
  readonly clock: Clock;
  readonly random: Random;
  /** Of each half of the journal. */
  readonly segmentSizeBytes: number;
}

/**
 * Records that a person settled a reversal, or a sale that was cut off before it had one, while no terminal runs. It locks the
 * data directory, and `done` gets the book once the record is durable. The error is 69 where a terminal holds the directory,
 * 74 where the card is damaged, 64 where there is nothing to settle.
 */
export function settleOnCard(
  parts: SettleOnCardParts,
  reversalId: string,
  settlement: Settlement,
  done: (error: QueueError | undefined, book?: Book) => void,
): void {
  openStore({ ...BOOK_JOURNAL, ...parts, provision: 'never' }, (error, store) => {
    if (store === undefined) return done(errorOf(error));
    settle(store, reversalId, settlement, parts.clock.wallMs(), (failure) => {
      store.close();
      if (failure === undefined) done(undefined, store.state);
      else done(failure);
    });
  });
}

function settle(
  store: BookStore,
  reversalId: string,
  { by, note, outcome = 'reversed' }: Settlement,
  wallMs: number,
  done: (error?: QueueError) => void,
): void {
  const atWallMs = Math.floor(wallMs);
  const started = cutOffReversal(store.state, atWallMs);
  const cutOff = started?.reversalId === reversalId ? started : undefined;
  const reversal = ownEntry(store.state.reversals, reversalId) ?? cutOff;
  if (reversal === undefined) {
    return done(new QueueError(exitCode.usage, `there is no reversal ${reversalId} on this card`));
  }
  if (reversal.state === 'finished') {
    return done(new QueueError(exitCode.usage, `the reversal ${reversalId} is finished already`));
  }
  if (outcome === 'paid') {
    const conflict = whyNotPaid(store.state, reversal);
    const why = conflict === undefined ? TRIED : answerMessages.conflict(conflict);
    if (conflict !== undefined || reversal.untried !== true) return done(new QueueError(exitCode.usage, why));
  }
  const mayArriveUntilWallMs = reversal.payableUntilWallMs + EXPIRY_MARGIN_MS;
  const late =
    outcome === 'reversed' && reversal.charged !== true && atWallMs < mayArriveUntilWallMs
      ? { mayArriveUntilWallMs }
      : {};
  const end = { how: 'settledByHand', atWallMs, by, note, outcome, ...late } as const;
  const records: TerminalRecord[] = [{ type: 'reversalFinished', reversalId, end, atWallMs }];
  if (cutOff !== undefined) records.unshift({ type: 'reversalStarted', reversal: cutOff, atWallMs });
  store.commit(records, replay(records, store.state), (error) => done(error && errorOf(error)));
}

const TRIED =
  'the money may have gone back already, and a card cannot ask the acquirer: settle it as paid at a running terminal, or settle it as reversed';
/** The default of the setting: what its terminal had is not on a card. */
const EXPIRY_MARGIN_MS = 30_000;

function errorOf(error: StoreError | undefined): QueueError {
  const why = error?.message ?? 'no answer';
  if (error?.code === 'busy') {
    const hint = 'settle over its local API, or stop it first';
    return new QueueError(exitCode.unavailable, `${why}; ${hint}`);
  }
  return new QueueError(exitCode.flash, `the card cannot be written: ${why}`);
}
