import { utcTime } from '../../flows/civil-time.js';
import { operatorText } from '../../flows/operator-texts.js';
import { present } from '../../flows/present.js';
import type { Reversal, ReversalEnd } from '../../flows/reversal.js';
import type { ReversalView } from './output-schemas.js';

/** An entry of the cancel queue as callers see it. */
export function presentReversal(reversal: Reversal): ReversalView {
  const { paymentId, acquirer, refundRequestId, refundId, reason, lastCode, end } = reversal;
  return {
    reversalId: reversal.reversalId,
    saleId: reversal.saleId,
    cause: reversal.cause,
    kind: reversal.kind,
    state: reversal.state,
    manual: reversal.manual,
    amount: { currency: reversal.amount.currency, value: reversal.amount.value },
    paymentRequestId: reversal.paymentRequestId,
    ...present({ paymentId, acquirer, refundRequestId, refundId, reason }),
    ...(lastCode === undefined ? {} : { lastCode, operatorText: operatorText(lastCode) }),
    startedAt: utcTime(reversal.startedAtWallMs),
    ...present({ end: end && presentEnd(end) }),
    ...(end?.mayArriveUntilWallMs === undefined ? {} : presentArrival(end.mayArriveUntilWallMs)),
  };
}

function presentArrival(untilWallMs: number): Pick<ReversalView, 'mayArriveUntil' | 'warning'> {
  const mayArriveUntil = utcTime(untilWallMs);
  const warning = `the payment may still be charged until ${mayArriveUntil}; where the terminal hears of that it raises an alarm and reverses it`;
  return { mayArriveUntil, warning };
}

function presentEnd({ how, atWallMs, by, note, outcome }: ReversalEnd): NonNullable<ReversalView['end']> {
  return {
    how,
    at: utcTime(atWallMs),
    ...present({ by, note, outcome }),
  };
}
