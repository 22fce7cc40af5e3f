import { sendProbe } from './acquirer-watch.js';
import { openReversals } from './book.js';
import { bootDecision } from './boot-decision.js';
import { awaitHostAgain, repeatVendAlarms, vendUnknown } from './delivery.js';
import { onKeysLost } from './keypad-entry.js';
import type { Reversal } from './reversal.js';
import { startWork } from './reversal-queue.js';
import { startReversal } from './reversal-start.js';
import { closeUncharged } from './sale-requests.js';
import type { Turn } from './turn.js';

/** Ends or resumes what a power cut interrupted, from the durable state. The customer has left. */
export function onBooted(turn: Turn): void {
  if (turn.live.booted) return turn.ignore('already running');
  const { salesKept, salesKeptMs, bytesKept, acquirer } = turn.policy;
  turn.record({ type: 'terminalStarted', salesKept, salesKeptMs, bytesKept, acquirer });
  turn.set({ booted: true, seenFromMs: turn.at.atMs });
  for (const reversal of openReversals(turn.book)) {
    callPersonAgain(turn, reversal);
    startWork(turn, reversal);
  }
  for (const sale of Object.values(turn.book.sales)) {
    if (sale.receipt === 'due') turn.record({ type: 'receiptFinished', saleId: sale.saleId, receipt: 'unknown' });
  }
  /* The first digits of a number that is being typed now were missed. */
  onKeysLost(turn);
  repeatVendAlarms(turn);
  endOpenSale(turn);
  sendProbe(turn);
}

/** The power may have failed before anybody saw the first alarm. */
function callPersonAgain(turn: Turn, { reversalId, state, lastCode, cause }: Reversal): void {
  if (state === 'needsPerson') turn.alarm('reversalNeedsPerson', `${reversalId} ${lastCode ?? cause}`);
}

function endOpenSale(turn: Turn): void {
  const decision = bootDecision(turn.book);
  if (decision === undefined) return;
  const { sale, outcome } = decision;
  switch (outcome) {
    case 'cancelled':
      return closeUncharged(turn, sale, 'powerLost');
    case 'vendUnknown':
      return vendUnknown(turn, sale);
    case 'awaitsHost':
      return awaitHostAgain(turn, sale);
    case 'reversed':
      return startReversal(turn, sale, 'powerLost');
  }
}
