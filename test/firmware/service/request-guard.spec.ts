import assert from 'node:assert/strict';
import { createApiFixture, errorOf } from '../api/api-fixture.js';

const JSON_TYPE = { 'content-type': 'application/json' };
const SALE = JSON.stringify({ orderId: 'A-1', amount: { currency: 'CNY', value: '1250' } });
const TOKEN = 'a-long-enough-token';
const BEARER = { authorization: `Bearer ${TOKEN}` };

interface Case {
  readonly name: string;
  readonly bound?: { readonly host?: string; readonly token?: string };
  readonly method?: string;
  readonly target?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly expected: readonly [status: number, code?: string];
}

const open = { host: '0.0.0.0', token: TOKEN };
const HOST = { host: '127.0.0.1:8080' };
const POST = { method: 'POST', target: '/v1/sales', body: SALE } as const;

const CASES: readonly Case[] = [
  { name: 'a loopback address', headers: { host: '127.0.0.1:8080' }, expected: [200] },
  { name: 'another address of loopback', headers: { host: '127.8.9.1' }, expected: [200] },
  { name: 'localhost in any case', headers: { host: 'LocalHost:9' }, expected: [200] },
  { name: 'loopback of IPv6', headers: { host: '[::1]:8080' }, expected: [200] },
  { name: 'a foreign name', headers: { host: 'evil.example' }, expected: [403, 'hostNotAllowed'] },
  {
    name: 'a foreign name that looks local',
    headers: { host: '127.0.0.1.evil.example' },
    expected: [403, 'hostNotAllowed'],
  },
  {
    name: 'a foreign name after a user',
    headers: { host: '127.0.0.1@evil.example' },
    expected: [403, 'hostNotAllowed'],
  },
  { name: 'a private address', headers: { host: '192.168.1.7:8080' }, expected: [403, 'hostNotAllowed'] },
  { name: 'no Host at all', headers: {}, expected: [403, 'hostNotAllowed'] },
  { name: 'two hosts in one', headers: { host: 'localhost, evil.example' }, expected: [403, 'hostNotAllowed'] },
  {
    name: 'the bound name',
    bound: { host: 'kiosk.lan', token: TOKEN },
    headers: { host: 'kiosk.lan:8080', ...BEARER },
    expected: [200],
  },
  {
    name: 'another name than the bound one',
    bound: { host: 'kiosk.lan', token: TOKEN },
    headers: { host: 'other.lan', ...BEARER },
    expected: [403, 'hostNotAllowed'],
  },
  {
    name: 'any name where all interfaces are bound',
    bound: open,
    headers: { host: 'tillbox.local', ...BEARER },
    expected: [200],
  },

  { name: 'the own origin', headers: { ...HOST, origin: 'http://127.0.0.1:8080' }, expected: [200] },
  {
    name: 'a foreign origin',
    headers: { ...HOST, origin: 'https://evil.example' },
    expected: [403, 'originNotAllowed'],
  },
  { name: 'another port', headers: { ...HOST, origin: 'http://127.0.0.1:3000' }, expected: [403, 'originNotAllowed'] },
  { name: 'an opaque origin', headers: { ...HOST, origin: 'null' }, expected: [403, 'originNotAllowed'] },
  { name: 'an empty origin', headers: { ...HOST, origin: '' }, expected: [403, 'originNotAllowed'] },
  ...[
    ['cross-site', 403],
    ['same-site', 403],
    ['', 403],
    ['none, same-origin', 403],
    ['same-origin', 200],
    ['none', 200],
  ].map(([site, status]): Case => {
    const headers = { ...HOST, 'sec-fetch-site': String(site) };
    const name = `a reader that says of its page "${site}"`;
    return { name, headers, expected: status === 200 ? [200] : [403, 'originNotAllowed'] };
  }),
  ...['/v1/events', '/metrics', '/openapi.json', '/v1/reversals', '/nothing'].map(
    (target): Case => ({
      name: `a page elsewhere that reads ${target} without an Origin`,
      target,
      headers: { ...HOST, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' },
      expected: [403, 'originNotAllowed'],
    }),
  ),
  {
    name: 'a foreign page that only says so in Referer',
    headers: { ...HOST, referer: 'https://evil.example/a' },
    expected: [403, 'originNotAllowed'],
  },
  {
    name: 'a Referer that only begins like the own one',
    headers: { ...HOST, referer: 'http://127.0.0.1:8080.evil.example/' },
    expected: [403, 'originNotAllowed'],
  },
  {
    name: 'a Referer that is none',
    headers: { ...HOST, referer: 'about:blank' },
    expected: [403, 'originNotAllowed'],
  },
  { name: 'the own Referer', headers: { ...HOST, referer: 'http://127.0.0.1:8080/x?y' }, expected: [200] },
  {
    name: 'a preflight for a private network',
    method: 'OPTIONS',
    headers: { ...HOST, origin: 'https://evil.example', 'access-control-request-private-network': 'true' },
    expected: [403, 'originNotAllowed'],
  },
  {
    name: 'HEAD of a page elsewhere',
    method: 'HEAD',
    headers: { ...HOST, 'sec-fetch-site': 'cross-site' },
    expected: [403, 'originNotAllowed'],
  },
  {
    name: 'a foreign origin on POST',
    ...POST,
    headers: { ...HOST, ...JSON_TYPE, origin: 'https://evil.example' },
    expected: [403, 'originNotAllowed'],
  },

  { name: 'the token', bound: open, headers: { ...HOST, ...BEARER }, expected: [200] },
  { name: 'no token', bound: open, headers: HOST, expected: [401, 'tokenNeeded'] },
  {
    name: 'a wrong token',
    bound: open,
    headers: { ...HOST, authorization: 'Bearer x' },
    expected: [401, 'tokenNeeded'],
  },
  {
    name: 'a longer token',
    bound: open,
    headers: { ...HOST, authorization: `Bearer ${TOKEN}x` },
    expected: [401, 'tokenNeeded'],
  },
  {
    name: 'the token in another scheme',
    bound: open,
    headers: { ...HOST, authorization: `Basic ${TOKEN}` },
    expected: [401, 'tokenNeeded'],
  },
  {
    name: 'a token configured on loopback',
    bound: { host: '127.0.0.1', token: TOKEN },
    headers: HOST,
    expected: [401, 'tokenNeeded'],
  },
  {
    name: 'the contract without a token',
    bound: open,
    target: '/openapi.json',
    headers: HOST,
    expected: [401, 'tokenNeeded'],
  },
  {
    name: 'an unknown path without a token',
    bound: open,
    target: '/nothing',
    headers: HOST,
    expected: [401, 'tokenNeeded'],
  },

  { name: 'an unknown path', target: '/v1/nothing', headers: HOST, expected: [404, 'unknownPath'] },
  { name: 'a path with a slash at its end', target: '/v1/status/', headers: HOST, expected: [404, 'unknownPath'] },
  { name: 'a star', method: 'OPTIONS', target: '*', headers: HOST, expected: [404, 'unknownPath'] },
  { name: 'DELETE on a known path', method: 'DELETE', headers: HOST, expected: [405, 'wrongMethod'] },
  { name: 'a preflight', method: 'OPTIONS', target: '/v1/sales', headers: HOST, expected: [405, 'wrongMethod'] },
  { name: 'GET where only POST is', target: '/v1/refunds', headers: HOST, expected: [405, 'wrongMethod'] },
  { name: 'a target without end', target: `/${'a'.repeat(3000)}`, headers: HOST, expected: [414, 'targetTooLong'] },

  { name: 'JSON', ...POST, headers: { ...HOST, ...JSON_TYPE }, expected: [201] },
  {
    name: 'JSON with its charset',
    ...POST,
    headers: { ...HOST, 'content-type': 'Application/JSON; charset=UTF-8' },
    expected: [201],
  },
  { name: 'no type', ...POST, headers: HOST, expected: [415, 'notJson'] },
  { name: 'a form', ...POST, headers: { ...HOST, 'content-type': 'text/plain' }, expected: [415, 'notJson'] },
  {
    name: 'a form that says JSON on the side',
    ...POST,
    headers: { ...HOST, 'content-type': 'text/plain; application/json' },
    expected: [415, 'notJson'],
  },
  {
    name: 'another charset',
    ...POST,
    headers: { ...HOST, 'content-type': 'application/json; charset=gbk' },
    expected: [415, 'notJson'],
  },
  {
    name: 'a compressed body',
    ...POST,
    headers: { ...HOST, ...JSON_TYPE, 'content-encoding': 'gzip' },
    expected: [415, 'notJson'],
  },
  {
    name: 'no type with an empty body',
    method: 'POST',
    target: '/v1/sales/s1/cancel',
    headers: HOST,
    expected: [415, 'notJson'],
  },
];

describe('guards of the local API', () => {
  for (const { name, bound, method = 'GET', target = '/v1/status', headers, body = '', expected } of CASES) {
    const [status, code] = expected;
    it(`answers ${status} to ${name}`, () => {
      const { http, terminal } = createApiFixture(bound === undefined ? {} : { options: bound });
      const answer = http.send({ method, target, headers, body });
      assert.equal(answer.status(), status);
      if (code !== undefined) assert.equal(errorOf(answer).code, code);
      const started = Object.keys(terminal.kernel.state.book.sales).length;
      assert.equal(started, status === 201 ? 1 : 0);
    });
  }

  it('turns strangers away before a byte of the body is read', () => {
    const { http } = createApiFixture({ options: { token: TOKEN } });
    const judge = http.options().judge;
    const head = { method: 'POST', target: '/v1/sales', headers: HOST, remoteAddress: '127.0.0.1' };
    assert.equal(judge?.(head)?.status, 401);
    assert.equal(judge?.({ ...head, headers: { ...HOST, ...BEARER } }), undefined);
    assert.equal(judge?.({ ...head, headers: { ...HOST, ...BEARER }, target: '/nothing' })?.status, 404);
  });

  it('counts whom it turns away', () => {
    const { http, get } = createApiFixture();
    http.send({ target: '/v1/status', headers: { ...HOST, origin: 'https://evil.example' } });
    assert.match(get('/metrics').text(), /api_requests_total\{method="GET",route="none",status="403"\} 1/);
  });

  it('names the methods that a path takes, and the scheme of the token', () => {
    const { send } = createApiFixture();
    assert.equal(send({ method: 'PUT', target: '/v1/sales' }).headers().allow, 'POST, GET');
    assert.equal(send({ method: 'PUT', target: '/v1/status' }).headers().allow, 'GET');
    const guarded = createApiFixture({ options: { token: TOKEN } });
    assert.equal(guarded.get('/v1/status').headers()['www-authenticate'], 'Bearer');
  });
});
