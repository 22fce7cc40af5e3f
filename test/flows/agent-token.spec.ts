import assert from 'node:assert/strict';
import type { Event } from '../../flows/input.js';
import type { Policy } from '../../flows/policy.js';
import { cny, effectWords, failure, paid } from './builders.js';
import { createReadyDrive, type Drive, startPaying } from './drive.js';

const KNOWN = 'the agent token is known';
const OLDER = 'an older agent token';

describe('an agent token', () => {
  const token = (accessToken: string, issuedAtWallMs: number) =>
    ({ type: 'agentTokenNotified', accessToken, issuedAtWallMs }) as const;

  it('is replaced by a newer one', () => {
    const drive = createReadyDrive();
    drive.feed(token('first', 1000));
    drive.feed(token('second', 2000));
    assert.equal(drive.state.book.agentToken?.accessToken, 'second');
  });

  it('is not replaced by an older notification that comes again', () => {
    const drive = createReadyDrive();
    drive.feed(token('first', 1000));
    drive.feed(token('second', 2000));
    drive.feed(token('first', 1000));
    assert.equal(drive.state.book.agentToken?.accessToken, 'second');
  });

  const AFTER: readonly [name: string, Omit<Event & { type: 'agentTokenNotified' }, 'type'>, ignored?: string][] = [
    ['the same one, notified again', { accessToken: 'A', expiresAtWallMs: 9000, issuedAtWallMs: 3000 }, KNOWN],
    ['the same one with another end', { accessToken: 'A', expiresAtWallMs: 9999, issuedAtWallMs: 3000 }],
    ['another one that is newer', { accessToken: 'B', expiresAtWallMs: 9000, issuedAtWallMs: 3000 }],
    ['another one of the same time', { accessToken: 'B', issuedAtWallMs: 2000 }, OLDER],
    ['another one without a time', { accessToken: 'B' }, OLDER],
  ];
  for (const [name, next, ignored] of AFTER) {
    it(`${ignored === undefined ? 'is replaced by' : 'stays after'} ${name}`, () => {
      const drive = createReadyDrive();
      const first = { accessToken: 'A', expiresAtWallMs: 9000, issuedAtWallMs: 2000 };
      drive.feed({ type: 'agentTokenNotified', ...first });
      const decision = drive.feed({ type: 'agentTokenNotified', ...next });
      assert.equal(decision.ignored, ignored);
      assert.deepEqual(drive.state.book.agentToken, ignored === undefined ? next : first);
    });
  }

  const MINE = { accessToken: 'A', issuedAtWallMs: 2000, customerId: 'C1', authClientId: 'A1' } as const;
  const LATER = { accessToken: 'B', issuedAtWallMs: 3000 } as const;
  type Token = Omit<Event & { type: 'agentTokenNotified' }, 'type'>;

  /** The token that follows one of merchant C1, and whether it is accepted. */
  const OTHERS: readonly [name: string, policy: Partial<Policy>, Token, taken: boolean][] = [
    ['of the same merchant', {}, { ...LATER, customerId: 'C1', authClientId: 'A1' }, true],
    ['for our client', {}, { ...LATER, clientId: 'CLIENT', customerId: 'C1', authClientId: 'A1' }, true],
    ['for another client', {}, { ...LATER, clientId: 'CLIENT2', customerId: 'C1', authClientId: 'A1' }, false],
    ['of another customerId', {}, { ...LATER, customerId: 'C2', authClientId: 'A1' }, false],
    ['of another authClientId', {}, { ...LATER, customerId: 'C1', authClientId: 'A2' }, false],
    ['of nobody', {}, LATER, false],
    ['of half a name', {}, { ...LATER, customerId: 'C1' }, false],
    ['of the configured merchant', { agentMerchant: 'C1' }, { ...LATER, customerId: 'C1', authClientId: 'A1' }, true],
    [
      'of the configured merchant by its client',
      { agentMerchant: 'A1' },
      { ...LATER, customerId: 'C1', authClientId: 'A1' },
      true,
    ],
    [
      'of the configured merchant with another authClientId',
      { agentMerchant: 'C1' },
      { ...LATER, customerId: 'C1', authClientId: 'A2' },
      false,
    ],
    ['of another one than is configured', { agentMerchant: 'C1' }, { ...LATER, customerId: 'C2' }, false],
  ];
  for (const [name, policy, next, taken] of OTHERS) {
    it(`${name} is ${taken ? 'accepted' : 'refused, with an alarm'}`, () => {
      const drive = createReadyDrive(policy);
      drive.feed({ type: 'agentTokenNotified', ...MINE });
      drive.news();
      const decision = drive.feed({ type: 'agentTokenNotified', ...next });
      assert.equal(drive.state.book.agentToken?.accessToken, taken ? 'B' : 'A');
      assert.equal(drive.news(), taken ? 'sendProbe' : 'alarm:agentTokenRefused');
      if (!taken)
        assert.match(decision.ignored ?? '', /^agent token refused: it is (for the client|of another merchant)/);
    });
  }

  it('of a newly configured merchant is accepted, however old, instead of the former one', () => {
    const drive = createReadyDrive();
    drive.feed({ type: 'agentTokenNotified', ...MINE });
    drive.reboot({ policy: { agentMerchant: 'C2' } });
    drive.feed({ type: 'agentTokenNotified', accessToken: 'B', issuedAtWallMs: 1000, customerId: 'C2' });
    assert.equal(drive.state.book.agentToken?.accessToken, 'B');
  });

  it('names the merchant of all later ones, also after a power cut', () => {
    const drive = createReadyDrive();
    drive.feed({ type: 'agentTokenNotified', ...MINE });
    drive.reboot();
    drive.feed({ type: 'agentTokenNotified', ...LATER, customerId: 'C2', authClientId: 'A1' });
    assert.equal(drive.state.book.agentToken?.accessToken, 'A');
  });

  describe('that is new', () => {
    it('ends a refusal of the old one at once: a probe is sent, and its answer makes the terminal ready', () => {
      const drive = createReadyDrive();
      drive.feed({ type: 'probeAnswered', answer: failure('ACCESS_DENIED') });
      drive.news();
      drive.feed(token('second', 2000));
      assert.equal(drive.news(), 'sendProbe');
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
      assert.equal(drive.state.live.acquirer, 'reachable');
    });

    it('lets a customer try at once where only payments were refused', () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('ACCESS_DENIED') });
      assert.equal(drive.state.live.acquirer, 'misconfigured');
      drive.feed(token('second', 2000));
      assert.equal(drive.state.live.acquirer, 'reachable');
    });

    it('sends what waits in the queue at once', () => {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
      /* Refused for half an hour: by now a customer may try only every ten minutes. */
      for (let at = 0; at < 1800; at += 1) {
        const { exchange, reversalId } = drive.lastSent('sendReversal');
        drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: failure('ACCESS_DENIED') });
        drive.wait(1_000);
      }
      drive.wait(6_000);
      const before = drive.sent('sendReversal').length;
      drive.wait(6_000);
      assert.equal(drive.sent('sendReversal').length, before);
      drive.feed(token('second', 2000));
      drive.wait(1);
      assert.equal(drive.sent('sendReversal').length, before + 1);
    });

    it('leaves a reversal that is held for a person where it is', () => {
      const drive = createReadyDrive({ vendUnknown: 'operator' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      drive.feed(token('second', 2000));
      drive.wait(60_000);
      assert.equal(drive.sent('sendReversal').length, 0);
    });
  });

  describe('of its merchant', () => {
    const paidFor = (policy: Partial<Policy> = {}): Drive => {
      const drive = createReadyDrive({ vend: 'host', ...policy });
      drive.feed({ type: 'agentTokenNotified', ...MINE });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      return drive;
    };
    const refunded = (drive: Drive): string =>
      effectWords(drive.feed({ type: 'refundRequested', callId: 'c', saleId: drive.sale().saleId, refundId: 'r1' }));

    /** With which merchant the terminal is configured next, and whether it still asks about such a payment. */
    for (const [name, policy, asked] of [
      ['none', {}, true],
      ['the same', { agentMerchant: 'C1' }, true],
      ['the same by its other name', { agentMerchant: 'A1' }, true],
      ['another', { agentMerchant: 'C2' }, false],
    ] as const) {
      it(`payments are ${asked ? '' : 'not '}asked about where ${name} is configured`, () => {
        const drive = paidFor();
        assert.equal(drive.sale().attempts[0]?.grantor, 'C1');
        drive.reboot({ policy });
        assert.equal(
          refunded(drive),
          asked ? 'sendReversal:refund answer:reversal/created' : 'answer:conflict/otherAccount',
        );
      });
    }

    it('a payment that was made before a token named its merchant is asked about', () => {
      const drive = createReadyDrive({ vend: 'host' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'agentTokenNotified', ...MINE });
      assert.equal(refunded(drive), 'sendReversal:refund answer:reversal/created');
    });
  });
});
