import type { Ledger } from '../acquirer/ledger.js';
import { paymentFields } from '../acquirer/payment-fields.js';
import type { Kiosk } from '../kiosk.js';
import { callApi } from './call-api.js';
import { type Coverage, count } from './coverage.js';
import type { Oracle } from './oracle.js';

/**
 * The last part of some shifts: the card is wiped, and then the acquirer notifies payments that were on it. Each has to be
 * held for a person, once, and be reversed when that person says so. Payments of other terminals must be ignored.
 */
export interface LoseCardParts {
  readonly kiosk: Kiosk;
  /** Of all acquirers that took the kiosk's payments. */
  readonly ledger: Ledger;
  readonly notifyUrl: string;
  readonly apiPort: number;
  readonly oracle: Oracle;
  readonly coverage: Coverage;
}

const PAYMENTS = 3;
const START_MS = 120_000;
/** Longer than the time between two tries of a notification. */
const TOLD_MS = 300_000;
const RETURN_MS = 45 * 60_000;
const RULE = 'rule 1, the payment of a lost card';

export function loseCard({ kiosk, ledger, notifyUrl, apiPort, oracle, coverage }: LoseCardParts): void {
  const { acquirer, flash } = kiosk;
  /* Other rules judge payments with a reversal. */
  const { sales = {}, reversals = {} } = kiosk.terminal?.kernel.state.book ?? {};
  const plain = Object.values(sales).flatMap(({ saleId, state, attempts }) => {
    const untouched = Object.values(reversals).every((one) => one.saleId !== saleId);
    return state === 'settled' && untouched ? attempts.slice(-1) : [];
  });
  const lost = plain
    .flatMap(({ paymentRequestId }) => acquirer.ledger.payment(paymentRequestId) ?? [])
    .slice(-PAYMENTS);
  if (lost.length === 0) return;
  count(coverage, 'card lost');
  kiosk.cutPower();
  for (const name of flash.names()) flash.remove(name);
  kiosk.powerOn();
  const entries = () => Object.values(kiosk.terminal?.kernel.state.book.reversals ?? {});
  if (!kiosk.runUntil(() => kiosk.terminal?.kernel.state.live.acquirer === 'reachable', START_MS)) {
    return oracle.violate('rule 8', 'it does not start on a new card');
  }

  const result = { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' };
  const tell = (fields: object): void =>
    acquirer.notifications.notify(notifyUrl, { notifyType: 'PAYMENT_RESULT', result, ...fields }, 0);
  for (const payment of lost) {
    tell(paymentFields(payment));
    tell(paymentFields(payment));
    const { paymentRequestId } = payment;
    const stranger = `${paymentRequestId.slice(0, 14)}99999999${paymentRequestId.slice(22)}`;
    tell({ ...paymentFields(payment), paymentRequestId: stranger });
  }
  kiosk.world.runUntil(kiosk.world.nowMs() + TOLD_MS);
  /* The acquirer may also notify others that were not acknowledged before. */
  const ids = entries().map(({ paymentRequestId }) => paymentRequestId);
  if (new Set(ids).size !== ids.length) oracle.violate(RULE, `more than one entry: ${ids.join(' ')}`);
  for (const id of ids) if (ledger.payment(id) === undefined) oracle.violate(RULE, `${id} is of another terminal`);
  for (const { paymentRequestId } of lost) {
    const entry = entries().find((one) => one.paymentRequestId === paymentRequestId);
    if (entry?.state !== 'needsPerson' || !entry.manual) oracle.violate(RULE, `${paymentRequestId} waits for nobody`);
    if (`${ledger.standing(paymentRequestId).heldValue}` === '0') oracle.violate(RULE, `${paymentRequestId} went back`);
    if (entry === undefined) continue;
    oracle.retryAsked(paymentRequestId);
    const target = `/v1/reversals/${entry.reversalId}/retry`;
    callApi({ kiosk, port: apiPort, oracle }, { method: 'POST', target, body: {} }, (status) => {
      if (status !== 202) oracle.violate(RULE, `a retry is answered with ${status}`);
    });
  }
  const isBack = ({ paymentRequestId }: (typeof lost)[number]): boolean =>
    `${ledger.standing(paymentRequestId).heldValue}` === '0';
  kiosk.runUntil(() => lost.every(isBack), RETURN_MS);
  for (const payment of lost) if (!isBack(payment)) oracle.violate(RULE, `${payment.paymentRequestId} stays`);
}
