import type { Book, Sale } from '../../firmware/terminal.js';
import { type AcquirerSigner, signatureOf, signedContent } from '../acquirer/acquirer-signer.js';
import type { Ledger } from '../acquirer/ledger.js';
import type { AcquirerMessage } from '../kiosk.js';

/**
 * Judges a terminal from outside: by the acquirer's ledger, the goods, what the host app was told and what is on flash.
 * It knows nothing of how the terminal decides. The numbers are those of the money rules in docs/architecture.md.
 */
export interface Oracle {
  readonly violations: readonly string[];
  /** A reply or notification left the acquirer's side; true, forged or altered. */
  messageLeft(message: AcquirerMessage): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale, before: Sale | undefined): void;
  /** A customer shows a code, once more. */
  codeShown(code: string): void;
  /** A payment request went out, with the code that the customer showed. */
  paySent(paymentRequestId: string, code: string): void;
  /** The host app asked for money back; the terminal may have heard it, or not. */
  returnAsked(saleId: string, value: bigint): void;
  /** The terminal agreed to it. */
  returnAgreed(saleId: string, value: bigint): void;
  line(text: string): void;
  /** Everything is over and calm: the books must agree. `book` is what flash holds. */
  settleUp(book: Book, ready: boolean, reasons: readonly string[]): void;
  violate(rule: string, detail: string): void;
}

export interface OracleParts {
  readonly ledger: Ledger;
  /** The acquirer's own: tells a true signature from a false one. */
  readonly signer: AcquirerSigner;
  readonly clientId: string;
  /** How many goods have fallen, where the terminal hands them out itself. */
  readonly fallen?: () => number;
}

const FINAL: readonly Sale['state'][] = ['declined', 'cancelled', 'reversed'];
const PAYMENT_CODE = /(?<!\d)(?:2[5-9]|30)\d{15,30}(?!\d)/g;

export function createOracle({ ledger, signer, clientId, fallen }: OracleParts): Oracle {
  const violations: string[] = [];
  /** Payments of which a message that may be believed has left the acquirer. */
  const provenPaid = new Set<string>();
  const requestIds = new Set<string>();
  /** How often each code was shown, less how often it was sent. */
  const codes = new Map<string, number>();
  const returnsAsked = new Map<string, bigint>();
  const returnsAgreed = new Map<string, bigint>();

  function violate(rule: string, detail: string): void {
    violations.push(`${rule}: ${detail}`);
  }

  function paymentHeld(sale: Sale): void {
    const last = sale.attempts.at(-1);
    for (const attempt of sale.attempts) {
      const { heldValue, charged } = ledger.standing(attempt.paymentRequestId);
      const paidSale = sale.state === 'settled' && attempt === last;
      if (!paidSale) {
        if (heldValue !== 0n) violate('rule 1, charged without goods', `${sale.state} ${attempt.paymentRequestId}`);
        continue;
      }
      if (!charged) violate('rule 2, goods without payment', attempt.paymentRequestId);
      const paid = BigInt(sale.amount.value);
      const least = paid - (returnsAsked.get(sale.saleId) ?? 0n);
      const most = paid - (returnsAgreed.get(sale.saleId) ?? 0n);
      if (charged && (heldValue < least || heldValue > most)) {
        const detail = `${attempt.paymentRequestId} holds ${heldValue}, due ${least} to ${most}`;
        violate('rule 5, a delivered sale was not left as it was', detail);
      }
    }
  }

  /** What fell was paid for, unless the power went while it moved: then nobody can know, and the customer wins. */
  function goodsMatch(sales: readonly Sale[], fell: number): void {
    const settled = sales.filter((sale) => sale.state === 'settled').length;
    const unsure = sales.filter((sale) => sale.state === 'reversed' && sale.endCode === 'vendUnknown').length;
    if (fell < settled) violate('rule 1, charged without goods', `${settled} settled, ${fell} fell`);
    if (fell > settled + unsure)
      violate('rule 2, goods without payment', `${settled} settled, ${unsure} unsure, ${fell} fell`);
  }

  return {
    violations,
    violate,
    messageLeft({ url, time, headers, body }) {
      if (!/"SUCCESS"/i.test(body)) return;
      const path = url.slice(url.indexOf('/', 8));
      if (signatureOf(headers.signature) !== signer.sign(signedContent(path, clientId, time, body))) return;
      const told = read(body);
      if (told === undefined) return;
      const payment = ledger.payment(told.paymentRequestId);
      const { amount } = payment ?? {};
      if (amount?.value === told.value && amount.currency === told.currency) provenPaid.add(told.paymentRequestId);
    },
    saleChanged(sale, before) {
      if (before !== undefined && before.state !== sale.state) {
        if (FINAL.includes(before.state)) violate('rule 7, a finished sale moved', `${before.state} > ${sale.state}`);
        if (before.state === 'reversing' && sale.state !== 'reversed') {
          violate('rule 7, a reversed sale was resurrected', `${sale.saleId} ${sale.state}`);
        }
        if (before.state === 'settled' && !returnsAsked.has(sale.saleId)) {
          violate('rule 5, a delivered sale was reversed', `${sale.saleId} ${sale.state} ${sale.endCode ?? ''}`);
        }
      }
      const id = sale.attempts.at(-1)?.paymentRequestId;
      if (id === undefined || !['approved', 'vending', 'settled'].includes(sale.state)) return;
      if (!ledger.standing(id).charged) violate('rule 2, approved without a charge', id);
      if (!provenPaid.has(id)) violate('rule 2, approved without a message that may be believed', id);
    },
    codeShown(code) {
      codes.set(code, (codes.get(code) ?? 0) + 1);
    },
    paySent(paymentRequestId, code) {
      if (requestIds.has(paymentRequestId)) violate('rule 3, a payment request id repeats', paymentRequestId);
      requestIds.add(paymentRequestId);
      const left = (codes.get(code) ?? 0) - 1;
      if (left < 0) violate('rule 3, one scan made two payment requests', paymentRequestId);
      codes.set(code, left);
    },
    returnAsked: (saleId, value) => add(returnsAsked, saleId, value),
    returnAgreed: (saleId, value) => add(returnsAgreed, saleId, value),
    line(text) {
      for (const [found] of text.matchAll(PAYMENT_CODE)) {
        if (codes.has(found)) violate('rule 9, a payment code in the log', text.replace(found, '…'));
      }
    },
    settleUp(book, ready, reasons) {
      const known = new Set<string>();
      for (const sale of Object.values(book.sales)) {
        for (const attempt of sale.attempts) known.add(attempt.paymentRequestId);
        if (sale.state !== 'settled' && !FINAL.includes(sale.state)) {
          violate('rule 8, a sale did not end', `${sale.saleId} ${sale.state}`);
        }
        paymentHeld(sale);
      }
      if (fallen !== undefined) goodsMatch(Object.values(book.sales), fallen());
      for (const { paymentRequestId } of ledger.payments()) {
        if (!known.has(paymentRequestId)) violate('rule 1, flash does not know a payment', paymentRequestId);
      }
      for (const reversal of Object.values(book.reversals)) {
        if (reversal.state !== 'finished') violate('rule 8, the queue does not drain', reversal.reversalId);
      }
      if (!ready) violate('rule 8, the terminal does not become ready', reasons.join(' '));
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
