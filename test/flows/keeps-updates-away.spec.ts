import assert from 'node:assert/strict';
import { EMPTY_BOOK } from '../../flows/book.js';
import { keepsUpdatesAway } from '../../flows/keeps-updates-away.js';
import type { ReceiptState, Sale, SaleState } from '../../flows/sale.js';
import { cny } from './builders.js';

/** Whether a stop in this state would reach a customer. */
const STATES: Readonly<Record<SaleState, boolean>> = {
  awaitingCode: true,
  paying: true,
  inquiring: true,
  approved: true,
  vending: true,
  settled: false,
  declined: false,
  cancelled: false,
  reversing: false,
  reversed: false,
};

const RECEIPTS: Readonly<Record<ReceiptState, boolean>> = {
  none: false,
  due: true,
  printed: false,
  failed: false,
  unknown: false,
};

function sale(saleId: string, state: SaleState, receipt: ReceiptState = 'none'): Sale {
  const times = { startedAtWallMs: 0, updatedAtWallMs: 0 };
  return { saleId, orderId: saleId, amount: cny('1250'), state, attempts: [], receipt, ...times };
}

const away = (...sales: readonly Sale[]): boolean =>
  keepsUpdatesAway({ ...EMPTY_BOOK, sales: Object.fromEntries(sales.map((one) => [one.saleId, one])) });

describe('updates', () => {
  for (const [state, kept] of Object.entries(STATES) as [SaleState, boolean][]) {
    it(`are ${kept ? 'kept away' : 'let in'} while a sale is ${state}`, () => {
      assert.equal(away(sale('a', state)), kept);
      assert.equal(away(sale('a', 'settled', 'printed'), sale('b', state), sale('c', 'reversed')), kept);
    });
  }

  for (const [receipt, kept] of Object.entries(RECEIPTS) as [ReceiptState, boolean][]) {
    it(`are ${kept ? 'kept away' : 'let in'} while the receipt of a finished sale is ${receipt}`, () => {
      assert.equal(away(sale('a', 'settled', receipt)), kept);
      assert.equal(away(sale('a', 'reversing', receipt)), kept);
    });
  }

  it('are let in where there was no sale', () => {
    assert.equal(away(), false);
  });
});
