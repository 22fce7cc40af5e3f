import assert from 'node:assert/strict';
import { openReversals } from '../../flows/book.js';
import { isOfTerminal } from '../../flows/payment-request-id.js';
import { readiness } from '../../flows/readiness.js';
import { cny, found, paid, success } from './builders.js';
import { createReadyDrive, type Drive, expectIgnored, startPaying } from './drive.js';

/** The id of a payment that terminal 4711 made with a card that was lost. */
const LOST_ID = '2026112319003000004711125000041712345678';

const notify = (drive: Drive, paymentRequestId = LOST_ID, value = '1250') =>
  drive.feed({ type: 'paymentNotified', paymentRequestId, paymentId: 'P9', amount: cny(value) });

const lostId = (number: number): string => `${LOST_ID.slice(0, -8)}${`${number}`.padStart(8, '0')}`;

describe('a success of a payment that this terminal made and does not know', () => {
  it('is held for a person, durably and with an alarm', () => {
    const drive = createReadyDrive();
    notify(drive);
    assert.deepEqual(drive.sent('raiseAlarm').at(-1), {
      type: 'raiseAlarm',
      alarm: 'unknownPayment',
      detail: `${LOST_ID} P9 CNY 12.50`,
    });
    const [reversal] = openReversals(drive.state.book);
    assert.deepEqual(
      { ...reversal, saleId: 0, account: 0, acquirer: 0 },
      {
        ...{ reversalId: `c${LOST_ID}`, saleId: 0, paymentRequestId: LOST_ID, paymentId: 'P9', amount: cny('1250') },
        ...{ cause: 'unknownPayment', kind: 'cancel', known: true, charged: true, state: 'needsPerson', manual: true },
        ...{ account: 0, acquirer: 0 },
        payableUntilWallMs: reversal?.startedAtWallMs,
        paidAtWallMs: reversal?.startedAtWallMs,
        startedAtWallMs: reversal?.startedAtWallMs,
      },
    );
    assert.deepEqual(readiness(drive.state), { reasons: [], warnings: ['reversalNeedsPerson'] });
    drive.wait(3_600_000);
    assert.equal(drive.sent('sendReversal').length, 0);
    drive.reboot({ torn: true });
    assert.deepEqual(openReversals(drive.state.book), [reversal]);
  });

  it('is one entry, however often it is notified, also after a restart and after its end', () => {
    const drive = createReadyDrive();
    notify(drive);
    const { reversalId } = drive.reversal();
    for (let time = 0; time < 3; time += 1) {
      expectIgnored(notify(drive), 'notification in state reversing');
      drive.reboot();
    }
    drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: 'lost card' });
    expectIgnored(notify(drive), 'notification in state reversed');
    assert.equal(Object.keys(drive.state.book.reversals).length, 1);
  });

  it('is undone when a person has it retried', () => {
    const drive = createReadyDrive();
    notify(drive);
    const { reversalId } = drive.reversal();
    drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId });
    const { request, exchange } = drive.lastSent('sendReversal');
    assert.deepEqual(request, { type: 'cancel', paymentRequestId: LOST_ID });
    drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
    assert.deepEqual([drive.reversal().end?.how, drive.sale().state], ['cancelled', 'reversed']);
  });

  it('stands where a person and the acquirer say so: the terminal may have cancelled it before the card was lost', () => {
    const drive = createReadyDrive();
    notify(drive);
    const settled = {
      reversalId: drive.reversal().reversalId,
      by: 'Wang',
      note: 'has the goods',
      outcome: 'paid',
    } as const;
    drive.feed({ type: 'reversalSettled', callId: 'c', ...settled });
    const { exchange, reversalId, request } = drive.lastSent('sendReversal');
    assert.deepEqual(request, { type: 'inquiry', paymentRequestId: LOST_ID });
    drive.feed({
      type: 'reversalAnswered',
      exchange,
      reversalId,
      answer: found('SUCCESS', { amount: cny('1250') }),
    });
    assert.deepEqual(drive.lastSent('answerCall').answer.kind, 'reversal');
    assert.equal(drive.sale().state, 'settled');
  });

  it('does not disturb the present customer', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    const { saleId } = drive.sale();
    notify(drive);
    assert.equal(drive.state.book.sales[saleId]?.state, 'paying');
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    assert.equal(drive.state.book.sales[saleId]?.state, 'settled');
    assert.equal(openReversals(drive.state.book).length, 1);
  });

  for (const [queueLimit, held] of [
    [20, 10],
    [4, 3],
    [2, 1],
  ] as const) {
    it(`does not fill a queue of ${queueLimit}: ${held} are held, and each of the others is an alarm with all its facts`, () => {
      const drive = createReadyDrive({ queueLimit });
      for (let number = 0; number < 50; number += 1) notify(drive, lostId(number));
      assert.equal(openReversals(drive.state.book).length, held);
      assert.ok(!readiness(drive.state).reasons.includes('queueFull'));
      const alarms = drive.sent('raiseAlarm').map(({ detail }) => detail);
      assert.equal(alarms.length, 50);
      assert.equal(alarms.at(-1), `${lostId(49)} P9 CNY 12.50: not in the queue, where ${held} wait`);
    });
  }

  const OTHERS: Readonly<Record<string, string>> = {
    'another terminal': `${LOST_ID.slice(0, 14)}00004712${LOST_ID.slice(22)}`,
    'a terminal whose number begins like ours': `${LOST_ID.slice(0, 14)}00047111${LOST_ID.slice(22)}`,
    'another system': 'order-0000471112345',
    'no terminal: one digit more': `${LOST_ID}9`,
    'a probe': '947111234567890',
  };
  for (const [whose, id] of Object.entries(OTHERS)) {
    it(`is ignored where it is the payment of ${whose}`, () => {
      const drive = createReadyDrive();
      expectIgnored(notify(drive, id), 'notification of an unknown payment');
      assert.equal(drive.news(), '');
    });
  }

  it('is ignored where it is the payment of a paid sale that is no longer kept', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 1 });
    const ids = ['a', 'b', 'c'].map((orderId) => {
      const paymentRequestId = startPaying(drive, '1250', orderId);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      return paymentRequestId;
    });
    expectIgnored(notify(drive, ids[0]), 'notification of a sale that is no longer kept');
    expectIgnored(notify(drive, ids[2]), 'notification in state settled');
    assert.ok(ids.every((id) => isOfTerminal(id, drive.policy.terminalNumber)));
  });
});
