import assert from 'node:assert/strict';
import { EMPTY_BOOK } from '../../flows/book.js';
import type { Event } from '../../flows/input.js';
import type { Policy } from '../../flows/policy.js';
import { step } from '../../flows/step.js';
import { initialState, type TerminalState } from '../../flows/terminal-state.js';
import { CODE, cny, createMoment, createPolicy, failure, paid } from './builders.js';

/** A terminal whose clock stands still and whose random digits never change. */
function createStuck(change: Partial<Policy>) {
  let state: TerminalState = initialState(createPolicy(change), EMPTY_BOOK);
  let started = 0;
  const feed = (event: Event): void => {
    const decision = step(state, { ...event, at: createMoment({ atMs: 0, randomDigits: '0000000000' }) });
    started += decision.records.filter(({ type }) => type === 'saleStarted').length;
    state = decision.state;
  };
  feed({ type: 'booted' });
  feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
  /* The pause after the start is over. */
  feed({ type: 'keyPressed', key: '#' });
  return {
    feed,
    get book() {
      return state.book;
    },
    get started() {
      return started;
    },
    pay(): string {
      feed({ type: 'codeScanned', code: CODE });
      const paymentRequestId = Object.values(state.book.sales).at(-1)?.attempts.at(-1)?.paymentRequestId ?? '';
      feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      return paymentRequestId;
    },
  };
}

function allDiffer(ids: readonly string[], count: number): void {
  assert.equal(ids.length, count);
  assert.equal(new Set(ids).size, count, ids.join(' '));
}

describe('ids made in the same second with the same random digits', () => {
  it('differ for sales and payments, also from those of paid sales that are no longer kept', () => {
    const stuck = createStuck({ vend: 'host', salesKept: 3 });
    const ids: string[] = [];
    const payments: string[] = [];
    for (let order = 0; order < 30; order += 1) {
      stuck.feed({ type: 'saleRequested', callId: 'c', orderId: `o${order}`, amount: cny('1250') });
      payments.push(stuck.pay());
      ids.push(Object.keys(stuck.book.sales).at(-1) ?? '');
    }
    assert.equal(stuck.started, 30);
    allDiffer(ids, 30);
    allDiffer(payments, 30);
  });

  for (const [mode, letter] of [
    ['amount', 'k'],
    ['mdb', 'm'],
  ] as const) {
    it(`differ for the orders of sale mode ${mode}`, () => {
      const stuck = createStuck({ saleMode: mode, vend: 'device', salesKept: 3 });
      const orders: string[] = [];
      for (let sale = 0; sale < 20; sale += 1) {
        if (mode === 'mdb') stuck.feed({ type: 'machineAsked', selection: sale, amount: cny('1250'), item: '1' });
        else for (const key of '1250#') stuck.feed({ type: 'keyPressed', key });
        stuck.pay();
        const { saleId = '', orderId = '' } = Object.values(stuck.book.sales).at(-1) ?? {};
        orders.push(orderId);
        stuck.feed({ type: 'vendFinished', saleId, outcome: 'yes' });
      }
      allDiffer(orders, 20);
      assert.ok(orders.every((order) => order.startsWith(letter)));
    });
  }

  it('differ for the refunds of a sale', () => {
    const stuck = createStuck({ vend: 'host' });
    stuck.feed({ type: 'saleRequested', callId: 'c', orderId: 'o', amount: cny('1250') });
    const payment = stuck.pay();
    const [saleId = ''] = Object.keys(stuck.book.sales);
    for (let refund = 0; refund < 10; refund += 1) {
      stuck.feed({ type: 'refundRequested', callId: 'r', saleId, refundId: `r${refund}`, amount: cny('10') });
    }
    const refunds = Object.values(stuck.book.reversals);
    allDiffer(
      refunds.map(({ reversalId }) => reversalId),
      10,
    );
    allDiffer(
      refunds.map(({ refundRequestId = '' }) => refundRequestId),
      10,
    );
    assert.ok(refunds.every(({ refundRequestId = '' }) => refundRequestId.startsWith(`${payment}R`)));
  });
});
