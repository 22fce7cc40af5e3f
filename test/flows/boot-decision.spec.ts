import assert from 'node:assert/strict';
import { type Book, EMPTY_BOOK } from '../../flows/book.js';
import { type BootDecision, bootDecision } from '../../flows/boot-decision.js';
import { cutOffReversal } from '../../flows/cut-off-reversal.js';
import type { Sale, SaleState } from '../../flows/sale.js';
import { cny, NOON_WALL_MS } from './builders.js';

const EARLIER: Sale = {
  saleId: 'earlier',
  orderId: 'order-0',
  amount: cny('100'),
  state: 'settled',
  attempts: [],
  receipt: 'none',
  startedAtWallMs: NOON_WALL_MS,
  updatedAtWallMs: NOON_WALL_MS,
};
const FAILED = { paymentRequestId: 'failed', startedAtWallMs: NOON_WALL_MS, expiresAtWallMs: 0, result: 'F' } as const;
const LAST = { paymentRequestId: 'last', startedAtWallMs: NOON_WALL_MS, expiresAtWallMs: 0 } as const;

function bookOf(state: SaleState, change: Partial<Sale> = {}): Book {
  const sale: Sale = { ...EARLIER, saleId: 'open', orderId: 'order-1', state, attempts: [FAILED, LAST], ...change };
  return { ...EMPTY_BOOK, sales: { earlier: EARLIER, open: sale } };
}

describe('what a start does with the sale that a power cut left', () => {
  type Row = readonly [outcome: BootDecision['outcome'] | 'nothing', cutOff: 'powerLost' | 'vendUnknown' | 'nothing'];
  const TABLE: Readonly<Record<SaleState, Row>> = {
    awaitingCode: ['cancelled', 'nothing'],
    paying: ['reversed', 'powerLost'],
    inquiring: ['reversed', 'powerLost'],
    approved: ['awaitsHost', 'powerLost'],
    vending: ['vendUnknown', 'vendUnknown'],
    settled: ['nothing', 'nothing'],
    declined: ['nothing', 'nothing'],
    cancelled: ['nothing', 'nothing'],
    reversing: ['nothing', 'nothing'],
    reversed: ['nothing', 'nothing'],
  };
  for (const [state, [outcome, cutOff]] of Object.entries(TABLE) as [SaleState, Row][]) {
    it(`${state}: ${outcome}; as an entry of a card: ${cutOff}`, () => {
      const book = bookOf(state);
      const decision = bootDecision(book);
      assert.deepEqual(decision, outcome === 'nothing' ? undefined : { sale: book.sales.open, outcome });
      assert.equal(cutOffReversal(book, 0)?.cause ?? 'nothing', cutOff);
    });
  }

  for (const [hostWaits, outcome] of [
    [19, 'awaitsHost'],
    [20, 'reversed'],
    [21, 'reversed'],
  ] as const) {
    it(`approved, after ${hostWaits} starts that waited for the host app: ${outcome}`, () => {
      assert.equal(bootDecision(bookOf('approved', { hostWaits }))?.outcome, outcome);
    });
  }

  it('is nothing without any sale', () => {
    assert.equal(bootDecision(EMPTY_BOOK), undefined);
    assert.equal(cutOffReversal(EMPTY_BOOK, 0), undefined);
  });

  it('concerns the last payment of the sale, which a card holds for a person as never sent', () => {
    const { paymentRequestId, manual, untried, state, startedAtWallMs } = cutOffReversal(bookOf('paying'), 7) ?? {};
    assert.deepEqual(
      { paymentRequestId, manual, untried, state, startedAtWallMs },
      { paymentRequestId: 'last', manual: true, untried: true, state: 'needsPerson', startedAtWallMs: 7 },
    );
  });
});
