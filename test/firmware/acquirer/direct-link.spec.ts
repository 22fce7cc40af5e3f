import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import * as fc from 'fast-check';
import { type Clock, HostError, type HttpHost, type HttpReply, type HttpRequest } from '../../../drivers/host.js';
import type { AcquirerLink, AnswerCallback } from '../../../firmware/acquirer/acquirer-link.js';
import { type AcquirerTime, createAcquirerTime } from '../../../firmware/acquirer/acquirer-time.js';
import { createDirectLink, type DirectLinkConfig } from '../../../firmware/acquirer/direct-link.js';
import { signature } from '../../../firmware/acquirer/signature.js';
import { createRsaSigner } from '../../../firmware/acquirer/signer.js';
import type { LogFields } from '../../../firmware/log/log.js';
import type { AcquirerAnswer } from '../../../flows/acquirer-answer.js';
import { testKeys } from '../test-keys.js';

const { ours, acquirers } = testKeys;
const acquirer = createRsaSigner(acquirers.privateKey, ours.publicKey);
const code = '288888888888888888';
const paymentRequestId = '20261123202117100420000012500000017123456';

const config: DirectLinkConfig = {
  origin: 'https://open-sea-global.alipay.com',
  pathPrefix: '/ams/sandbox/api',
  clientId: 'SANDBOX_1',
  notifyUrl: 'https://pay.example.com/n',
  merchant: { id: 'M1', name: 'Merchant', mcc: '5814', store: { id: 'S1', name: 'Store', mcc: '5812' } },
  terminalId: 'T1',
};

const payRequest = {
  paymentRequestId,
  orderId: 'order-1',
  amount: { currency: 'CNY', value: '1250' },
  description: 'Cola',
  code,
  expiresAt: '2026-11-23T20:22:17+08:00',
  requestedAt: '2026-11-23T20:21:17+08:00',
};

type Answering = (request: HttpRequest) => { afterMs: number; error?: HostError; reply?: HttpReply };

/** A link to an imagined acquirer, in virtual time. */
function createBench(
  answering: Answering,
  more: Partial<DirectLinkConfig> = {},
  agentToken?: () => string | undefined,
  acquirerTime?: AcquirerTime,
) {
  const due: { atMs: number; run: () => void }[] = [];
  const requests: HttpRequest[] = [];
  const lines: string[] = [];
  let nowMs = 0;
  const clock: Clock = {
    monotonicMs: () => nowMs,
    wallMs: () => 1_795_465_277_042.5 + nowMs,
    after: () => assert.fail('the link holds no timers'),
  };
  const http: HttpHost = {
    request(request, done) {
      requests.push(request);
      const { afterMs, error, reply } = answering(request);
      const late = afterMs > request.timeoutMs;
      due.push({
        atMs: nowMs + Math.min(afterMs, request.timeoutMs),
        run: () => (late ? done(new HostError('timeout', 'no reply')) : done(error, reply)),
      });
      return { abort: () => undefined };
    },
    listen: () => assert.fail('the link listens to nothing'),
    reach: () => assert.fail('nobody asked for that'),
  };
  const write = (message: string, fields: LogFields = {}) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: write, info: write, warn: write, error: write };
  const signer = createRsaSigner(ours.privateKey, acquirers.publicKey);
  const link = createDirectLink({
    http,
    clock,
    signer,
    log,
    config: { ...config, ...more },
    ...(agentToken ? { agentToken } : {}),
    ...(acquirerTime ? { acquirerTime } : {}),
  });

  function ask(call: (link: AcquirerLink, done: AnswerCallback) => void): AcquirerAnswer {
    const answers: AcquirerAnswer[] = [];
    call(link, (answer) => answers.push(answer));
    assert.equal(answers.length, 0, 'no answer comes within the call');
    for (const next of due.splice(0)) {
      nowMs = next.atMs;
      next.run();
    }
    assert.equal(answers.length, 1);
    return answers[0] ?? assert.fail();
  }
  return { ask, requests, lines, nowMs: () => nowMs };
}

/** An honestly signed reply. */
function reply(request: HttpRequest, body: string, change: Partial<Record<string, string>> = {}): HttpReply {
  const time = '1795465278000';
  const signed = acquirer.sign(signature.content(new URL(request.url).pathname, config.clientId, time, body));
  const headers: Record<string, string> = {
    'client-id': config.clientId,
    'response-time': time,
    signature: signature.header(signed),
    tracerid: 'trace-1',
  };
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) delete headers[name];
    else headers[name] = value;
  }
  return { status: 200, headers, body };
}

const success = JSON.stringify({
  result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
  paymentRequestId,
  paymentId: 'P1',
  paymentAmount: { currency: 'CNY', value: '1250' },
});
const twice = (value = ''): string => `${value}, ${value}`;
const pay = (link: AcquirerLink, done: AnswerCallback) => link.pay(payRequest, 5000, done);

describe('createDirectLink', () => {
  it('sends a payment that the acquirer can verify, with every field the interface asks for', () => {
    const { ask, requests } = createBench((request) => ({ afterMs: 40, reply: reply(request, success) }));
    ask(pay);
    const [request] = requests;
    assert.ok(request);
    assert.equal(request.method, 'POST');
    assert.equal(request.url, 'https://open-sea-global.alipay.com/ams/sandbox/api/v1/payments/pay');
    assert.equal(request.timeoutMs, 5000);
    assert.equal(request.replyLimitBytes, 65_536);
    assert.equal(request.headers['content-type'], 'application/json; charset=UTF-8');
    assert.equal(request.headers['request-time'], '1795465277042');
    assert.equal(request.headers['agent-token'], undefined);
    const signed = signature.parse(request.headers.signature ?? '') ?? assert.fail();
    const content = signature.content('/ams/sandbox/api/v1/payments/pay', 'SANDBOX_1', '1795465277042', request.body);
    assert.equal(acquirer.verify(content, signed), true);
    assert.deepEqual(JSON.parse(request.body), {
      productCode: 'IN_STORE_PAYMENT',
      paymentRequestId,
      paymentAmount: { currency: 'CNY', value: '1250' },
      paymentMethod: { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: code },
      paymentFactor: { inStorePaymentScenario: 'PaymentCode' },
      paymentExpiryTime: '2026-11-23T20:22:17+08:00',
      paymentNotifyUrl: 'https://pay.example.com/n',
      order: {
        referenceOrderId: 'order-1',
        orderDescription: 'Cola',
        orderAmount: { currency: 'CNY', value: '1250' },
        merchant: {
          referenceMerchantId: 'M1',
          merchantName: 'Merchant',
          merchantMCC: '5814',
          store: { referenceStoreId: 'S1', storeName: 'Store', storeMCC: '5812' },
        },
        env: { storeTerminalId: 'T1', storeTerminalRequestTime: '2026-11-23T20:21:17+08:00' },
      },
    });
  });

  it('sends region and settlement currency where they are configured, and trusts the configured authority', () => {
    const tls = { caFile: '/data/ca.pem' };
    const merchant = { ...config.merchant, region: 'SG' };
    const bench = createBench(() => ({ afterMs: 1 }), { settlementCurrency: 'USD', merchant, tls });
    bench.ask(pay);
    const { merchantRegion, settlementStrategy } = JSON.parse(bench.requests[0]?.body ?? '');
    assert.deepEqual([merchantRegion, settlementStrategy], ['SG', { settlementCurrency: 'USD' }]);
    assert.deepEqual(bench.requests[0]?.tls, tls);
    const plain = createBench(() => ({ afterMs: 1 }));
    plain.ask(pay);
    assert.equal('tls' in (plain.requests[0] ?? {}), false);
  });

  const amount = { currency: 'CNY', value: '50' };
  const calls: readonly (readonly [string, (link: AcquirerLink, done: AnswerCallback) => void, object])[] = [
    ['inquiryPayment', (link, done) => link.inquirePayment({ paymentRequestId }, 3000, done), { paymentRequestId }],
    ['cancel', (link, done) => link.cancel({ paymentRequestId }, 3000, done), { paymentRequestId }],
    [
      'inquiryRefund',
      (link, done) => link.inquireRefund({ refundRequestId: 'R1' }, 3000, done),
      { refundRequestId: 'R1' },
    ],
    [
      'refund',
      (link, done) => link.refund({ refundRequestId: 'R1', paymentId: 'P1', amount, reason: 'jam' }, 3000, done),
      { refundRequestId: 'R1', paymentId: 'P1', refundAmount: amount, refundReason: 'jam' },
    ],
  ];
  for (const [name, call, body] of calls) {
    it(`sends ${name} to its path with its ids`, () => {
      const { ask, requests } = createBench((request) => ({ afterMs: 1, reply: reply(request, success) }));
      ask(call);
      assert.equal(requests[0]?.url, `https://open-sea-global.alipay.com/ams/sandbox/api/v1/payments/${name}`);
      assert.equal(requests[0]?.timeoutMs, 3000);
      assert.deepEqual(JSON.parse(requests[0]?.body ?? ''), body);
    });
  }

  it('sends the agent token of the moment, and never logs it', () => {
    const tokens = ['token-one', undefined];
    const bench = createBench(
      (request) => ({ afterMs: 1, reply: reply(request, success) }),
      {},
      () => tokens.shift(),
    );
    bench.ask(pay);
    bench.ask(pay);
    assert.deepEqual(
      bench.requests.map(({ headers }) => headers['agent-token']),
      ['token-one', undefined],
    );
    assert.ok(!bench.lines.join().includes('token-one'));
  });

  it('believes a success that is rightly signed', () => {
    const { ask, lines } = createBench((request) => ({ afterMs: 40, reply: reply(request, success) }));
    assert.deepEqual(ask(pay), {
      kind: 'answered',
      signature: 'valid',
      status: 'S',
      code: 'SUCCESS',
      paymentId: 'P1',
      amount: { currency: 'CNY', value: '1250' },
      atAcquirerMs: 1_795_465_278_000,
    });
    assert.match(lines.join(), /trace-1/);
    assert.ok(!lines.join().includes(code));
  });

  const other = createRsaSigner(ours.privateKey, ours.publicKey);
  const forged = signature.header(
    other.sign(signature.content('/ams/sandbox/api/v1/payments/pay', 'SANDBOX_1', '1795465278000', success)),
  );
  const elsewhere = signature.header(
    acquirer.sign(signature.content('/ams/api/v1/payments/pay', 'SANDBOX_1', '1795465278000', success)),
  );
  const doubted: readonly (readonly [
    string,
    Partial<Record<string, string>> & { signature?: string | undefined },
    'missing' | 'wrong',
  ])[] = [
    ['without a signature', { signature: undefined as never }, 'missing'],
    ['with an empty signature header', { signature: ' ' }, 'missing'],
    ['signed with another key', { signature: forged }, 'wrong'],
    ['signed over another path', { signature: elsewhere }, 'wrong'],
    ['with an unreadable signature', { signature: 'algorithm=RSA256' }, 'wrong'],
    ['for another client', { 'client-id': 'SANDBOX_2' }, 'wrong'],
    ['without a client id', { 'client-id': undefined as never }, 'wrong'],
    ['without a time', { 'response-time': undefined as never }, 'wrong'],
    ['with another time', { 'response-time': '1795465278001' }, 'wrong'],
  ];
  for (const [what, change, expected] of doubted) {
    it(`does not believe a success ${what}`, () => {
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, success, change) }));
      const answer = ask(pay);
      assert.ok(answer.kind === 'answered');
      assert.equal(answer.signature, expected);
      assert.equal(answer.atAcquirerMs, undefined);
    });
  }

  it('does not believe a body that was changed after signing', () => {
    const { ask } = createBench((request) => {
      const honest = reply(request, success);
      return { afterMs: 1, reply: { ...honest, body: success.replace('"1250"', '"1251"') } };
    });
    const answer = ask(pay);
    assert.ok(answer.kind === 'answered' && answer.signature === 'wrong');
  });

  const silences: readonly (readonly [string, ReturnType<Answering>, string])[] = [
    ['a reply that comes too late', { afterMs: 5001, reply: { status: 200, headers: {}, body: success } }, 'timeout'],
    ['a refused connection', { afterMs: 1, error: new HostError('refused', 'ECONNREFUSED') }, 'refused'],
    ['a reset connection', { afterMs: 1, error: new HostError('disconnected', 'ECONNRESET') }, 'disconnected'],
    ['an unexpected error', { afterMs: 1, error: new HostError('io', 'TLS') }, 'disconnected'],
    ['a huge body', { afterMs: 1, error: new HostError('tooLarge', 'over 64 KiB') }, 'tooLarge'],
    ['a gateway’s page', { afterMs: 1, reply: { status: 502, headers: {}, body: '<html>' } }, 'httpStatus'],
    ['a redirect', { afterMs: 1, reply: { status: 302, headers: {}, body: success } }, 'httpStatus'],
    ['a page with status 200', { afterMs: 1, reply: { status: 200, headers: {}, body: '<html>' } }, 'garbled'],
    ['an empty body', { afterMs: 1, reply: { status: 200, headers: {}, body: '' } }, 'garbled'],
    [
      'a body without result',
      { afterMs: 1, reply: { status: 200, headers: {}, body: '{"paymentId":"P1"}' } },
      'garbled',
    ],
    [
      'a status that is none',
      {
        afterMs: 1,
        reply: { status: 200, headers: {}, body: '{"result":{"resultStatus":"s","resultCode":"SUCCESS"}}' },
      },
      'garbled',
    ],
  ];
  for (const [what, answering, reason] of silences) {
    it(`counts ${what} as silence`, () => {
      const { ask } = createBench(() => answering);
      const answer = ask(pay);
      assert.ok(answer.kind === 'silence');
      assert.equal(answer.reason, reason);
    });
  }

  it('waits no longer than asked', () => {
    const { ask, nowMs } = createBench(() => ({ afterMs: 60_000 }));
    ask(pay);
    assert.equal(nowMs(), 5000);
  });

  for (const strange of ['"other"', '7', 'null', '""', '{}']) {
    it(`counts a signed reply whose paymentRequestId is ${strange} as silence`, () => {
      const body = success.replace(`"${paymentRequestId}"`, strange);
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
      const answer = ask(pay);
      assert.ok(answer.kind === 'silence');
      assert.equal(answer.reason, 'mismatch');
    });
  }

  const NAMES_NOTHING: readonly (readonly [string, (link: AcquirerLink, done: AnswerCallback) => void])[] = [
    ['pay', pay],
    ['inquiryPayment', (link, done) => link.inquirePayment({ paymentRequestId }, 3000, done)],
    ['cancel', (link, done) => link.cancel({ paymentRequestId }, 3000, done)],
    ['inquiryRefund', (link, done) => link.inquireRefund({ refundRequestId: 'R1' }, 3000, done)],
  ];
  for (const [what, call] of NAMES_NOTHING) {
    it(`counts a signed success to ${what} that names no request as silence, and believes a refusal that names none`, () => {
      const told = (status: 'S' | 'F' | 'U') => {
        const result = { resultCode: status === 'S' ? 'SUCCESS' : 'PROCESS_FAIL', resultStatus: status };
        const body = JSON.stringify({ result, paymentId: 'P1', paymentStatus: 'SUCCESS', refundStatus: 'SUCCESS' });
        return createBench((request) => ({ afterMs: 1, reply: reply(request, body) })).ask(call);
      };
      const success = told('S');
      assert.ok(success.kind === 'silence');
      assert.deepEqual([success.reason, success.detail], ['mismatch', 'the reply names no request']);
      for (const status of ['F', 'U'] as const) assert.ok(told(status).kind === 'answered');
    });
  }

  const TWICE: readonly (readonly [string, string])[] = [
    ['S, then F', success.replace(/}$/, ',"result":{"resultCode":"RISK_REJECT","resultStatus":"F"}}')],
    ['F, then S', success.replace('{', '{"result":{"resultCode":"RISK_REJECT","resultStatus":"F"},')],
    ['the second name escaped', success.replace(/}$/, ',"resul\\u0074":{"resultCode":"NO","resultStatus":"F"}}')],
    ['two statuses in one result', success.replace('"resultStatus":"S"', '"resultStatus":"S","resultStatus":"F"')],
    ['two amounts', success.replace('"value":"1250"', '"value":"1250","value":"1"')],
    ['two request ids', success.replace(/}$/, `,"paymentRequestId":"${paymentRequestId}"}`)],
    ['a name twice where it is of no use', success.replace(/}$/, ',"pspCustomerInfo":{"a":"1","a":"1"}}')],
    ['__proto__ twice', success.replace(/}$/, ',"__proto__":{},"__proto__":{"resultStatus":"F"}}')],
    ['a second text behind it', `${success}{}`],
  ];
  for (const [what, body] of TWICE) {
    it(`counts a signed reply that can be read in two ways as silence: ${what}`, () => {
      const answer = createBench((request) => ({ afterMs: 1, reply: reply(request, body) })).ask(pay);
      assert.ok(answer.kind === 'silence');
      assert.equal(answer.reason, 'garbled');
    });
  }

  const ONE_WAY: readonly (readonly [string, string])[] = [
    ['equal names in different objects', success.replace(/}$/, ',"a":{"result":"x"},"b":[{"c":"1"},{"c":"2"}]}')],
    ['names in a text', success.replace(/}$/, ',"note":"\\"result\\":1,\\"result\\":2"}')],
    ['a byte order mark', `\ufeff${success}`],
    ['__proto__', success.replace(/}$/, ',"__proto__":{"paymentId":"P2","resultStatus":"F"}}')],
    ['a whole number for an amount', success.replace('"1250"', '1250')],
  ];
  for (const [what, body] of ONE_WAY) {
    it(`believes a signed success with ${what}`, () => {
      const answer = createBench((request) => ({ afterMs: 1, reply: reply(request, body) })).ask(pay);
      assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
      assert.deepEqual(
        [answer.status, answer.paymentId, answer.amount],
        ['S', 'P1', { currency: 'CNY', value: '1250' }],
      );
    });
  }

  for (const number of ['1250.0', '1.25e3', '1250E0', '-1250', '9007199254740993', '0.5']) {
    it(`leaves out an amount that is the number ${number}`, () => {
      const body = success.replace('"1250"', number);
      const answer = createBench((request) => ({ afterMs: 1, reply: reply(request, body) })).ask(pay);
      assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
      assert.equal(answer.amount, undefined);
    });
  }

  it('believes a signature over bytes of which one is not UTF-8', () => {
    const bytes = Buffer.from(success.replace('"success"', '"succ\u00e9s"'), 'latin1');
    const answer = createBench((request) => {
      const time = '1795465278000';
      const content = signature.content(new URL(request.url).pathname, config.clientId, time, bytes);
      const signed = sign('RSA-SHA256', content, acquirers.privateKey).toString('base64');
      const honest = reply(request, '', { signature: signature.header(signed) });
      return { afterMs: 1, reply: { ...honest, body: bytes.toString('utf8'), bytes } };
    }).ask(pay);
    assert.ok(answer.kind === 'answered' && answer.signature === 'valid', JSON.stringify(answer));
    assert.deepEqual([answer.status, answer.paymentId], ['S', 'P1']);
  });

  for (const name of ['signature', 'response-time', 'client-id']) {
    it(`does not believe a reply with two headers ${name}`, () => {
      const answer = createBench((request) => {
        const honest = reply(request, success);
        return {
          afterMs: 1,
          reply: { ...honest, headers: { ...honest.headers, [name]: twice(honest.headers[name]) } },
        };
      }).ask(pay);
      assert.ok(answer.kind === 'answered' && answer.signature === 'wrong');
    });
  }

  describe('where the acquirer’s time is known', () => {
    const day = 86_400_000;
    const now = 1_795_465_278_000;
    /** Asked 1 s after the acquirer said `now`, answered after two more by a reply that was signed then. */
    function askAt(time: string, call: typeof pay = pay): AcquirerAnswer {
      let nowMs = 0;
      const acquirerTime = createAcquirerTime(
        { monotonicMs: () => nowMs, wallMs: () => 0, after: () => assert.fail() },
        30_000,
      );
      acquirerTime.learn(now - 1000);
      nowMs = 1000;
      const bench = createBench(
        (request) => {
          nowMs = 3000;
          const content = signature.content(new URL(request.url).pathname, config.clientId, time, success);
          const change = { 'response-time': time, signature: signature.header(acquirer.sign(content)) };
          return { afterMs: 2000, reply: reply(request, success, change) };
        },
        {},
        undefined,
        acquirerTime,
      );
      return bench.ask(call);
    }

    for (const signedAt of [now, now + 2000, now - 29_000, now + 31_000]) {
      it(`believes a reply that was signed ${(signedAt - now) / 1000} s after the request`, () => {
        assert.equal(askAt(String(signedAt)).kind, 'answered');
      });
    }

    const far: readonly (readonly [string, string])[] = [
      [String(now - 2 * day), 'it was signed 172802 s ago'],
      [String(now - 31_000), 'it was signed 33 s ago'],
      [String(now + 2 * day), 'it is signed 172798 s ahead'],
      ['yesterday', 'the time at which it was signed cannot be read'],
    ];
    for (const [time, detail] of far) {
      it(`counts a reply that is signed at ${time} as silence`, () => {
        const answer = askAt(time);
        assert.ok(answer.kind === 'silence');
        assert.deepEqual([answer.reason, answer.detail], ['mismatch', detail]);
      });
    }

    it('goes by its own clock before the first probe, and believes no reply of another time', () => {
      const askUnprobed = (wallMs: number): AcquirerAnswer => {
        const acquirerTime = createAcquirerTime(
          { monotonicMs: () => 0, wallMs: () => wallMs, after: () => assert.fail() },
          30_000,
        );
        const answering: Answering = (request) => ({ afterMs: 50, reply: reply(request, success) });
        return createBench(answering, {}, undefined, acquirerTime).ask(pay);
      };
      assert.equal(askUnprobed(now + 20_000).kind, 'answered');
      for (const wallMs of [now + 2 * day, now - 2 * day]) assert.equal(askUnprobed(wallMs).kind, 'silence');
    });

    it('does not judge the answer to a probe, which brings the time', () => {
      const answer = askAt(String(now - 2 * day), (link, done) => link.probe({ paymentRequestId }, 3000, done));
      assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
      assert.equal(answer.atAcquirerMs, now - 2 * day);
    });
  });

  const refund = (link: AcquirerLink, done: AnswerCallback) =>
    link.refund({ refundRequestId: 'R1', paymentId: 'P1', amount }, 3000, done);
  const REFUND_REPLIES: readonly (readonly [string, object, 'answered' | 'silence'])[] = [
    ['that names what was asked', { refundRequestId: 'R1', paymentId: 'P1' }, 'answered'],
    ['that names nothing', {}, 'silence'],
    ['that names the payment only', { paymentId: 'P1' }, 'silence'],
    ['about another refund of the payment', { refundRequestId: 'R2', paymentId: 'P1' }, 'silence'],
    ['about another payment', { refundRequestId: 'R1', paymentId: 'P2' }, 'silence'],
  ];
  for (const [what, names, kind] of REFUND_REPLIES) {
    it(`takes a signed reply to a refund ${what} for ${kind === 'answered' ? 'an answer' : 'silence'}`, () => {
      const body = JSON.stringify({ result: { resultCode: 'SUCCESS', resultStatus: 'S' }, ...names });
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
      assert.equal(ask(refund).kind, kind);
    });
  }

  it('reads how a refund ended, and its amount', () => {
    const body = JSON.stringify({
      result: { resultCode: 'SUCCESS', resultStatus: 'S' },
      refundRequestId: 'R1',
      refundId: 'RF1',
      refundAmount: amount,
      refundStatus: 'processing',
    });
    const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
    const answer = ask((link, done) => link.inquireRefund({ refundRequestId: 'R1' }, 3000, done));
    assert.ok(answer.kind === 'answered');
    assert.deepEqual([answer.refundId, answer.refundAmount, answer.refundStatus], ['RF1', amount, 'PROCESSING']);
  });

  const TIMES: readonly (readonly [string, number | undefined])[] = [
    ['1795465278000', 1_795_465_278_000],
    ['2026-11-23T20:21:18+08:00', 1_795_436_478_000],
    ['2026-11-23T12:21:18.500Z', 1_795_436_478_500],
    ['2026-11-23T20:21:18+0800', 1_795_436_478_000],
    ['17954652780', undefined],
    ['179546527800000', undefined],
    ['-1795465278000', undefined],
    ['1795465278000ms', undefined],
    ['2026-11-23T20:21:18', undefined],
    ['2026-13-23T20:21:18Z', undefined],
    ['on 2026-11-23T20:21:18Z', undefined],
    ['Mon, 23 Nov 2026 12:21:18 GMT', undefined],
  ];
  for (const [time, expected] of TIMES) {
    it(`believes a reply signed at ${time}, which brings ${expected ?? 'no time'}`, () => {
      const { ask } = createBench((request) => {
        const signed = acquirer.sign(signature.content(new URL(request.url).pathname, config.clientId, time, success));
        const change = { 'response-time': time, signature: signature.header(signed) };
        return { afterMs: 1, reply: reply(request, success, change) };
      });
      const answer = ask(pay);
      assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
      assert.equal(answer.atAcquirerMs, expected);
    });
  }

  it('says why it heard nothing in a line that may be logged', () => {
    const error = new HostError('disconnected', `reset\nlevel=error ${'x'.repeat(600)}`);
    const answer = createBench(() => ({ afterMs: 1, error })).ask(pay);
    assert.ok(answer.kind === 'silence');
    assert.equal(answer.detail, `reset?level=error ${'x'.repeat(282)}`);
  });

  it('reads an inquiry, whatever the case of its status', () => {
    const body = JSON.stringify({
      result: { resultCode: 'SUCCESS', resultStatus: 'S' },
      paymentRequestId,
      paymentStatus: 'Success',
      paymentResultCode: 'SUCCESS',
      paymentQuote: { quotePrice: 1.25, guaranteed: true },
    });
    const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
    const answer = ask((link, done) => link.inquirePayment({ paymentRequestId }, 3000, done));
    assert.ok(answer.kind === 'answered');
    assert.equal(answer.paymentStatus, 'SUCCESS');
    assert.equal(answer.amount, undefined);
  });

  const odd: readonly (readonly [string, string, Partial<Extract<AcquirerAnswer, { kind: 'answered' }>>])[] = [
    [
      'a code with line ends',
      '{"result":{"resultStatus":"F","resultCode":"BAD\\nlevel=error"}}',
      { code: 'BAD_level_error' },
    ],
    ['no code', '{"result":{"resultStatus":"U"}}', { code: 'NO_CODE' }],
    ['a number for a code', '{"result":{"resultStatus":"U","resultCode":7}}', { code: 'NO_CODE' }],
    ['an empty code', '{"result":{"resultStatus":"U","resultCode":""}}', { code: 'NO_CODE' }],
    ['a long code', `{"result":{"resultStatus":"F","resultCode":"${'A'.repeat(65)}"}}`, { code: 'A'.repeat(64) }],
  ];
  for (const [what, body, expected] of odd) {
    it(`copes with ${what}`, () => {
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
      const answer = ask(pay);
      assert.ok(answer.kind === 'answered');
      assert.equal(answer.code, expected.code);
    });
  }

  for (const paymentAmount of [
    ...['1250.00', '-1250', '01250', '1e3', '', '1250\n', '12500000000000000', 1250.5, -1250, 1e21, null].map(
      (value) => ({
        currency: 'CNY',
        value,
      }),
    ),
    ...['cny', 'CNYX', 'XCNY', '', null].map((currency) => ({ currency, value: '1250' })),
    { value: '1250' },
    { currency: 'CNY' },
  ]) {
    it(`leaves out an amount of ${JSON.stringify(paymentAmount)}`, () => {
      const body = JSON.stringify({ ...JSON.parse(success), paymentAmount });
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
      const answer = ask(pay);
      assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
      assert.equal(answer.amount, undefined);
    });
  }

  it('does not take the amount of a refund for that of a payment', () => {
    const refundAmount = { currency: 'CNY', value: '1250' };
    const body = JSON.stringify({ ...JSON.parse(success), paymentAmount: undefined, refundAmount });
    const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
    const answer = ask(pay);
    assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
    assert.deepEqual([answer.amount, answer.refundAmount], [undefined, refundAmount]);
  });

  const UNREADABLE: readonly (readonly [string, object])[] = [
    ['a payment id with a blank', { paymentId: 'P 1' }],
    ['a payment id with a line end', { paymentId: 'P1\n' }],
    ['a payment id that is too long', { paymentId: 'P'.repeat(65) }],
    ['an empty payment id', { paymentId: '' }],
    ['a status of two words', { paymentStatus: 'NOT SUCCESS' }],
    ['a status with a line end', { paymentStatus: 'SUCCESS\n' }],
    ['a status that is too long', { paymentStatus: 'S'.repeat(65) }],
    ['a status that is none', { paymentStatus: 7 }],
  ];
  for (const [what, fields] of UNREADABLE) {
    it(`leaves out ${what}`, () => {
      const result = { resultCode: 'SUCCESS', resultStatus: 'S' };
      const body = JSON.stringify({ result, paymentRequestId, ...fields });
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
      const answer = ask(pay);
      assert.ok(answer.kind === 'answered' && answer.signature === 'valid');
      assert.deepEqual([answer.paymentId, answer.paymentStatus], [undefined, undefined]);
    });
  }

  it('takes ids and words of one character and of 64', () => {
    for (const length of [1, 64]) {
      const [paymentId, paymentStatus] = ['P'.repeat(length), 'S'.repeat(length)];
      const result = { resultCode: 'SUCCESS', resultStatus: 'S' };
      const body = JSON.stringify({ result, paymentRequestId, paymentId, paymentStatus });
      const { ask } = createBench((request) => ({ afterMs: 1, reply: reply(request, body) }));
      const answer = ask(pay);
      assert.ok(answer.kind === 'answered');
      assert.deepEqual([answer.paymentId, answer.paymentStatus], [paymentId, paymentStatus]);
    }
  });

  it('answers once and in bounds, whatever comes', () => {
    const loose = fc.record(
      {
        result: fc.oneof(
          fc.anything(),
          fc.record({
            resultStatus: fc.oneof(fc.constantFrom('S', 'F', 'U'), fc.anything()),
            resultCode: fc.anything(),
          }),
        ),
        paymentRequestId: fc.oneof(fc.constant(paymentRequestId), fc.anything()),
        paymentId: fc.anything(),
        paymentAmount: fc.oneof(fc.anything(), fc.record({ currency: fc.anything(), value: fc.anything() })),
        paymentStatus: fc.anything(),
        paymentResultCode: fc.anything(),
        refundId: fc.anything(),
      },
      { requiredKeys: [] },
    );
    const bodies = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      loose.map((value) => JSON.stringify(value) ?? ''),
      fc.integer({ min: 1, max: 20_000 }).map((depth) => '['.repeat(depth)),
    );
    fc.assert(
      fc.property(
        fc.record({
          status: fc.constantFrom(200, 200, 200, 204, 500),
          headers: fc.dictionary(fc.constantFrom('signature', 'client-id', 'response-time', 'tracerid'), fc.string()),
          body: bodies,
        }),
        (hostile) => {
          const { ask } = createBench(() => ({ afterMs: 1, reply: hostile }));
          const answer = ask(pay);
          if (answer.kind === 'silence') return assert.ok((answer.detail ?? '').length <= 300);
          assert.notEqual(answer.signature, 'valid');
          assert.match(answer.code, /^\w{1,64}$/);
          if (answer.amount) assert.match(answer.amount.value, /^\d{1,16}$/);
          for (const word of [answer.paymentStatus, answer.paymentResultCode])
            assert.match(word ?? 'X', /^[A-Z0-9_]{1,64}$/);
          return assert.match(answer.paymentId ?? 'X', /^[\x21-\x7e]{1,64}$/);
        },
      ),
      { numRuns: 150 },
    );
  });
});
