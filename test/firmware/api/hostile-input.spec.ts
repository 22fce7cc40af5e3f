import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createApiFixture, errorOf, jsonOf, PAYMENT_CODE } from './api-fixture.js';

const AMOUNT = { currency: 'CNY', value: '1250' };
const sale = (change: object): string => JSON.stringify({ orderId: 'A-1', amount: AMOUNT, ...change });

/* What is sent to POST /v1/sales, and the field that the refusal names. */
const BODIES: readonly [name: string, body: string, field: string | undefined][] = [
  ['nothing', '', 'orderId'],
  ['no JSON', '{"orderId":', undefined],
  ['a text', '"A-1"', undefined],
  ['null', 'null', undefined],
  ['a list', '[]', undefined],
  ['a deep list', '['.repeat(30_000) + ']'.repeat(30_000), undefined],
  ['a deep object', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`, 'orderId'],
  ['no order', JSON.stringify({ amount: AMOUNT }), 'orderId'],
  ['an empty order', sale({ orderId: '' }), 'orderId'],
  ['a number for an order', sale({ orderId: 12 }), 'orderId'],
  ['a long order', sale({ orderId: 'x'.repeat(65) }), 'orderId'],
  ['an order with a line end', sale({ orderId: 'A\nB' }), 'orderId'],
  ['an order with a blank at its end', sale({ orderId: 'A ' }), 'orderId'],
  ['no amount', JSON.stringify({ orderId: 'A-1' }), 'amount'],
  ['a number for an amount', sale({ amount: 12.5 }), 'amount'],
  ['a list for an amount', sale({ amount: [] }), 'amount.currency'],
  ['a number for a value', sale({ amount: { currency: 'CNY', value: 1250 } }), 'amount.value'],
  ['decimals', sale({ amount: { currency: 'CNY', value: '12.50' } }), 'amount.value'],
  ['nothing to pay', sale({ amount: { currency: 'CNY', value: '0' } }), 'amount.value'],
  ['a negative amount', sale({ amount: { currency: 'CNY', value: '-1' } }), 'amount.value'],
  ['a leading zero', sale({ amount: { currency: 'CNY', value: '01' } }), 'amount.value'],
  ['an exponent', sale({ amount: { currency: 'CNY', value: '1e3' } }), 'amount.value'],
  ['other digits', sale({ amount: { currency: 'CNY', value: '١٢' } }), 'amount.value'],
  ['17 digits', sale({ amount: { currency: 'CNY', value: '1'.repeat(17) } }), 'amount.value'],
  ['another currency', sale({ amount: { currency: 'USD', value: '1250' } }), 'amount.currency'],
  ['no currency', sale({ amount: { value: '1250' } }), 'amount.currency'],
  ['a field too many in the amount', sale({ amount: { ...AMOUNT, tax: '1' } }), 'amount.tax'],
  ['a field too many', sale({ price: '1' }), 'price'],
  ['a field of JavaScript', `{"orderId":"A-1","amount":{"currency":"CNY","value":"1"},"constructor":1}`, 'constructor'],
  [
    'a prototype',
    `{"orderId":"A-1","amount":{"currency":"CNY","value":"1"},"__proto__":{"description":"x"}}`,
    '(a name that is not repeated here)',
  ],
  ['an order twice', `{"orderId":"A-1","amount":{"currency":"CNY","value":"1"},"orderId":"A-2"}`, 'orderId'],
  ['a value twice', `{"orderId":"A-1","amount":{"currency":"CNY","value":"1","value":"2"}}`, 'value'],
  [
    'a value twice, once escaped',
    String.raw`{"orderId":"A","amount":{"currency":"CNY","value":"1","\u0076alue":"2"}}`,
    'value',
  ],
  ['an empty description', sale({ description: '' }), 'description'],
  ['a description with printer commands', sale({ description: 'tea\u001b@' }), 'description'],
  ['a description of two lines', sale({ description: 'tea\u2028milk' }), 'description'],
  [
    'half a character',
    `{"orderId":"A-1","amount":{"currency":"CNY","value":"1"},"description":"\\ud83d"}`,
    'description',
  ],
  ['a long description', sale({ description: 'x'.repeat(257) }), 'description'],
  ['a strange channel', sale({ channel: '../1' }), 'channel'],
];

describe('hostile input to the local API', () => {
  it('is not what only looks like a name that is there twice', () => {
    const body = sale({ orderId: 'description', description: 'say {"value": 1} to "orderId": it is "CNY"' });
    const headers = { 'content-type': 'application/json' };
    const answer = createApiFixture().send({ method: 'POST', target: '/v1/sales', headers, body });
    assert.equal(answer.status(), 201, answer.text());
  });

  for (const [name, body, field] of BODIES) {
    it(`refuses ${name}, naming ${field ?? 'the body'}`, () => {
      const { send, terminal } = createApiFixture();
      const headers = { 'content-type': 'application/json' };
      const answer = send({ method: 'POST', target: '/v1/sales', headers, body });
      assert.equal(answer.status(), 400);
      assert.equal(errorOf(answer).field, field);
      assert.equal(errorOf(answer).code, field === undefined ? 'invalidJson' : 'invalid');
      assert.deepEqual(terminal.kernel.state.book.sales, {});
    });
  }

  it('takes the same name in different objects', () => {
    const { send } = createApiFixture();
    const body = `{"orderId":"a \\"orderId\\": {", "amount":{"currency":"CNY","value":"1"},"description":"{\\"orderId\\":1}"}`;
    const answer = send({ method: 'POST', target: '/v1/sales', headers: { 'content-type': 'application/json' }, body });
    assert.equal(answer.status(), 201, answer.text());
  });

  const ENCODINGS: readonly [name: string, bytes: Uint8Array, told: RegExp][] = [
    [
      'GBK',
      Buffer.concat([Buffer.from('{"orderId":"A","description":"'), Buffer.from('bfc9c0d6', 'hex'), Buffer.from('"}')]),
      /GBK/,
    ],
    ['UTF-16', Buffer.from(sale({}), 'utf16le'), /UTF-16/],
    ['Latin 1', Buffer.from(sale({ description: 'Café' }), 'latin1'), /not UTF-8/],
  ];
  for (const [name, body, told] of ENCODINGS) {
    it(`refuses a body in ${name}, and says so`, () => {
      const { send, terminal } = createApiFixture();
      const answer = send({
        method: 'POST',
        target: '/v1/sales',
        headers: { 'content-type': 'application/json' },
        body,
      });
      assert.deepEqual([answer.status(), errorOf(answer).code], [400, 'invalidJson']);
      assert.match(String(errorOf(answer).message), told);
      assert.deepEqual(terminal.kernel.state.book.sales, {});
    });
  }

  const QUERIES: readonly [target: string, field: string][] = [
    ['/v1/sales', 'orderId'],
    ['/v1/sales?orderId=', 'orderId'],
    ['/v1/sales?orderId=A&orderId=B', 'orderId'],
    ['/v1/sales?orderId=A&state=x', 'state'],
    ['/v1/sales?orderId=%00', 'orderId'],
    ['/v1/reversals?state=none', 'state'],
    ['/v1/status?verbose=1', 'verbose'],
  ];
  for (const [target, field] of QUERIES) {
    it(`refuses ${target}, naming ${field}`, () => {
      const answer = createApiFixture().get(target);
      assert.deepEqual([answer.status(), errorOf(answer).field], [400, field]);
    });
  }

  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom('', '__proto__', 'constructor', '{', '"', '/v1/sales', 'application/json', '127.0.0.1:8080'),
    fc.json(),
  );

  it('answers each request exactly once, whatever it is', () => {
    const fixture = createApiFixture();
    const saleId = fixture.startSale();
    const targets = fc.oneof(
      texts,
      fc.constantFrom('/v1/sales', '/v1/refunds', '/v1/reversals', '/v1/status', `/v1/sales/${saleId}/code`),
      fc
        .tuple(fc.constantFrom('/v1/sales/', '/v1/reversals/'), texts, fc.constantFrom('', '/code', '/cancel'))
        .map((parts) => parts.join('')),
      fc.tuple(fc.constantFrom('/v1/sales?', '/v1/status?', '/v1/events?'), texts).map((parts) => parts.join('')),
    );
    const headers = fc.dictionary(
      fc.constantFrom('host', 'origin', 'content-type', 'authorization', 'last-event-id'),
      texts,
    );
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'POST', 'PUT', '', 'x y'),
        targets,
        headers,
        texts,
        fc.boolean(),
        (...request) => {
          const [method, target, strange, body, tame] = request;
          const given = tame ? { 'content-type': 'application/json' } : strange;
          const answer = tame
            ? fixture.send({ method, target, headers: given, body })
            : fixture.http.send({ method, target, headers: given, body });
          assert.equal(answer.ends(), 1);
          assert.ok((answer.status() ?? 0) < 500, `${answer.status()} ${answer.text()}`);
          if ((answer.status() ?? 0) >= 400) assert.equal(typeof errorOf(answer).message, 'string');
          answer.disconnect();
        },
      ),
      { numRuns: 500 },
    );
    assert.equal(fixture.get('/v1/status').status(), 200);
  });

  it('never repeats a payment code, wherever it was put', () => {
    const codes = fc
      .tuple(fc.constantFrom('25', '26', '27', '28', '29', '30'), fc.stringMatching(/^\d{15,40}$/))
      .map((parts) => parts.join(''));
    /* Each puts the code somewhere, and is answered. */
    const places: readonly ((fixture: ReturnType<typeof createApiFixture>, saleId: string, code: string) => string)[] =
      [
        (f, id, code) => f.post(`/v1/sales/${id}/code`, { code }).text(),
        (f, id, code) => f.post(`/v1/sales/${id}/code`, { code: `${code}x` }).text(),
        (f, id, code) => f.post(`/v1/sales/${id}/code`, { code: Number(code) }).text(),
        (f, id, code) => f.post(`/v1/sales/${id}/code`, { code: [code] }).text(),
        (f, id, code) => f.post(`/v1/sales/${id}/code`, { [code]: code }).text(),
        (f, id, code) => f.post(`/v1/sales/${id}/code`, { code: `${code}\u0000` }).text(),
        (f, _id, code) => f.post(`/v1/sales/${code}/code`, { code }).text(),
        (f, _id, code) => f.post(`/v1/sales/s${code}/code`, { code }).text(),
        (f, _id, code) => f.get(`/v1/sales?orderId=${code}&${code}=${code}`).text(),
        (f, _id, code) => f.get(`/${code}?code=${code}`).text(),
        (f, _id, code) => f.post('/v1/sales', { orderId: 'B-1', amount: { currency: code, value: code } }).text(),
        (f, _id, code) => f.post('/v1/refunds', { saleId: code, refundId: 'R', amount: code }).text(),
        (f, id, code) =>
          f
            .send({
              method: 'POST',
              target: `/v1/sales/${id}/code`,
              headers: { 'content-type': 'application/json' },
              body: `{"code":"${code}"`,
            })
            .text(),
        (f, id, code) =>
          f
            .send({
              method: 'POST',
              target: `/v1/sales/${id}/code`,
              headers: { 'content-type': 'application/json' },
              body: `{"${code}":1,"${code}":2}`,
            })
            .text(),
        (f, _id, code) => f.send({ target: '/v1/status', headers: { host: code, origin: code } }).text(),
      ];
    fc.assert(
      fc.property(codes, (code) => {
        const fixture = createApiFixture();
        const events = fixture.get('/v1/events');
        const saleId = fixture.startSale();
        for (const [index, place] of places.entries()) {
          assert.ok(!place(fixture, saleId, code).includes(code), `place ${index}`);
        }
        for (const target of [`/v1/sales/${saleId}`, '/v1/status', '/metrics', '/v1/reversals?state=all']) {
          assert.ok(!fixture.get(target).text().includes(code), target);
        }
        assert.ok(!events.text().includes(code), 'events');
        assert.ok(!JSON.stringify(fixture.terminal.journal.records).includes(code), 'records');
      }),
      { numRuns: 60 },
    );
  });

  it('really paid with the code that it does not repeat', () => {
    const { startSale, post, terminal } = createApiFixture();
    const answer = post(`/v1/sales/${startSale()}/code`, { code: PAYMENT_CODE });
    assert.equal(jsonOf(answer).state, 'paying');
    assert.equal(terminal.last('sendPay').code, PAYMENT_CODE);
  });
});
