import { type Book, customerText, type Sale, type View } from '../../../firmware/for-simulator.js';
import type { Ledger } from '../../acquirer/ledger.js';
import type { AcquirerMessage } from '../../kiosk.js';
import type { Settling } from './hand-rules.js';
import type { Violate } from './violate.js';

/** Rule 10: texts for customers, on the screen and for the host app, are true. Judged by the English texts. */
export interface TextRules {
  /** The acquirer's side sent a reply or notification: true, forged or altered. */
  messageSent(message: AcquirerMessage): void;
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** A person decided, perhaps on the card of a box that is off and shows nothing. */
  settlingAgreed(settling: Settling): void;
  /** The screen may have changed. */
  screenShown(view: View, book: Book): void;
  /** An answer of the local API. */
  shown(text: string): void;
}

export interface TextRulesParts {
  /** Of the world. */
  readonly nowMs: () => number;
  readonly ledger: Ledger;
  readonly mayBeBelieved: (message: AcquirerMessage) => boolean;
  /** Whether the acquirer reported this payment as failed, and nothing else since then. */
  readonly isDenied: (paymentRequestId: string) => boolean;
  /** Whether a person declared that this payment stands. */
  readonly wasKept: (paymentRequestId: string) => boolean;
  readonly violate: Violate;
}

/** An answer of the API may be this old when it is read. */
const ANSWER_AGE_MS = 12_000;

const PHONE = /on your phone/;
const PAID = /^Paid/;
const NOT_PAID = /not completed|[Nn]othing was charged/;
const UNCHARGED = /[Nn]othing was charged/;
const MONEY_COMES = /goes back|be returned|is returned|was returned/;
const INVITES = /\b[Ss]how\b/;

type Told = Pick<Sale, 'saleId' | 'state'> & { readonly attempts: readonly { readonly paymentRequestId: string }[] };

export function createTextRules(parts: TextRulesParts): TextRules {
  const { nowMs, ledger, mayBeBelieved, isDenied, wasKept, violate } = parts;
  /** Payments that the acquirer asked the customer to confirm. */
  const prompted = new Set<string>();
  const toldPaid = new Set<string>();
  /** Since when a person has to decide about the money of a sale. */
  const heldSinceMs = new Map<string, number>();
  let lookedAt: Book['reversals'] | undefined;

  function judge(text: string, sale: Told, isHeld: boolean): void {
    const found = (why: string): void => violate(`rule 10, ${why}`, `${sale.saleId} ${sale.state}: ${text}`);
    const id = sale.attempts.at(-1)?.paymentRequestId ?? '';
    if (PHONE.test(text) && !prompted.has(id)) found('a phone is named that does not ask for anything');
    if (PAID.test(text) && !ledger.standing(id).charged && !wasKept(id)) found('"paid" is shown and it was not');
    if (NOT_PAID.test(text) && toldPaid.has(sale.saleId)) found('"paid" was shown and is denied');
    if (MONEY_COMES.test(text) && isHeld) found('money is promised before a person has decided');
    if (INVITES.test(text) && sale.state !== 'awaitingCode') found('a code is asked for while none is awaited');
    if (!UNCHARGED.test(text)) return;
    for (const { paymentRequestId } of sale.attempts) {
      const holds = ledger.standing(paymentRequestId).heldValue !== 0n;
      if (holds && !isDenied(paymentRequestId)) found('"nothing was charged" is shown and it was');
    }
  }

  function noteHeld({ reversals }: Book): void {
    if (reversals === lookedAt) return;
    lookedAt = reversals;
    const held = Object.values(reversals).flatMap(({ saleId, state, cause }) =>
      state === 'needsPerson' && cause !== 'refundRequested' ? [saleId] : [],
    );
    for (const saleId of heldSinceMs.keys()) if (!held.includes(saleId)) heldSinceMs.delete(saleId);
    for (const saleId of held) if (!heldSinceMs.has(saleId)) heldSinceMs.set(saleId, nowMs());
  }

  /** `answer`: a sale of the API, or anything else. */
  function judgeAnswer(answer: unknown): void {
    if (!isSaleAnswer(answer)) return;
    const sinceMs = heldSinceMs.get(answer.saleId);
    const isHeld = sinceMs !== undefined && nowMs() - sinceMs > ANSWER_AGE_MS;
    if (answer.customerText !== undefined) judge(answer.customerText, answer, isHeld);
    for (const { customerText: text } of answer.attempts) {
      if (text === undefined || !INVITES.test(text) || answer.state === 'awaitingCode') continue;
      violate('rule 10, a code is asked for while none is awaited', `${answer.saleId} ${answer.state}: ${text}`);
    }
  }

  return {
    messageSent(message) {
      if (!/"PAYMENT_IN_PROCESS"|"PROCESSING"/i.test(message.body) || !mayBeBelieved(message)) return;
      const { paymentRequestId } = JSON.parse(message.asked ?? message.body);
      prompted.add(paymentRequestId);
    },
    saleChanged({ saleId, state }) {
      if (state === 'approved' || state === 'vending' || state === 'settled') toldPaid.add(saleId);
    },
    settlingAgreed: ({ saleId }) => void heldSinceMs.delete(saleId),
    screenShown({ text, values }, book) {
      noteHeld(book);
      const sale = Object.values(book.sales).at(-1);
      if (sale !== undefined) judge(customerText(text, 'en', values), sale, heldSinceMs.has(sale.saleId));
    },
    shown(text) {
      if (!text.startsWith('{') || !text.includes('"customerText"')) return;
      judgeAnswer(JSON.parse(text));
    },
  };
}

interface SaleAnswer extends Told {
  readonly customerText?: string;
  readonly attempts: readonly { readonly paymentRequestId: string; readonly customerText?: string }[];
}

function isSaleAnswer(answer: unknown): answer is SaleAnswer {
  return typeof answer === 'object' && answer !== null && 'saleId' in answer && 'attempts' in answer;
}
