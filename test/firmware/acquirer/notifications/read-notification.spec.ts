import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import * as fc from 'fast-check';
import { createAcquirerTime } from '../../../../firmware/acquirer/acquirer-time.js';
import { type Notification, readNotification } from '../../../../firmware/acquirer/notifications/read-notification.js';
import { signature } from '../../../../firmware/acquirer/signature.js';
import { createRsaSigner } from '../../../../firmware/acquirer/signer.js';
import { testKeys } from '../../test-keys.js';

const { ours, acquirers } = testKeys;
const signer = createRsaSigner(ours.privateKey, acquirers.publicKey);
const acquirer = createRsaSigner(acquirers.privateKey, ours.publicKey);
const path = '/notify/10042';
const clientId = 'SANDBOX_1';

function signed(body: string, time = '1795465278000', over = path) {
  const text = acquirer.sign(signature.content(over, clientId, time, body));
  return { headers: { 'client-id': clientId, 'request-time': time, signature: signature.header(text) }, body };
}

const read = (raw: { headers: Readonly<Record<string, string>>; body: string }) =>
  readNotification(raw, path, clientId, signer);

const payment = {
  notifyType: 'PAYMENT_RESULT',
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
  paymentRequestId: '20261123202117100420000012500000017123456',
  paymentId: 'P1',
  paymentAmount: { currency: 'CNY', value: '1250' },
  paymentTime: '2026-11-23T20:21:18+08:00',
};

const UNREADABLE: Notification = {
  kind: 'ignored',
  reason: 'a success without a paymentId and amount that can be read',
  paymentRequestId: payment.paymentRequestId,
};

function paymentOf(notification: Notification) {
  assert.ok(notification.kind === 'event' && notification.event.type === 'paymentNotified');
  return notification.event;
}

function tokenOf(notification: Notification) {
  assert.ok(notification.kind === 'event' && notification.event.type === 'agentTokenNotified');
  return notification.event;
}

describe('readNotification', () => {
  it('reads a payment result', () => {
    assert.deepEqual(read(signed(JSON.stringify(payment))), {
      kind: 'event',
      event: {
        type: 'paymentNotified',
        paymentRequestId: payment.paymentRequestId,
        paymentId: 'P1',
        amount: { currency: 'CNY', value: '1250' },
      },
    });
  });

  it('reads a time in ISO 8601 too', () => {
    const token = signed(JSON.stringify({ accessToken: 'abcdef' }), '2026-11-23T20:21:18+08:00');
    assert.equal(tokenOf(read(token)).issuedAtWallMs, Date.UTC(2026, 10, 23, 12, 21, 18));
  });

  for (const paymentAmount of [
    ...['1250.00', '-1250', '01250', '', '1250\n', '12500000000000000', 1250.5, -1250].map((value) => ({
      currency: 'CNY',
      value,
    })),
    ...['cny', 'CNYX', 'XCNY', null].map((currency) => ({ currency, value: '1250' })),
    { value: '1250' },
    { currency: 'CNY' },
  ]) {
    it(`takes no success with an amount of ${JSON.stringify(paymentAmount)}, which it cannot read`, () => {
      assert.deepEqual(read(signed(JSON.stringify({ ...payment, paymentAmount }))), UNREADABLE);
    });
  }

  for (const resultStatus of ['F', 'U']) {
    it(`ignores the result ${resultStatus} of a payment, and says so with its code`, () => {
      const result = read(signed(JSON.stringify({ ...payment, result: { resultCode: 'A_CODE', resultStatus } })));
      const { paymentRequestId } = payment;
      assert.deepEqual(result, { kind: 'ignored', reason: `the result ${resultStatus} A_CODE`, paymentRequestId });
    });
  }

  for (const [name, given] of [
    ['a payment id with a blank', { paymentId: 'P 1' }],
    ['a payment id that is too long', { paymentId: 'P'.repeat(65) }],
    ['no payment id', { paymentId: undefined }],
  ] as const) {
    it(`takes no success with ${name}`, () => {
      assert.deepEqual(read(signed(JSON.stringify({ ...payment, ...given }))), UNREADABLE);
    });
  }

  it('reads an authorisation token', () => {
    const body = JSON.stringify({
      clientId,
      authClientId: 'M1',
      authTime: '1795465278000',
      accessToken: '2810100334F62CBC577F468AAC87CFC6C9107811',
      accessTokenExpiryTime: '1811017278000',
      customerId: 'C1',
    });
    assert.deepEqual(read(signed(body)), {
      kind: 'event',
      event: {
        type: 'agentTokenNotified',
        accessToken: '2810100334F62CBC577F468AAC87CFC6C9107811',
        issuedAtWallMs: 1_795_465_278_000,
        expiresAtWallMs: 1_811_017_278_000,
        clientId,
        customerId: 'C1',
        authClientId: 'M1',
      },
    });
  });

  for (const name of ['clientId', 'customerId', 'authClientId']) {
    for (const value of ['', 'two words', 7, null, 'x'.repeat(65)]) {
      it(`refuses a token whose ${name} cannot be read (${JSON.stringify(value).slice(0, 12)})`, () => {
        const body = JSON.stringify({ accessToken: 'token-1', clientId, customerId: 'C1', [name]: value });
        assert.equal(read(signed(body)).kind, 'invalid');
      });
    }
  }

  const authorisations: readonly (readonly [what: string, authTime: string | undefined, issuedAtMs: number])[] = [
    ['by the authorisation, not by the retry that told it', '1795465200000', 1_795_465_200_000],
    ['by the signature where the authorisation tells no time', undefined, 1_795_465_278_000],
    ...['today', '17954652000', '179546520000000', '1795465200000 ', 'at 1795465200000'].map(
      (time) => [`by the signature where the authorisation tells ${time}`, time, 1_795_465_278_000] as const,
    ),
    ['by the signature where the authorisation is of the future', '1895465278000', 1_795_465_278_000],
  ];
  for (const [what, authTime, issuedAtMs] of authorisations) {
    it(`dates a token ${what}`, () => {
      const token = signed(JSON.stringify({ accessToken: 'abcdef', authTime }));
      assert.equal(tokenOf(read(token)).issuedAtWallMs, issuedAtMs);
    });
  }

  it('dates a token by the authorisation where the signature tells no readable time', () => {
    const token = signed(JSON.stringify({ accessToken: 'abcdef', authTime: '1795465200000' }), 'today');
    assert.equal(tokenOf(read(token)).issuedAtWallMs, 1_795_465_200_000);
  });

  const honest = signed(JSON.stringify(payment));
  const cases: readonly (readonly [string, { headers: Readonly<Record<string, string>>; body: string }, string])[] = [
    ['without a signature', { ...honest, headers: { 'client-id': clientId } }, 'invalid'],
    ['of another client', { ...honest, headers: { ...honest.headers, 'client-id': 'X' } }, 'invalid'],
    ['with another time', { ...honest, headers: { ...honest.headers, 'request-time': '1795465278001' } }, 'invalid'],
    ['with a changed amount', { ...honest, body: honest.body.replace('"1250"', '"1251"') }, 'invalid'],
    ['signed over another path', signed(honest.body, '1795465278000', '/notify/10043'), 'invalid'],
    ['without an id', signed('{"notifyType":"PAYMENT_RESULT","result":{"resultStatus":"S"}}'), 'invalid'],
    ['with an id of two words', signed(JSON.stringify({ ...payment, paymentRequestId: '2026 1' })), 'invalid'],
    ['with a status that is none', signed(JSON.stringify({ ...payment, result: { resultStatus: 's' } })), 'invalid'],
    ['without a type', signed(JSON.stringify({ ...payment, notifyType: undefined })), 'invalid'],
    ['that is no JSON', signed('<xml/>'), 'invalid'],
    ['that is null', signed('null'), 'invalid'],
    ['of a type that is none of ours', signed('{"notifyType":"REFUND_RESULT","refundId":"R"}'), 'ignored'],
    ['of another payment type', signed(JSON.stringify({ ...payment, notifyType: 'PAYMENT_PENDING' })), 'ignored'],
    ['with a token and a result', signed('{"accessToken":"abcdef","result":{}}'), 'invalid'],
    ['with a token that no header can carry', signed('{"accessToken":"a\\r\\nb"}'), 'invalid'],
    ['with a token that is too long', signed(`{"accessToken":"${'a'.repeat(513)}"}`), 'invalid'],
    ['with an empty token', signed('{"accessToken":""}'), 'invalid'],
  ];
  for (const [what, raw, kind] of cases) {
    it(`takes one ${what} as ${kind}`, () => assert.equal(read(raw).kind, kind));
  }

  it('reads a whole number for an amount, as Alipay’s own libraries write it', () => {
    const { amount } = paymentOf(read(signed(JSON.stringify(payment).replace('"1250"', '1250'))));
    assert.deepEqual(amount, { currency: 'CNY', value: '1250' });
  });

  it('refuses one that can be read in two ways', () => {
    const two = JSON.stringify(payment).replace('{', '{"result":{"resultCode":"RISK_REJECT","resultStatus":"F"},');
    assert.deepEqual(read(signed(two)), { kind: 'invalid', reason: 'it has a name twice, and so says two things' });
  });

  it('verifies the bytes as they came, of which one is not UTF-8', () => {
    const body = Buffer.from(JSON.stringify({ ...payment, note: 'é' }), 'latin1');
    const content = signature.content(path, clientId, '1795465278000', body);
    const text = sign('RSA-SHA256', content, acquirers.privateKey).toString('base64');
    const notification = readNotification(
      {
        headers: { 'client-id': clientId, 'request-time': '1795465278000', signature: signature.header(text) },
        body,
      },
      path,
      clientId,
      signer,
    );
    assert.equal(paymentOf(notification).paymentId, 'P1');
  });

  const hour = 3_600_000;
  const ages: readonly (readonly [string, number, Notification['kind']])[] = [
    ['now', 0, 'event'],
    ['24 hours ago: retries go on for so long', 24 * hour, 'event'],
    ['two days ago', 48 * hour, 'invalid'],
    ['an hour ahead', -hour, 'invalid'],
  ];
  for (const [what, agoMs, kind] of ages) {
    it(`takes one that was signed ${what} as ${kind}`, () => {
      const time = createAcquirerTime({ monotonicMs: () => 5, wallMs: () => 0, after: () => assert.fail() }, 30_000);
      time.learn(1_795_465_278_000 + agoMs);
      assert.equal(readNotification(honest, path, clientId, signer, time).kind, kind);
    });
  }

  it('believes nothing that is not signed, and never throws', () => {
    const headers = fc.dictionary(fc.constantFrom('signature', 'client-id', 'request-time'), fc.string());
    fc.assert(
      fc.property(headers, fc.oneof(fc.string(), fc.json()), (given, body) => {
        assert.equal(read({ headers: given, body }).kind, 'invalid');
      }),
    );
  });

  it('never throws on what is rightly signed', () => {
    fc.assert(
      fc.property(fc.json(), (body) => void read(signed(body))),
      { numRuns: 30 },
    );
  });
});
