import assert from 'node:assert/strict';
import { type AcquirerReply, type AcquirerRequest, createAcquirer } from '../../../hw-sim/acquirer/acquirer.js';
import { signatureHeader, signedContent } from '../../../hw-sim/acquirer/acquirer-signer.js';
import {
  type AcquirerBench,
  type Body,
  createAcquirerBench,
  payBody,
  terminalSigner,
  understand,
} from './acquirer-bench.js';

function receive(bench: AcquirerBench, request: AcquirerRequest) {
  let told: AcquirerReply | undefined;
  bench.acquirer.receive(request, (reply) => {
    told = reply;
  });
  assert.ok(told !== undefined && told !== 'silence');
  return understand(request.path, told);
}

function sign(request: AcquirerRequest, path = request.path): AcquirerRequest {
  const { headers, body } = request;
  const content = signedContent(path, headers['Client-Id'] ?? '', headers['Request-Time'] ?? '', body);
  return { ...request, headers: { ...headers, Signature: signatureHeader(terminalSigner.sign(content)) } };
}

describe('acquirer: what is refused before it reaches the ledger', () => {
  const cases: readonly [string, (request: AcquirerRequest) => AcquirerRequest, string, 'not' | 'rightly'][] = [
    ['another path', (request) => sign({ ...request, path: '/ams/api/v1/payments/charge' }), 'NO_INTERFACE_DEF', 'not'],
    [
      'the sandbox path with a client id of production',
      (request) => sign({ ...request, path: '/ams/sandbox/api/v1/payments/pay' }),
      'NO_INTERFACE_DEF',
      'not',
    ],
    ['an unknown client', (request) => sign(header(request, 'Client-Id', 'T_2')), 'INVALID_CLIENT', 'not'],
    ['no client', (request) => sign(header(request, 'Client-Id', undefined)), 'INVALID_CLIENT', 'not'],
    ['no signature', (request) => header(request, 'Signature', undefined), 'INVALID_SIGNATURE', 'not'],
    [
      'a signature over another path',
      (request) => sign(request, '/ams/api/v1/payments/cancel'),
      'INVALID_SIGNATURE',
      'not',
    ],
    ['a body changed on its way', (request) => ({ ...request, body: `${request.body} ` }), 'INVALID_SIGNATURE', 'not'],
    [
      'a time changed on its way',
      (request) => header(request, 'Request-Time', '1700000000000'),
      'INVALID_SIGNATURE',
      'not',
    ],
    [
      'another algorithm',
      (request) => header(request, 'Signature', (request.headers.Signature ?? '').replace('RSA256', 'none')),
      'INVALID_SIGNATURE',
      'not',
    ],
    ['no time', (request) => sign(header(request, 'Request-Time', undefined)), 'PARAM_ILLEGAL', 'rightly'],
    ['a time in seconds', (request) => sign(header(request, 'Request-Time', '1700000000')), 'PARAM_ILLEGAL', 'rightly'],
    ['a form', (request) => sign(header(request, 'Content-Type', 'text/plain')), 'MEDIA_TYPE_NOT_ACCEPTABLE', 'not'],
    ['a body that is no JSON', (request) => sign({ ...request, body: '{"a":' }), 'PARAM_ILLEGAL', 'rightly'],
    ['a body that is no object', (request) => sign({ ...request, body: '[]' }), 'PARAM_ILLEGAL', 'rightly'],
  ];
  function header(request: AcquirerRequest, name: string, value: string | undefined): AcquirerRequest {
    const { [name]: _old, ...rest } = request.headers;
    return { ...request, headers: value === undefined ? rest : { ...rest, [name]: value } };
  }

  for (const [name, change, code, signed] of cases) {
    it(`answers ${name} with ${code}, ${signed === 'not' ? 'unsigned' : 'signed'}`, () => {
      const bench = createAcquirerBench();
      const told = receive(bench, change(bench.request('pay', payBody('R1'))));
      assert.equal(told.code, code);
      assert.equal(told.status, 'F');
      assert.equal(told.signed, signed);
      assert.deepEqual(bench.acquirer.ledger.history, []);
    });
  }

  it('accepts an ISO time and spaces after the commas of the signature', () => {
    const bench = createAcquirerBench();
    const request = sign(header(bench.request('pay', payBody('R1')), 'Request-Time', '2024-06-11T12:00:00+08:00'));
    const spaced = header(request, 'Signature', (request.headers.Signature ?? '').replaceAll(',', ', '));
    assert.equal(receive(bench, spaced).code, 'SUCCESS');
  });

  it('asks for the agent token of ISV mode where it has given one', () => {
    const bench = createAcquirerBench({ agentToken: 'token-1' });
    const request = bench.request('pay', payBody('R1'));
    assert.equal(receive(bench, request).code, 'ACCESS_DENIED');
    assert.equal(receive(bench, header(request, 'agent-token', 'token-2')).code, 'ACCESS_DENIED');
    assert.equal(receive(bench, header(request, 'Agent-Token', 'token-1')).code, 'SUCCESS');
  });
});

describe('acquirer: what a request must look like', () => {
  /** Sets (or, without a value, removes) one field of a body given by its path. */
  function change(body: Body, path: string, value?: unknown): Body {
    const copy = structuredClone(body);
    const names = path.split('.');
    const last = names.pop() ?? '';
    const parent = names.reduce<Body>((at, name) => at[name] as Body, copy);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
    return copy;
  }

  const required = [
    'productCode',
    'paymentRequestId',
    'paymentAmount',
    'paymentAmount.currency',
    'paymentAmount.value',
    'paymentMethod',
    'paymentMethod.paymentMethodType',
    'paymentMethod.paymentMethodId',
    'order',
    'order.referenceOrderId',
    'order.orderDescription',
    'order.orderAmount',
    'order.merchant',
    'order.merchant.referenceMerchantId',
    'order.merchant.merchantName',
    'order.merchant.merchantMCC',
    'order.merchant.store',
    'order.merchant.store.referenceStoreId',
    'order.merchant.store.storeName',
    'order.merchant.store.storeMCC',
    'order.env',
    'order.env.storeTerminalId',
    'order.env.storeTerminalRequestTime',
  ];
  for (const path of required) {
    it(`refuses a pay without ${path}`, () => {
      const bench = createAcquirerBench();
      const reply = bench.call('pay', change(payBody('R1'), path));
      assert.equal(reply?.code, 'PARAM_ILLEGAL');
      assert.deepEqual(bench.acquirer.ledger.history, []);
    });
  }

  for (const path of ['paymentNotifyUrl', 'paymentFactor', 'paymentExpiryTime']) {
    it(`accepts a pay without ${path}`, () => {
      assert.equal(createAcquirerBench().call('pay', change(payBody('R1'), path))?.code, 'SUCCESS');
    });
  }

  const wrong: readonly [string, unknown, string?][] = [
    ['productCode', 'AGREEMENT_PAYMENT'],
    ['paymentRequestId', 'x'.repeat(65)],
    ['paymentAmount.value', 1250.5],
    ['paymentAmount.value', '12.50'],
    ['paymentAmount.value', '0'],
    ['paymentAmount.value', '-5'],
    ['paymentAmount.value', '012'],
    ['paymentAmount.value', '1'.repeat(17)],
    ['paymentAmount.currency', 'XXX', 'CURRENCY_NOT_SUPPORT'],
    ['paymentAmount.currency', 'IDR'],
    ['paymentMethod.paymentMethodType', 'ALIPAY_CN'],
    ['paymentMethod.paymentMethodId', `28${'0'.repeat(127)}`],
    ['paymentFactor.inStorePaymentScenario', 'PAYMENTCODE'],
    ['paymentNotifyUrl', 'terminal.example/notify'],
    ['paymentExpiryTime', '2024-06-11 12:00:00'],
    ['paymentExpiryTime', '2024-06-11T12:00:00'],
    ['paymentExpiryTime', '2024-02-30T12:00:00Z'],
    ['order.orderDescription', 'x'.repeat(257)],
    ['order.merchant.merchantMCC', '70'],
    ['order.env.storeTerminalRequestTime', '1718078400000'],
    ['extendInfo', true],
    ['extendInfo', [{ a: null }]],
  ];
  for (const [path, value, code = 'PARAM_ILLEGAL'] of wrong) {
    it(`refuses a pay with ${path} ${JSON.stringify(value).slice(0, 40)}`, () => {
      const body = change(payBody('R1'), path, value);
      assert.equal(createAcquirerBench().call('pay', body)?.code, code);
    });
  }

  const amount = { currency: 'CNY', value: '1' };
  for (const [name, body] of [
    ['inquiryPayment', {}],
    ['inquiryPayment', { paymentRequestId: '' }],
    ['cancel', {}],
    ['cancel', { paymentRequestId: 'x'.repeat(65) }],
    ['cancel', { paymentRequestId: 5 }],
    ['refund', { paymentId: 'P', refundAmount: amount }],
    ['refund', { refundRequestId: 'F', refundAmount: amount }],
    ['refund', { refundRequestId: 'F', paymentId: 'P' }],
    ['refund', { refundRequestId: 'F', paymentId: 'P', refundAmount: { ...amount, value: '1.0' } }],
    ['refund', { refundRequestId: 'F', paymentId: 'P', refundAmount: amount, refundReason: 'x'.repeat(257) }],
    ['inquiryRefund', {}],
  ] as const) {
    it(`refuses ${name} ${JSON.stringify(body).slice(0, 60)}`, () => {
      assert.equal(createAcquirerBench().call(name, body)?.code, 'PARAM_ILLEGAL');
    });
  }
});

describe('acquirer: sandbox', () => {
  it('serves a SANDBOX_ client on the sandbox path only', () => {
    const bench = createAcquirerBench();
    const sandbox = createAcquirer({
      clientId: 'SANDBOX_1',
      signer: terminalSigner,
      nowMs: () => bench.world.wallMs(),
      after: (delayMs, callback) => bench.world.after(delayMs, callback),
      random: () => 0,
      send: () => undefined,
    });
    for (const [path, code] of [
      ['/ams/sandbox/api/v1/payments/pay', 'INVALID_CLIENT'],
      ['/ams/api/v1/payments/pay', 'NO_INTERFACE_DEF'],
    ] as const) {
      sandbox.receive({ path, headers: {}, body: '' }, (reply) => {
        assert.ok(reply !== 'silence');
        assert.equal(understand(path, reply).code, code);
      });
    }
  });
});
