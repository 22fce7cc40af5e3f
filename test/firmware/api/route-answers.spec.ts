import assert from 'node:assert/strict';
import { API_LIMITS } from '../../../firmware/api/api-contract.js';
import { createInputSchemas } from '../../../firmware/api/input-schemas.js';
import { replyWithAnswer } from '../../../firmware/api/reply-with-answer.js';
import { reversalRoutes } from '../../../firmware/api/reversal-routes.js';
import { saleRoutes } from '../../../firmware/api/sale-routes.js';
import { watchRoutes } from '../../../firmware/api/watch-routes.js';
import type { ApiError } from '../../../firmware/service/api-error.js';
import type { ApiReply } from '../../../firmware/service/api-reply.js';
import type { ApiRoute } from '../../../firmware/service/api-route.js';
import { routeAnswers } from '../../../firmware/service/route-answers.js';
import { listenerRefusals } from '../../../firmware/service/service-contract.js';
import type { Event } from '../../../flows/input.js';
import type { Policy } from '../../../flows/policy.js';
import { type Step, step } from '../../../flows/step.js';
import { CODE, cny, createMoment, paid, SILENCE } from '../../flows/builders.js';
import { type Drive, startPaying } from '../../flows/drive.js';
import { SITUATIONS } from '../../flows/situations.js';
import { createApiFixture, errorOf } from './api-fixture.js';

/* Refusals as `call status code`. */

function routes(): ApiRoute[] {
  const unused = (): never => assert.fail('only the table is read');
  const inputs = createInputSchemas('CNY');
  const book = { ask: unused, inputs, views: { sale: unused, reversal: unused }, whyNoBook: unused };
  return [
    ...saleRoutes({ ...book, saleOfOrder: unused }),
    ...reversalRoutes({ ...book, reversals: unused }),
    ...watchRoutes({ status: unused, openEvents: unused, metrics: unused, openApi: unused }),
  ];
}

function told(
  answers: (route: ApiRoute) => readonly { readonly status: number; readonly codes?: readonly string[] }[],
) {
  return new Set(
    routes().flatMap((route) =>
      answers(route).flatMap(({ status, codes = [] }) =>
        codes.map((code) => `${route.method} ${route.path} ${status} ${code}`),
      ),
    ),
  );
}

/** Every call that a caller can make of a sale and a reversal, aimed at what is there and at what is not. */
function calls(saleId: string, reversalId: string): readonly [call: string, event: Event][] {
  const callId = 'c1';
  const sale = 'POST /v1/sales/{saleId}';
  const reversal = 'POST /v1/reversals/{reversalId}';
  return [
    ['POST /v1/sales', { type: 'saleRequested', callId, orderId: 'order-2', amount: cny('300') }],
    ['POST /v1/sales', { type: 'saleRequested', callId, orderId: 'order-1', amount: cny('1250') }],
    ['POST /v1/sales', { type: 'saleRequested', callId, orderId: 'order-1', amount: cny('300') }],
    ['POST /v1/sales', { type: 'saleRequested', callId, orderId: 'order-2', amount: cny('300'), channel: '99' }],
    [`${sale}/code`, { type: 'codeGiven', callId, saleId, code: CODE }],
    [`${sale}/code`, { type: 'codeGiven', callId, saleId, code: '6901234567892' }],
    [`${sale}/cancel`, { type: 'cancelRequested', callId, saleId }],
    [`${sale}/delivered`, { type: 'deliveryReported', callId, saleId, ok: true }],
    [`${sale}/delivered`, { type: 'deliveryReported', callId, saleId, ok: false }],
    [`${sale}/receipt`, { type: 'receiptRequested', callId, saleId }],
    [`${sale}/receipt`, { type: 'receiptRequested', callId, saleId, refundId: 'R' }],
    ['POST /v1/refunds', { type: 'refundRequested', callId, saleId, refundId: 'R', amount: cny('250') }],
    ['POST /v1/refunds', { type: 'refundRequested', callId, saleId, refundId: 'R', amount: cny('9999') }],
    [`${reversal}/retry`, { type: 'reversalRetryRequested', callId, reversalId }],
    [`${reversal}/settle`, { type: 'reversalSettled', callId, reversalId, by: 'Wang', note: 'in cash' }],
    [`${reversal}/settle`, { type: 'reversalSettled', callId, reversalId, by: 'Wang', note: 'kept', outcome: 'paid' }],
  ];
}

/** The payment goes back without ever having been confirmed. */
function givenUpWhilePaying(): Drive {
  const drive = SITUATIONS.paying();
  drive.feed({ type: 'keyPressed', key: '*' });
  return drive;
}

/** The goods were not handed out, and the cancel is not answered. */
function notDelivered(): Drive {
  const drive = SITUATIONS.settled();
  drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
  unanswered(drive);
  return drive;
}

function unanswered(drive: Drive): void {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: SILENCE });
}

/** Its order was sold again meanwhile, and waits for a code or is paid. */
function soldAgain(isPaid: boolean): Drive {
  const drive = notDelivered();
  const paymentRequestId = startPaying(drive, '1250', drive.sale().orderId);
  if (isPaid) drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
  return drive;
}

/** The first reversal: the last one may be of another sale. */
function settledInVain(drive: Drive): readonly Step[] {
  const [reversal] = Object.values(drive.state.book.reversals);
  const { reversalId } = reversal ?? assert.fail();
  const settle = {
    type: 'reversalSettled',
    callId: 'c1',
    reversalId,
    by: 'Wang',
    note: 'kept',
    outcome: 'paid',
  } as const;
  const asked = drive.feed(settle);
  const retried = drive.feed({ type: 'reversalRetryRequested', callId: 'c2', reversalId });
  const { exchange } = drive.lastSent('sendReversal');
  return [asked, retried, drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: SILENCE })];
}

const POLICIES: readonly Partial<Policy>[] = [
  {},
  { queueLimit: 0 },
  { printerPresent: false, channelCount: 2 },
  { vend: 'device', channelCount: 2 },
  { account: 'CLIENT M2' },
];

/** What the flow answers to every call in every situation, twice in a row, under policies that matter to them. */
function observed(): Set<string> {
  const seen = new Set<string>();
  const note = (call: string): ApiReply => ({
    json: () => undefined,
    error: ({ status, code }: ApiError) => seen.add(`${call} ${status} ${code}`),
    text: () => assert.fail('no text is due'),
    stream: () => assert.fail('no stream is due'),
  });
  const views = { sale: () => ({}), reversal: () => ({}) };
  for (const begin of [...Object.values(SITUATIONS), givenUpWhilePaying, notDelivered]) {
    const drive = begin();
    const at = createMoment({ atMs: drive.nowMs, randomDigits: '5555555555' });
    const saleId = Object.keys(drive.state.book.sales).at(-1) ?? 'none';
    const reversalId = Object.keys(drive.state.book.reversals).at(-1) ?? 'none';
    for (const change of POLICIES) {
      const state = { ...drive.state, policy: { ...drive.state.policy, ...change } };
      for (const [call, event] of [...calls(saleId, reversalId), ...calls('none', 'none')]) {
        const first = step(state, { ...event, at });
        const again: Event = event.type === 'refundRequested' ? { ...event, amount: cny('1') } : event;
        for (const { effects } of [first, step(first.state, { ...again, at })]) {
          for (const effect of effects) {
            if (effect.type === 'answerCall') replyWithAnswer(effect.answer, views, note(call));
          }
        }
      }
    }
  }
  const reversal = 'POST /v1/reversals/{reversalId}';
  for (const begin of [notDelivered, () => soldAgain(false), () => soldAgain(true)]) {
    for (const { effects } of settledInVain(begin())) {
      for (const effect of effects) {
        if (effect.type !== 'answerCall') continue;
        const call = effect.callId === 'c1' ? `${reversal}/settle` : `${reversal}/retry`;
        replyWithAnswer(effect.answer, views, note(call));
      }
    }
  }
  return seen;
}

describe('what the routes say that they answer', () => {
  it('names every refusal of the flow, and none that the flow never gives', () => {
    const own = told(({ method, answers }) => (method === 'POST' ? answers : []));
    const seen = observed();
    assert.deepEqual([...seen].filter((one) => !own.has(one)).sort(), [], 'answered and not named');
    /* Input that the schemas refuse never reaches the flow. */
    const bySchema = new Set([...own].filter((one) => one.endsWith(' 400 invalid')));
    assert.deepEqual(
      [...own].filter((one) => !seen.has(one) && !bySchema.has(one)).sort(),
      [],
      'named and not answered',
    );
    assert.ok(seen.size > 20, `${seen.size} refusals were seen`);
  });

  it('names every refusal before the flow is asked', () => {
    const whole = told((route) => routeAnswers(route, API_LIMITS));
    const seen = new Set<string>();
    const json = { 'content-type': 'application/json' };
    const long = `x=${'1'.repeat(3000)}`;
    for (const { method, path } of routes()) {
      const target = path.replace(/\{\w+\}/g, 's1');
      const requests = [
        { target },
        { target, headers: json },
        { target, headers: json, body: '{' },
        { target, headers: json, body: '{"price":1}' },
        { target: `${target}?price=1`, headers: json },
        { target: `${target}?${long}` },
        { target, headers: { ...json, host: 'example.com' } },
        { target, headers: { ...json, origin: 'http://example.com' } },
        { target: path.replace(/\{\w+\}/g, '__proto__'), headers: json },
      ];
      for (const options of [{}, { token: 'secret' }]) {
        const fixture = createApiFixture({ options });
        for (let stream = 0; stream < 16; stream += 1) fixture.get('/v1/events');
        for (const request of requests) {
          const answer = fixture.send({ method, ...request });
          if ((answer.status() ?? 0) < 400) continue;
          seen.add(`${method} ${path} ${answer.status()} ${errorOf(answer).code}`);
        }
      }
    }
    assert.deepEqual([...seen].filter((one) => !whole.has(one)).sort(), []);
    assert.ok(seen.size > 80, `${seen.size} refusals were seen`);
  });

  it('names for each call the refusals that any call can get', () => {
    const whole = told((route) => routeAnswers(route, API_LIMITS));
    for (const { method, path, whyNot } of routes()) {
      const ofBook = whyNot !== undefined;
      assert.equal(ofBook, /\/(sales|refunds|reversals)/.test(path), path);
      const any = Object.values(listenerRefusals(API_LIMITS)).map(({ status, code }) => `${status} ${code}`);
      const ask = method === 'POST' ? ['503 busy', '503 noAnswer', '415 notJson', '400 invalidJson'] : [];
      const book = ofBook ? ['503 notReady'] : [];
      for (const refusal of [...any, ...ask, ...book])
        assert.ok(whole.has(`${method} ${path} ${refusal}`), `${path} ${refusal}`);
    }
  });
});
