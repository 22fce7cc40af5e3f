import type { SaleView } from '../../firmware/api/output-schemas.js';
import type { Book } from '../../firmware/for-simulator.js';
import { createRsaSigner } from '../../hw-sim/acquirer/rsa-signer.js';
import { paperText } from '../../hw-sim/devices/paper.js';
import { createGoodsRules } from '../../hw-sim/fuzz/oracle/goods-rules.js';
import { createHandRules } from '../../hw-sim/fuzz/oracle/hand-rules.js';
import { createPaymentRules } from '../../hw-sim/fuzz/oracle/payment-rules.js';
import { createReceiptRules } from '../../hw-sim/fuzz/oracle/receipt-rules.js';
import { testKeyPairs } from '../support/test-key-pairs.js';
import type { BoardRig } from './board-rig.js';

/**
 * Judges the terminal on a board from outside: by the acquirer's ledger, the goods that fell, the paper, what the host app
 * was told, and in the end by what is on the card. The rules of the end are those of the fuzz (`hw-sim/fuzz/oracle.ts`).
 */
export interface BoardJudge {
  readonly violations: readonly string[];
  codeShown(code: string): void;
  /** The host app was told this about a sale. */
  told(sale: SaleView): void;
  /** The terminal started, with these codes still in front of its scanner. */
  started(onGlass: readonly string[]): void;
  /** It is ready again, and says this about the orders so far. */
  checkSales(sales: readonly SaleView[]): void;
  /** Nothing is open any more; `book` is what the card holds. */
  checkEnd(book: Book): void;
}

type State = SaleView['state'];

/** What a sale may be after it was told to be so. Everything else may still change. */
const LASTING: Readonly<Partial<Record<State, readonly State[]>>> = {
  settled: ['settled'],
  reversing: ['reversing', 'reversed'],
  reversed: ['reversed'],
};
const MONEY_IS_BACK: readonly State[] = ['declined', 'cancelled', 'reversed'];

export function createBoardJudge({ acquirer, printer, vend, env }: BoardRig): BoardJudge {
  const violations: string[] = [];
  const violate = (rule: string, detail: string): void => void violations.push(`${rule}: ${detail}`);
  const { ledger } = acquirer.acquirer;
  const hand = createHandRules(violate);
  const payments = createPaymentRules({
    ledger,
    signer: createRsaSigner(testKeyPairs.acquirerPrivate, testKeyPairs.terminalPublic),
    clientId: env.ALIPAY_CLIENT_ID ?? '',
    hand,
    violate,
  });
  const joined = (lines: readonly string[]): string => lines.join('').replace(/\s/g, '');
  const receipts = createReceiptRules(
    {
      strips: () => printer.receipts().map((strip) => joined(paperText(strip))),
      tape: () => joined(printer.tape()),
      beginning: joined([env.MERCHANT_NAME ?? '']),
    },
    violate,
  );
  const goods = createGoodsRules(
    {
      fallen: () => vend.fallen.map((channel) => `${channel + 1}`),
      denied: () => [],
      nameOf: ({ channel = '1' }) => channel,
      priceOf: () => undefined,
    },
    violate,
  );
  const lastTold = new Map<string, SaleView>();
  const sent = new Set<string>();

  function paymentsArrived(): void {
    for (const { paymentRequestId, code } of ledger.payments()) {
      if (sent.has(paymentRequestId)) continue;
      sent.add(paymentRequestId);
      payments.paySent(paymentRequestId, code);
    }
  }

  return {
    violations,
    codeShown: payments.codeShown,
    told: (sale) => void lastTold.set(sale.saleId, sale),
    started(onGlass) {
      paymentsArrived();
      payments.processStarted(onGlass);
    },
    checkSales(sales) {
      paymentsArrived();
      const byId = new Map(sales.map((sale) => [sale.saleId, sale]));
      for (const { saleId, state, attempts } of lastTold.values()) {
        const now = byId.get(saleId);
        if (now === undefined) {
          if (attempts.length > 0) violate('flash forgot', `${saleId}, told as ${state}`);
          continue;
        }
        const may = LASTING[state];
        if (may?.includes(now.state) === false)
          violate('flash forgot', `${saleId} was told as ${state}, is ${now.state}`);
      }
      const known = new Set<string>();
      for (const { saleId, state, attempts } of sales) {
        for (const { paymentRequestId } of attempts) {
          known.add(paymentRequestId);
          if (MONEY_IS_BACK.includes(state) && ledger.standing(paymentRequestId).heldValue !== 0n) {
            violate('rule 1, charged without goods', `${saleId} ${state} ${paymentRequestId}`);
          }
        }
      }
      for (const { paymentRequestId } of ledger.payments()) {
        if (!known.has(paymentRequestId)) violate('rule 1, flash does not know a payment', paymentRequestId);
      }
    },
    checkEnd(book) {
      paymentsArrived();
      for (const sale of Object.values(book.sales)) receipts.saleChanged(sale);
      hand.checkEnd(book);
      payments.checkEnd(book);
      goods.checkEnd(book);
      receipts.checkEnd(book);
      for (const { saleId, state } of lastTold.values()) {
        const now = book.sales[saleId]?.state;
        const may = LASTING[state];
        if (now !== undefined && may?.includes(now) === false) {
          violate('flash forgot', `${saleId} was told as ${state}, is ${now}`);
        }
      }
    },
  };
}
