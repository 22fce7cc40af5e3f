import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createAcquirerTime } from '../../../../firmware/acquirer/acquirer-time.js';
import { createNotificationEndpoint } from '../../../../firmware/acquirer/notifications/notification-endpoint.js';
import type { Log } from '../../../../firmware/log/log.js';
import { createMemoryHttp, type MemoryAnswer } from '../../memory-http.js';
import { createTestTerminal } from '../../test-terminal.js';

const CODE = '281234567890123456789012';
const CNY_1250 = { currency: 'CNY', value: '1250' };
const ACKNOWLEDGED = { result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' } };

const CLIENT_ID = 'SANDBOX_1';
const SIGNED_AT = '1795465278000';
const WRONG = { signature: 'signature=wrong' };
const RIGHT = { 'client-id': CLIENT_ID, 'request-time': SIGNED_AT, signature: 'signature=right' };

interface Payment {
  readonly paymentRequestId: string;
  readonly paymentId: string;
  readonly paymentAmount: { readonly currency: string; readonly value: string };
}

/** A body as the acquirer sends it. */
function resultOf(payment: Payment, resultStatus: 'S' | 'F' = 'S') {
  return { notifyType: 'PAYMENT_RESULT', result: { resultStatus, resultCode: 'A_CODE' }, ...payment };
}

function createFixture() {
  const terminal = createTestTerminal();
  const http = createMemoryHttp();
  const refused: string[] = [];
  const ignored: string[] = [];
  const log: Log = {
    debug: () => undefined,
    error: () => undefined,
    warn: (_message, fields) => refused.push(String(fields?.reason)),
    info: (_message, fields) => ignored.push(String(fields?.why)),
  };
  createNotificationEndpoint(
    {
      http: http.host,
      clock: terminal.clock,
      kernel: terminal.kernel,
      log,
      listener: { host: '0.0.0.0', port: 8443, path: '/payNotify' },
      clientId: CLIENT_ID,
      signer: { sign: () => '', verify: (_content, signature) => signature === 'right' },
      acquirerTime: createAcquirerTime(terminal.clock, 30_000),
    },
    () => undefined,
  );
  http.finishListening();
  terminal.boot();
  const notify = (body: object, signedAt = SIGNED_AT): MemoryAnswer =>
    http.send({
      method: 'POST',
      target: '/payNotify',
      headers: { ...RIGHT, 'request-time': signedAt },
      body: JSON.stringify(body),
    });
  return { terminal, http, refused, ignored, notify };
}

function payingFixture() {
  const fixture = createFixture();
  const { terminal } = fixture;
  terminal.kernel.ask({ type: 'saleRequested', orderId: 'A-1', amount: CNY_1250 }, () => undefined);
  terminal.kernel.feed({ type: 'codeScanned', code: CODE });
  const { paymentRequestId } = terminal.last('sendPay').payment;
  const payment = { paymentRequestId, paymentId: '2026112319', paymentAmount: CNY_1250 };
  const sale = () => Object.values(terminal.kernel.state.book.sales).at(-1);
  const notifyOf = (notified: Payment, resultStatus?: 'S' | 'F'): MemoryAnswer =>
    fixture.notify(resultOf(notified, resultStatus));
  return { ...fixture, payment, notifyOf, sale };
}

describe('notification endpoint', () => {
  it('listens where it is told, within its limits', () => {
    const { http } = createFixture();
    const { judge, ...limits } = http.options();
    assert.equal(typeof judge, 'function');
    assert.deepEqual(limits, {
      host: '0.0.0.0',
      port: 8443,
      bodyLimitBytes: 65_536,
      requestTimeoutMs: 5000,
      connectionLimit: 16,
    });
  });

  it('judges path, method and signature header before the body is read', () => {
    const { http, refused } = createFixture();
    const judge = (method: string, target: string, headers: Readonly<Record<string, string>>) =>
      http.options().judge?.({ method, target, headers, remoteAddress: '192.0.2.1' })?.status;
    assert.deepEqual(
      [
        judge('POST', '/', WRONG),
        judge('GET', '/payNotify', WRONG),
        judge('POST', '/payNotify', {}),
        judge('POST', '/payNotify?a=b', WRONG),
      ],
      [404, 405, 400, undefined],
    );
    assert.deepEqual(refused, ['no signature']);
  });

  it('approves the payment that is under way, and acknowledges', () => {
    const { notifyOf, payment, sale } = payingFixture();
    const answer = notifyOf(payment);
    assert.equal(answer.status(), 200);
    assert.deepEqual(JSON.parse(answer.text()), ACKNOWLEDGED);
    assert.deepEqual(answer.headers(), {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    });
    assert.equal(sale()?.state, 'settled');
    assert.equal(sale()?.attempts.at(-1)?.paymentId, '2026112319');
  });

  it('acknowledges only after the approval is durable', () => {
    const { notifyOf, payment, terminal } = payingFixture();
    terminal.journal.pause();
    const answer = notifyOf(payment);
    assert.equal(answer.ends(), 0);
    terminal.journal.resume();
    assert.deepEqual([answer.status(), answer.ends()], [200, 1]);
  });

  it('asks for the notification again where the flash fails', () => {
    const { notifyOf, payment, terminal, sale } = payingFixture();
    terminal.journal.pause();
    const answer = notifyOf(payment);
    terminal.journal.fail();
    assert.equal(terminal.flashFailures.length, 1);
    assert.equal(answer.ends(), 0);
    terminal.clock.advance(4000);
    assert.equal(answer.status(), 503);
    assert.match(answer.text(), /"resultStatus":"U"/);
    assert.notEqual(sale()?.state, 'settled');
  });

  it('asks for the notification again where the flash takes too long, and answers once', () => {
    const { notifyOf, payment, terminal, sale } = payingFixture();
    terminal.journal.pause();
    const answer = notifyOf(payment);
    terminal.clock.advance(4000);
    terminal.journal.resume();
    assert.deepEqual([answer.status(), answer.ends()], [503, 1]);
    assert.equal(sale()?.state, 'settled');
    assert.equal(notifyOf(payment).status(), 200);
  });

  it('asks for the notification again while the journal is missing', () => {
    const { notify, payment, terminal, ignored } = payingFixture();
    terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: ['flashAbsent'] });
    const records = terminal.journal.records.length;
    for (const news of [resultOf(payment), { accessToken: 'of-the-day' }]) {
      const answer = notify(news);
      assert.equal(answer.status(), 503);
      assert.match(answer.text(), /"resultStatus":"U"/);
    }
    assert.equal(terminal.journal.records.length, records);
    assert.deepEqual(ignored, []);
  });

  it('does not approve another amount, and acknowledges', () => {
    const { notifyOf, payment, sale, terminal } = payingFixture();
    const answer = notifyOf({ ...payment, paymentAmount: { currency: 'CNY', value: '1' } });
    assert.equal(answer.status(), 200);
    assert.equal(sale()?.state, 'paying');
    assert.equal(terminal.last('raiseAlarm').alarm, 'amountDiffers');
  });

  it('acknowledges what it ignores: repetitions, unknown payments, other kinds', () => {
    const { notifyOf, payment, terminal, ignored } = payingFixture();
    notifyOf(payment);
    const { state } = terminal.kernel;
    const records = terminal.journal.records.length;
    const again = [
      () => notifyOf(payment),
      () => notifyOf({ ...payment, paymentRequestId: '1' }),
      () => notifyOf(payment, 'F'),
    ];
    for (const send of again) {
      const answer = send();
      assert.equal(answer.status(), 200);
      assert.deepEqual(JSON.parse(answer.text()), ACKNOWLEDGED);
    }
    assert.deepEqual(terminal.kernel.state.book, state.book);
    assert.equal(terminal.journal.records.length, records);
    assert.deepEqual(ignored, ['the result F A_CODE'], 'what never reaches the kernel is told to the log');
  });

  it('asks for the notification of an unknown payment again while there is no space to hold it', () => {
    const { notifyOf, payment, terminal } = payingFixture();
    const lost = (number: number) => {
      const paymentRequestId = payment.paymentRequestId.slice(0, -8) + `${number}`.padStart(8, '0');
      return { ...payment, paymentRequestId };
    };
    const statuses = Array.from({ length: 11 }, (_, number) => notifyOf(lost(number)).status());
    assert.deepEqual(statuses, [...Array.from({ length: 10 }, () => 200), 503]);
    const reversalId = `c${lost(3).paymentRequestId}`;
    terminal.kernel.ask({ type: 'reversalSettled', reversalId, by: 'Wang', note: 'lost card' }, () => undefined);
    assert.equal(notifyOf(lost(10)).status(), 200);
    assert.equal(terminal.kernel.state.book.reversals[`c${lost(10).paymentRequestId}`]?.cause, 'unknownPayment');
  });

  it('does not resurrect a sale whose reversal has begun', () => {
    const { notifyOf, payment, terminal, sale } = payingFixture();
    terminal.kernel.feed({ type: 'keyPressed', key: '*' });
    assert.equal(sale()?.state, 'reversing');
    assert.equal(notifyOf(payment).status(), 200);
    assert.equal(sale()?.state, 'reversing');
  });

  it('acknowledges a token only after it is durable, and shows it to nobody', () => {
    const { notify, terminal } = createFixture();
    terminal.journal.pause();
    const times = { authTime: '1700000000000', accessTokenExpiryTime: '1800000000000' };
    const answer = notify({ accessToken: 'agent-secret', ...times });
    assert.equal(answer.ends(), 0);
    assert.equal(terminal.kernel.state.book.agentToken, undefined);
    terminal.journal.resume();
    assert.equal(answer.status(), 200);
    assert.deepEqual(terminal.kernel.state.book.agentToken, {
      accessToken: 'agent-secret',
      issuedAtWallMs: 1_700_000_000_000,
      expiresAtWallMs: 1_800_000_000_000,
    });
    assert.doesNotMatch(answer.text(), /agent-secret/);
  });

  it('refuses a token of another merchant, and never acknowledges it', () => {
    const { notify, terminal } = createFixture();
    const token = { accessToken: 'first', authTime: '1700000001000', customerId: 'C1' };
    assert.equal(notify(token).status(), 200);
    const answer = notify({ ...token, accessToken: 'second', authTime: '1700000002000', customerId: 'C2' });
    assert.deepEqual([answer.status(), answer.text()], [403, '{}']);
    assert.equal(terminal.last('raiseAlarm').alarm, 'agentTokenRefused');
    assert.equal(terminal.kernel.state.book.agentToken?.accessToken, 'first');
    assert.equal(notify(token).status(), 200);
  });

  it('refuses one of two merchants whose tokens come in the same instant', () => {
    const { notify, terminal } = createFixture();
    terminal.journal.pause();
    const answers = ['C1', 'C2'].map((customerId) =>
      notify({ accessToken: `of-${customerId}`, authTime: '1700000001000', customerId }),
    );
    terminal.journal.resume();
    assert.deepEqual(
      answers.map((answer) => answer.status()),
      [200, 403],
    );
    assert.equal(terminal.kernel.state.book.agentToken?.accessToken, 'of-C1');
  });

  it('writes a token that is repeated to flash once', () => {
    const { notify, terminal } = createFixture();
    const token = { accessToken: 'agent-secret' };
    notify(token);
    const commits = terminal.journal.commits();
    for (let times = 0; times < 100; times += 1) assert.equal(notify(token).status(), 200);
    assert.equal(terminal.journal.commits(), commits);
    notify({ ...token, accessTokenExpiryTime: '1800000000000' }, '1795465278001');
    assert.equal(terminal.journal.commits(), commits + 1, 'another expiry is news');
  });

  const REFUSALS: readonly [name: string, method: string, target: string, status: number][] = [
    ['another path', 'POST', '/', 404],
    ['a longer path', 'POST', '/payNotify/', 404],
    ['a path in another case', 'POST', '/paynotify', 404],
    ['a path of the local API', 'GET', '/v1/status', 404],
    ['another method', 'GET', '/payNotify', 405],
    ['a wrong signature', 'POST', '/payNotify', 400],
    ['a wrong signature with a query', 'POST', '/payNotify?x=1', 400],
  ];
  for (const [name, method, target, status] of REFUSALS) {
    it(`answers ${status} to ${name}, and nothing changes`, () => {
      const { http, terminal, refused } = createFixture();
      const { state } = terminal.kernel;
      const answer = http.send({ method, target, headers: { ...RIGHT, ...WRONG }, body: '{"accessToken":"a"}' });
      assert.equal(answer.status(), status);
      assert.equal(terminal.kernel.state, state);
      assert.deepEqual(refused, status === 400 ? ['the signature does not fit the message'] : []);
      assert.equal(answer.headers().allow, status === 405 ? 'POST' : undefined);
    });
  }

  it('lets nothing without a right signature reach the kernel', () => {
    const { http, terminal, payment, sale } = payingFixture();
    const { state } = terminal.kernel;
    const ignored = terminal.ignored.length;
    fc.assert(
      fc.property(
        fc.string(),
        fc.oneof(fc.string(), fc.constant(JSON.stringify(resultOf(payment)))),
        (signature, body) => {
          const answer = http.send({ method: 'POST', target: '/payNotify', headers: { ...RIGHT, signature }, body });
          assert.deepEqual([answer.status(), answer.ends()], [400, 1]);
        },
      ),
      { numRuns: 100 },
    );
    assert.equal(terminal.kernel.state, state);
    assert.equal(terminal.ignored.length, ignored);
    assert.equal(sale()?.state, 'paying');
  });

  it('lets a bounded number of notifications wait for the flash', () => {
    const { notifyOf, payment, terminal } = payingFixture();
    terminal.journal.pause();
    const waiting = Array.from({ length: 16 }, () => notifyOf(payment));
    const tooMany = notifyOf(payment);
    assert.equal(tooMany.status(), 503);
    terminal.journal.resume();
    assert.equal(tooMany.ends(), 1);
    assert.deepEqual(new Set(waiting.map((answer) => answer.status())), new Set([200]));
    assert.equal(notifyOf(payment).status(), 200);
  });
});
