import assert from 'node:assert/strict';
import type { Policy } from '../../flows/policy.js';
import { step } from '../../flows/step.js';
import { initialState } from '../../flows/terminal-state.js';
import { createMoment, createPolicy, effectWords, paid, success } from './builders.js';
import { createReadyDrive, type Drive, startPaying } from './drive.js';
import { AMOUNT, answer, MINUTE_MS, reversedPaid } from './reversals.js';

describe('the cancel queue', () => {
  describe('of a payment that was made with another account at the acquirer', () => {
    const OTHER = { policy: { account: 'CLIENT M2' } };
    const ELSEWHERE = 'https://other.example.com/ams/api';
    const retried = (drive: Drive) =>
      effectWords(drive.feed({ type: 'reversalRetryRequested', callId: 'c', reversalId: drive.reversal().reversalId }));

    for (const [name, begin] of [
      ['waits in the queue', reversedPaid],
      [
        'was under way when the power went',
        () => {
          const drive = createReadyDrive();
          startPaying(drive);
          return drive;
        },
      ],
    ] as const) {
      it(`sends nothing and calls a person (the payment ${name})`, () => {
        const drive = begin();
        const before = drive.sent('sendReversal').length;
        drive.reboot(OTHER);
        drive.wait(60 * MINUTE_MS);
        assert.equal(drive.sent('sendReversal').length, before);
        assert.deepEqual([drive.reversal().state, drive.reversal().lastCode], ['needsPerson', 'OTHER_ACCOUNT']);
        assert.equal(drive.sent('raiseAlarm').filter(({ alarm }) => alarm === 'reversalNeedsPerson').length, 1);
      });
    }

    it('refuses to be retried, and can be settled by hand', () => {
      const drive = reversedPaid();
      drive.reboot(OTHER);
      assert.equal(retried(drive), 'answer:conflict/otherAccount');
      const { reversalId } = drive.reversal();
      drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Eve', note: 'from the Dashboard' });
      assert.equal(drive.reversal().end?.how, 'settledByHand');
    });

    it('is sent at the first start with that account', () => {
      const drive = reversedPaid();
      drive.reboot(OTHER);
      drive.news();
      drive.reboot({ policy: { account: drive.reversal().account ?? '' } });
      assert.equal(drive.news(), 'alarm:reversalNeedsPerson sendReversal:cancel sendProbe');
      answer(drive, success());
      assert.equal(drive.sale().state, 'reversed');
    });

    it('refuses a refund of it', () => {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
      drive.reboot(OTHER);
      const { saleId } = drive.sale();
      const decision = drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1' });
      assert.equal(effectWords(decision), 'answer:conflict/otherAccount');
    });

    /** The start after a payment was made, and whether that payment is then asked about. */
    const STARTS: Readonly<Record<string, readonly [Partial<Policy>, asked: boolean]>> = {
      'with another client or merchant': [{ account: 'CLIENT M2' }, false],
      'with another acquirer': [{ acquirer: ELSEWHERE }, false],
      'with another path at the same acquirer': [{ acquirer: `${createPolicy().acquirer}/v9` }, false],
      'with another acquirer, to which it was declared to have moved': [
        { acquirer: ELSEWHERE, movedFrom: ['https://third.example.com/ams/api', createPolicy().acquirer] },
        true,
      ],
      'with another acquirer, to which something else was declared to have moved': [
        { acquirer: ELSEWHERE, movedFrom: ['https://third.example.com/ams/api'] },
        false,
      ],
      'with another client at an acquirer that moved': [
        { account: 'CLIENT2 M1', acquirer: ELSEWHERE, movedFrom: [createPolicy().acquirer] },
        false,
      ],
      'with another currency': [{ currency: 'USD' }, true],
      'with the same account': [{}, true],
    };
    for (const [how, [policy, asked]] of Object.entries(STARTS)) {
      it(`${asked ? 'asks' : 'does not ask'} about it when started ${how}`, () => {
        const drive = reversedPaid();
        const before = drive.sent('sendReversal').length;
        drive.reboot({ policy });
        drive.wait(60 * MINUTE_MS);
        assert.equal(drive.sent('sendReversal').length > before, asked);
        assert.equal(drive.reversal().lastCode === 'OTHER_ACCOUNT', !asked);
        assert.equal(retried(drive).includes('otherAccount'), !asked);
      });

      it(`${asked ? 'accepts' : 'refuses'} a refund of it when started ${how}`, () => {
        const drive = createReadyDrive({ vend: 'host' });
        const paymentRequestId = startPaying(drive);
        drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
        drive.reboot({ policy });
        const { saleId } = drive.sale();
        const decision = drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1' });
        assert.equal(effectWords(decision).includes('otherAccount'), !asked);
      });
    }

    it('says where it was made, and where the terminal asks now', () => {
      const drive = reversedPaid();
      drive.reboot({ policy: { acquirer: ELSEWHERE } });
      retried(drive);
      const { answer: told } = drive.lastSent('answerCall');
      const places = { differs: 'acquirer', madeAt: createPolicy().acquirer, asked: ELSEWHERE };
      assert.deepEqual(told, { kind: 'conflict', code: 'otherAccount', ...places });
    });

    it('counts a payment of an old record without an acquirer as made at the first acquirer that was recorded', () => {
      const drive = reversedPaid();
      const { acquirer: _, ...old } = drive.reversal();
      const { firstAcquirer: __, ...updated } = drive.state.book;
      const book = { ...updated, reversals: { [old.reversalId]: old } };
      const boot = (acquirer: string, from: typeof drive.state.book) =>
        step(initialState({ ...drive.policy, acquirer }, from), { type: 'booted', at: createMoment() });
      const first = boot(ELSEWHERE, book);
      assert.equal(effectWords(first), 'sendReversal:cancel sendProbe');
      assert.equal(effectWords(boot(drive.policy.acquirer, first.state.book)), 'alarm:reversalNeedsPerson sendProbe');
    });

    it('is sent where an old record does not name the account', () => {
      const drive = reversedPaid();
      const { account: _, ...old } = drive.reversal();
      const book = { ...drive.state.book, reversals: { [old.reversalId]: old } };
      const policy = { ...drive.policy, account: 'CLIENT M2' };
      const decision = step(initialState(policy, book), { type: 'booted', at: createMoment() });
      assert.equal(effectWords(decision), 'sendReversal:cancel sendProbe');
    });
  });
});
