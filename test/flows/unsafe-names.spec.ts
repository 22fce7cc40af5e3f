import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Event } from '../../flows/input.js';
import { formatMoney, parseMoney } from '../../flows/money.js';
import {
  cancelAction,
  failedPaymentRow,
  inquiryAction,
  isConfigurationCode,
  OTHER_PAY_FAILURE,
  payRow,
  refundAction,
} from '../../flows/result-codes.js';
import { cny, effectWords, failure, success } from './builders.js';
import { createReadyDrive, type Drive, startPaying, startSale } from './drive.js';
import { checkDecision } from './invariants.js';

/** The names that every object inherits. */
const inherited = fc.constantFrom(...Object.getOwnPropertyNames(Object.prototype));

const CALLS: readonly ((id: string) => Event)[] = [
  (saleId) => ({ type: 'codeGiven', callId: 'c', saleId, code: '288888888888888888' }),
  (saleId) => ({ type: 'cancelRequested', callId: 'c', saleId }),
  (saleId) => ({ type: 'deliveryReported', callId: 'c', saleId, ok: false }),
  (saleId) => ({ type: 'receiptRequested', callId: 'c', saleId }),
  (saleId) => ({ type: 'refundRequested', callId: 'c', saleId, refundId: 'R' }),
  (reversalId) => ({ type: 'reversalRetryRequested', callId: 'c', reversalId }),
  (reversalId) => ({ type: 'reversalSettled', callId: 'c', reversalId, by: 'A. Tan', note: 'paid in cash' }),
];

const WORDS: readonly ((id: string) => Event)[] = [
  (saleId) => ({ type: 'vendFinished', saleId, outcome: 'unknown' }),
  (saleId) => ({ type: 'printFinished', saleId, outcome: 'printed' }),
  (reversalId) => ({ type: 'reversalAnswered', exchange: 0, reversalId, answer: success() }),
  (paymentRequestId) => ({ type: 'payAnswered', paymentRequestId, answer: success() }),
  (paymentRequestId) => ({ type: 'paymentNotified', paymentRequestId, paymentId: 'P', amount: cny('1250') }),
];

/** Feeds an event and checks the decision like any other. */
function feed(drive: Drive, event: Event) {
  const before = drive.state;
  const decision = drive.feed(event);
  checkDecision(decision, before, event);
  return decision;
}

describe('names that every object inherits', () => {
  it('are no sale and no reversal of the book', () => {
    fc.assert(
      fc.property(inherited, fc.constantFrom(...CALLS), (id, call) => {
        const decision = feed(createReadyDrive(), call(id));
        assert.equal(effectWords(decision), 'answer:notFound');
        assert.deepEqual(decision.records, []);
      }),
    );
  });

  it('are ignored where a device or the acquirer reports them', () => {
    fc.assert(
      fc.property(inherited, fc.constantFrom(...WORDS), (id, word) => {
        const decision = feed(createReadyDrive(), word(id));
        assert.notEqual(decision.ignored, undefined);
        assert.deepEqual(decision.records, []);
      }),
    );
  });

  it('work as an order number, refund number or slot', () => {
    fc.assert(
      fc.property(inherited, (name) => {
        const drive = createReadyDrive({ vend: 'host' });
        startSale(drive, '1250', name);
        drive.feed({ type: 'codeScanned', code: '288888888888888888' });
        const { paymentRequestId } = drive.lastSent('sendPay').payment;
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: success({ amount: cny('1250'), paymentId: 'P' }) });
        const { saleId, state } = drive.sale();
        assert.equal(state, 'settled');
        const asked = feed(drive, { type: 'refundRequested', callId: 'c', saleId, refundId: name });
        assert.match(effectWords(asked), /answer:reversal\/created/);
      }),
    );
  });

  it('are result codes that are in no table', () => {
    fc.assert(
      fc.property(inherited, (code) => {
        assert.equal(payRow(code), OTHER_PAY_FAILURE);
        assert.equal(failedPaymentRow(code).action, 'tryAgain');
        assert.deepEqual(
          [inquiryAction(code), cancelAction(code), refundAction(code), isConfigurationCode(code)],
          ['reverse', 'again', 'inquire', false],
        );
      }),
    );
  });

  it('do not stop the work on a reversal that is answered with them', () => {
    fc.assert(
      fc.property(inherited, (code) => {
        const drive = createReadyDrive();
        startPaying(drive);
        drive.feed({ type: 'keyPressed', key: '*' });
        const { exchange, reversalId } = drive.lastSent('sendReversal');
        feed(drive, { type: 'reversalAnswered', exchange, reversalId, answer: failure(code) });
        drive.wait(5000);
        assert.equal(drive.sent('sendReversal').length, 2);
      }),
    );
  });

  it('are no currency', () => {
    fc.assert(
      fc.property(inherited, (currency) => {
        assert.equal(parseMoney('12', currency), undefined);
        assert.equal(formatMoney({ currency, value: '1250' }), '12.50');
      }),
    );
  });
});
