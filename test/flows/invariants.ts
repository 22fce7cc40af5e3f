import assert from 'node:assert/strict';
import { openReversals } from '../../flows/book.js';
import type { Event } from '../../flows/input.js';
import { sameMoney } from '../../flows/money.js';
import { readiness } from '../../flows/readiness.js';
import { isOpen, lastAttempt } from '../../flows/sale.js';
import type { Step } from '../../flows/step.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import { SECRET_CODE } from './model-world.js';

/** What has to hold after each single decision. */
export function checkDecision(step: Step, before: TerminalState, event: Event | 'boot'): void {
  checkEffects(step);
  checkTimers(step.state);
  checkEntry(step.state);
  checkSelection(step, before, event);
  checkApproval(step, event);
  checkSales(step.state, before);
  /* A power cut may have taken the sale with it. */
  if (event !== 'boot') checkEnd(step.state, before);
  checkCallers(step, before, event);
  const kept = JSON.stringify([step.state, step.records]);
  assert.ok(!kept.includes(SECRET_CODE), 'a payment code is kept');
  if (step.ignored !== undefined) assert.deepEqual(step.records, [], 'an ignored input left a record');
}

/** Nothing leaves the box that flash does not know of. */
function checkEffects({ state, effects }: Step): void {
  for (const effect of effects) {
    switch (effect.type) {
      case 'sendPay': {
        const sale = Object.values(state.book.sales).find(({ attempts }) =>
          attempts.some(({ paymentRequestId }) => paymentRequestId === effect.payment.paymentRequestId),
        );
        assert.equal(sale?.state, 'paying', 'a payment was sent that is not recorded');
        assert.equal(sale && lastAttempt(sale)?.paymentRequestId, effect.payment.paymentRequestId);
        assert.deepEqual(effect.payment.amount, sale?.amount, 'another amount is asked of the customer');
        break;
      }
      case 'startVend':
        assert.equal(state.book.sales[effect.saleId]?.state, 'vending', 'goods move that are not recorded');
        break;
      case 'sendReversal': {
        const reversal = state.book.reversals[effect.reversalId];
        assert.ok(
          reversal && reversal.state !== 'finished' && (!reversal.manual || effect.request.type.endsWith('nquiry')),
          'a reversal was sent that is not open',
        );
        const { request } = effect;
        if (request.type === 'refund') {
          assert.equal(request.refundRequestId, reversal.refundRequestId);
          assert.deepEqual(request.amount, reversal.amount);
        }
        break;
      }
      case 'printReceipt':
        assert.ok(['settled', 'reversing', 'reversed'].includes(state.book.sales[effect.saleId]?.state ?? ''));
        break;
      case 'sendInquiry':
      case 'sendProbe':
      case 'answerCall':
      case 'noteRefusal':
      case 'raiseAlarm':
    }
  }
}

/** Everything that waits for an answer has a timer. */
function checkTimers({ book, live, policy }: TerminalState): void {
  if (!live.booted) return;
  const isSet = (timer: keyof typeof live.timers): boolean => live.timers[timer] !== undefined;
  assert.ok(isSet('probe'), 'nobody asks the acquirer any more');
  assert.equal(live.notice !== undefined, isSet('notice'), 'a notice without an end, or an end without a notice');
  for (const { reversalId, manual } of openReversals(book)) {
    assert.ok(live.reversals[reversalId], 'a reversal that nobody works on');
    assert.equal(manual || isSet(`reversal:${reversalId}`), true, 'a reversal that waits for nothing');
  }
  for (const reversalId of Object.keys(live.reversals)) {
    assert.notEqual(book.reversals[reversalId]?.state ?? 'finished', 'finished', 'work on a finished reversal');
  }
  const open = Object.values(book.sales).filter(isOpen);
  assert.ok(open.length <= 1, 'two sales are open');
  const state = open[0]?.state;
  const paying = state === 'paying' || state === 'inquiring';
  assert.equal(isSet('inquiry'), paying);
  assert.equal(live.payment?.paymentRequestId, paying && open[0] ? lastAttempt(open[0])?.paymentRequestId : undefined);
  assert.equal(isSet('codeWait'), state === 'awaitingCode');
  assert.equal(isSet('vend'), state === 'vending');
  assert.equal(isSet('hostConfirm'), state === 'approved');
  if (state === 'approved') assert.equal(policy.vend, 'host');
}

/** There is an entry only while the box is ready and free, and it has a time limit. */
function checkEntry(state: TerminalState): void {
  const { entry, discarding, timers } = state.live;
  const typed = entry !== '' || discarding === true;
  assert.equal(typed, timers.entry !== undefined, 'an entry without an end, or an end without an entry');
  assert.ok(entry === '' || !discarding, 'a part of something is typed');
  if (entry === '') return;
  assert.ok(!Object.values(state.book.sales).some(isOpen), 'something is typed during a sale');
  assert.deepEqual(readiness(state).reasons, [], 'something is typed into a box that is not ready');
}

/** A machine's choice waits exactly as long as its sale may still be paid, and ends in one way only. */
function checkSelection({ state, effects }: Step, before: TerminalState, event: Event | 'boot'): void {
  const { selection } = state.live;
  const waiting = Object.values(state.book.sales).find(isOpen)?.state;
  const unpaid = waiting === 'awaitingCode' || waiting === 'paying' || waiting === 'inquiring';
  if (state.policy.saleMode === 'mdb') assert.equal(selection !== undefined, unpaid, `a choice during ${waiting}`);
  const was = event !== 'boot' && event.type === 'machineAsked' ? event.selection : before.live.selection;
  const ends = effects.filter(({ type }) => type === 'refuseSelection' || type === 'startVend').length;
  const gaveUp = event === 'boot' || event.type === 'machineGaveUp';
  const over = was !== undefined && was !== selection;
  if (state.policy.saleMode === 'mdb') assert.equal(ends, over && !gaveUp ? 1 : 0, 'a choice ends otherwise');
}

/** The customer is shown how the sale ended. */
function checkEnd({ book, live }: TerminalState, before: TerminalState): void {
  const sale = Object.values(before.book.sales).find(isOpen);
  const now = sale && book.sales[sale.saleId];
  if (sale === undefined || (now !== undefined && isOpen(now))) return;
  assert.deepEqual(live.notice, { endOf: sale.saleId }, 'a sale ended, and its customer is shown something else');
}

/** No goods and no "paid" without a verified success of the right amount. */
function checkApproval({ records, state }: Step, event: Event | 'boot'): void {
  for (const record of records) {
    if (record.type !== 'paymentApproved') continue;
    const amount = state.book.sales[record.saleId]?.amount;
    assert.ok(amount !== undefined && event !== 'boot');
    switch (event.type) {
      case 'payAnswered':
      case 'inquiryAnswered': {
        const { answer } = event;
        assert.ok(answer.kind === 'answered' && answer.signature === 'valid' && answer.status === 'S');
        assert.ok(answer.amount !== undefined && sameMoney(answer.amount, amount));
        if (event.type === 'inquiryAnswered') assert.equal(answer.paymentStatus, 'SUCCESS');
        break;
      }
      case 'paymentNotified':
        assert.ok(sameMoney(event.amount, amount));
        break;
      default:
        assert.fail(`approved by ${event.type}`);
    }
  }
}

/** A late success approves nothing; a sale that ended without a charge has none. */
function checkSales(after: TerminalState, before: TerminalState): void {
  assert.ok(after.book.serialNumber >= before.book.serialNumber, 'the serial number went back');
  for (const [saleId, sale] of Object.entries(after.book.sales)) {
    const was = before.book.sales[saleId]?.state;
    if (was === sale.state || was === undefined) continue;
    if (was === 'reversed' || was === 'declined' || was === 'cancelled') assert.fail(`${was} became ${sale.state}`);
    if (was === 'reversing') {
      const own = Object.values(after.book.reversals).filter((reversal) => reversal.saleId === saleId);
      const declaredPaid = own.some(({ end }) => end?.outcome === 'paid');
      assert.equal(sale.state, declaredPaid ? 'settled' : 'reversed');
    }
    if (was === 'settled') assert.equal(sale.state, 'reversing');
    if (sale.state === 'cancelled' || sale.state === 'declined') {
      assert.ok(
        sale.attempts.every(({ result }) => result === 'F'),
        'a payment may still have been made',
      );
    }
    if (sale.state === 'vending' || sale.state === 'settled') assert.equal(lastAttempt(sale)?.result, 'S');
  }
}

/** Each caller is answered exactly once: at once, or when the acquirer has said whether a payment stands. */
function checkCallers({ effects, state }: Step, before: TerminalState, event: Event | 'boot'): void {
  const told = effects.flatMap((effect) => (effect.type === 'answerCall' ? [effect.callId] : []));
  if (event === 'boot') return assert.deepEqual(told, []);
  const waiting = waitingCallers(state);
  const asked = 'callId' in event ? [event.callId] : [];
  const due = [...waitingCallers(before), ...asked].filter((callId) => !waiting.includes(callId));
  assert.deepEqual(told, due);
}

function waitingCallers({ live }: TerminalState): string[] {
  return Object.values(live.reversals).flatMap(({ settling }) => (settling === undefined ? [] : [settling.callId]));
}
