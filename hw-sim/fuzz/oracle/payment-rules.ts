import type { Book, Sale } from '../../../firmware/for-simulator.js';
import { type AcquirerSigner, signatureOf, signedContent } from '../../acquirer/acquirer-signer.js';
import type { Ledger } from '../../acquirer/ledger.js';
import type { AcquirerMessage } from '../../kiosk.js';
import type { HandRules, Settling } from './hand-rules.js';
import type { Violate } from './violate.js';

/** Rules 1 to 5 and 7 by the ledger: what was charged, on what proof, and what became of it. */
export interface PaymentRules {
  /** The acquirer's side sent a reply or notification: true, forged or altered. Returns the payment that it proves. */
  messageSent(message: AcquirerMessage): string | undefined;
  /** The terminal acknowledged a notification. Returns the payment that it proves. */
  notificationAcknowledged(message: AcquirerMessage): string | undefined;
  /** The terminal answered a person that a reversal is settled as they declared. */
  settlingAgreed(settling: Settling): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale, before: Sale | undefined): void;
  codeShown(code: string): void;
  /** A payment request was sent, with the code that the customer showed. */
  paySent(paymentRequestId: string, code: string): void;
  /**
   * A process started: it reads a phone that is still held up as a new one, because codes are kept nowhere. That is
   * harmless: the acquirer takes a code once.
   */
  processStarted(onGlass: readonly string[]): void;
  /** Somebody asked for money back. The terminal may or may not have received it. */
  returnAsked(saleId: string, value: bigint): void;
  /** The terminal agreed to it. */
  returnAgreed(saleId: string, value: bigint): void;
  /** The host app reported whether it handed the goods out, and the terminal accepted it. */
  deliveryAgreed(saleId: string, delivered: boolean): void;
  /** Whether the acquirer said that this payment failed, and the terminal acknowledged nothing else since then. */
  isDenied(paymentRequestId: string): boolean;
  /** Whether it is rightly signed and has exactly one result. */
  mayBeBelieved(message: AcquirerMessage): boolean;
  checkEnd(book: Book): void;
}

export interface PaymentRulesParts {
  readonly ledger: Ledger;
  readonly signer: AcquirerSigner;
  readonly clientId: string;
  readonly hand: HandRules;
  readonly violate: Violate;
}

const FINAL: readonly Sale['state'][] = ['declined', 'cancelled', 'reversed'];

export function createPaymentRules({ ledger, signer, clientId, hand, violate }: PaymentRulesParts): PaymentRules {
  /** Payments that a credible message of the acquirer has proven. */
  const provenPaid = new Set<string>();
  /** Payments that the acquirer reported as failed, and those whose success it has notified. */
  const denied = new Set<string>();
  const notified = new Set<string>();
  /** The code of each payment request. */
  const requests = new Map<string, string>();
  /** How often each code was shown, less how often it was sent. */
  const codes = new Map<string, number>();
  const returnsAsked = new Map<string, bigint>();
  const returnsAgreed = new Map<string, bigint>();
  const deliveries = new Set<string>();
  const failures = new Set<string>();
  /** Payments that were not charged when a person settled them as reversed. */
  const settledUncharged = new Set<string>();

  const isDenied = (paymentRequestId: string): boolean =>
    denied.has(paymentRequestId) && !notified.has(paymentRequestId);

  function paymentHeld(sale: Sale, book: Book): void {
    const last = sale.attempts.at(-1);
    const reversals = Object.values(book.reversals).filter(({ saleId }) => saleId === sale.saleId);
    for (const attempt of sale.attempts) {
      const id = attempt.paymentRequestId;
      if (attempt.resultCode === 'NOT_SENT' && ledger.payment(id) !== undefined) {
        violate('rule 4, declined as not sent, and the request arrived', id);
      }
      const { heldValue, charged } = ledger.standing(id);
      const byHand = reversals.filter((reversal) => reversal.paymentRequestId === id && hand.isByHand(reversal));
      const paidSale = sale.state === 'settled' && attempt === last;
      if (!paidSale) {
        /* A person settled this payment by name; or the acquirer is to blame, which denied it and never said otherwise. */
        const untold = attempt.result === 'F' && isDenied(id);
        const seenTo = byHand.some(({ cause }) => cause === 'paidAfterFailure');
        if (heldValue !== 0n && settledUncharged.has(id) && notified.has(id) && !seenTo) {
          violate('rule 1, charged after a person had settled it, and not reversed', `${sale.state} ${id}`);
        }
        if (heldValue !== 0n && byHand.length === 0 && !untold) {
          violate('rule 1, charged without goods', `${sale.state} ${id}`);
        }
        continue;
      }
      if (!charged) violate('rule 2, goods without payment', id);
      /* A cancel was under way when a person declared that the payment stands: they are responsible for that too. */
      if (byHand.some(({ cause }) => cause !== 'refundRequested')) continue;
      if (failures.has(sale.saleId) && heldValue !== 0n && byHand.length === 0) {
        violate('rule 1, charged without goods', `the host could not hand them out for ${sale.saleId}`);
      }
      const paid = BigInt(sale.amount.value);
      const least = paid - (returnsAsked.get(sale.saleId) ?? 0n);
      let most = paid - (returnsAgreed.get(sale.saleId) ?? 0n);
      for (const { amount } of byHand) most += BigInt(amount.value);
      if (charged && (heldValue < least || heldValue > most)) {
        const detail = `${id} holds ${heldValue}, due ${least} to ${most}`;
        violate('rule 5, the money of a delivered sale changed', detail);
      }
    }
  }

  const mayBeBelieved = ({ url, time, headers, body }: AcquirerMessage): boolean =>
    body.indexOf('"result":') === body.lastIndexOf('"result":') &&
    signatureOf(headers.signature) === signer.sign(signedContent(url.slice(url.indexOf('/', 8)), clientId, time, body));

  /** The payment that a credible message reports as paid, with the right amount. */
  function paymentProven(message: AcquirerMessage): string | undefined {
    if (!/"SUCCESS"/i.test(message.body) || !mayBeBelieved(message)) return undefined;
    const told = read(message.body);
    if (told === undefined) return undefined;
    const { amount } = ledger.payment(told.paymentRequestId) ?? {};
    return amount?.value === told.value && amount.currency === told.currency ? told.paymentRequestId : undefined;
  }

  /** The payment that a credible reply to pay reports as failed. */
  function paymentDenied(message: AcquirerMessage): string | undefined {
    if (!message.url.endsWith('/pay') || !/"F"/.test(message.body) || !mayBeBelieved(message)) return undefined;
    const { paymentRequestId } = JSON.parse(message.body);
    return paymentRequestId;
  }

  return {
    messageSent(message) {
      const proven = paymentProven(message);
      if (proven !== undefined) provenPaid.add(proven);
      const refused = paymentDenied(message);
      if (refused !== undefined) denied.add(refused);
      return proven;
    },
    notificationAcknowledged(message) {
      const proven = paymentProven(message);
      if (proven !== undefined) notified.add(proven);
      return proven;
    },
    settlingAgreed({ outcome, cause, paymentRequestId, refundRequestId }) {
      const { charged, heldValue } = ledger.standing(paymentRequestId);
      if (outcome === 'reversed') {
        if (cause !== 'refundRequested' && !charged) settledUncharged.add(paymentRequestId);
        return;
      }
      const refunded = refundRequestId !== undefined && ledger.refund(refundRequestId)?.status === 'SUCCESS';
      if (heldValue === 0n || refunded)
        violate('rule 6, settled as paid, though the money had gone back', paymentRequestId);
    },
    saleChanged(sale, before) {
      if (before !== undefined && before.state !== sale.state) {
        if (FINAL.includes(before.state)) violate('rule 7, a finished sale moved', `${before.state} > ${sale.state}`);
        const last = sale.attempts.at(-1)?.paymentRequestId ?? '';
        const kept = sale.state === 'settled' && hand.wasKept(last);
        if (before.state === 'reversing' && sale.state !== 'reversed' && !kept) {
          violate('rule 7, a reversed sale was resurrected', `${sale.saleId} ${sale.state}`);
        }
        if (before.state === 'settled' && !returnsAsked.has(sale.saleId)) {
          violate('rule 5, a delivered sale was reversed', `${sale.saleId} ${sale.state} ${sale.endCode ?? ''}`);
        }
      }
      const id = sale.attempts.at(-1)?.paymentRequestId;
      if (id === undefined || !['approved', 'vending', 'settled'].includes(sale.state)) return;
      if (!ledger.standing(id).charged) violate('rule 2, approved without a charge', id);
      if (!provenPaid.has(id)) violate('rule 2, approved without a credible message', id);
    },
    codeShown(code) {
      codes.set(code, (codes.get(code) ?? 0) + 1);
    },
    paySent(paymentRequestId, code) {
      if (requests.has(paymentRequestId)) violate('rule 3, a payment request id repeats', paymentRequestId);
      requests.set(paymentRequestId, code);
      const left = (codes.get(code) ?? 0) - 1;
      if (left < 0) violate('rule 3, one scan made two payment requests', paymentRequestId);
      codes.set(code, left);
    },
    processStarted(onGlass) {
      for (const code of onGlass) {
        const left = codes.get(code);
        if (left !== undefined) codes.set(code, left + 1);
      }
    },
    returnAsked: (saleId, value) => add(returnsAsked, saleId, value),
    returnAgreed: (saleId, value) => add(returnsAgreed, saleId, value),
    deliveryAgreed: (saleId, delivered) => void (delivered ? deliveries : failures).add(saleId),
    isDenied,
    mayBeBelieved,
    checkEnd(book) {
      const known = new Set<string>();
      for (const sale of Object.values(book.sales)) {
        for (const attempt of sale.attempts) known.add(attempt.paymentRequestId);
        paymentHeld(sale, book);
        if (deliveries.has(sale.saleId) && sale.state !== 'settled' && !returnsAsked.has(sale.saleId)) {
          violate('rule 2, goods without payment', `the host handed them out for ${sale.saleId}: ${sale.state}`);
        }
      }
      const paidOrders = new Set<string>();
      for (const { orderId, state } of Object.values(book.sales)) {
        if (state !== 'settled') continue;
        if (paidOrders.has(orderId)) violate('rule 3, an order was paid twice', orderId);
        paidOrders.add(orderId);
      }
      for (const { paymentRequestId } of ledger.payments()) {
        if (!known.has(paymentRequestId)) violate('rule 1, flash does not know a payment', paymentRequestId);
      }
      const charged = new Set<string>();
      for (const [paymentRequestId, code] of requests) {
        if (!ledger.standing(paymentRequestId).charged) continue;
        if (charged.has(code)) violate('rule 3, one scan made two charges', paymentRequestId);
        charged.add(code);
      }
    },
  };
}

function add(to: Map<string, bigint>, saleId: string, value: bigint): void {
  to.set(saleId, (to.get(saleId) ?? 0n) + value);
}

function read(body: string): { paymentRequestId: string; value: string; currency: string } | undefined {
  try {
    const { paymentRequestId, paymentAmount } = JSON.parse(body);
    return { paymentRequestId, value: paymentAmount.value, currency: paymentAmount.currency };
  } catch {
    return undefined;
  }
}
