import type { HttpServerRequest } from '../../drivers/host.js';
import type { Acquirer } from './acquirer.js';
import type { AcquirerFaults } from './acquirer-faults.js';
import { asObject, count, shapeFault, shapePlan, shapeSettings, text } from './control-shape.js';
import type { ExchangeLog } from './exchange-log.js';
import { magicAmounts } from './magic-amounts.js';

export interface ControlReply {
  readonly status: number;
  readonly body: unknown;
}

/**
 * The control interface of the simulated acquirer, for tests and for trying things out. JSON in both directions.
 *
 * - `GET /sim/ledger[?paymentRequestId=…]`: payments with their state, and the history
 * - `GET /sim/exchanges`: the requests, with their times and answers
 * - `GET /sim/magic-amounts`, `GET /sim/settings`
 * - `POST /sim/faults` `{kind, times?, pathEnd?, …}`; `{clear: true}` ends them all
 * - `POST /sim/plan` `{paymentRequestId?, magic | code | answer…}`: for that payment, or for the next new one
 * - `POST /sim/settings` `{…}`
 * - `POST /sim/codes` `{code, validForMs}`: the wallet shows a payment code
 * - `POST /sim/notify` `{url, body}`: a signed notification of any content
 * - `POST /sim/auth-token` `{url, accessToken, validForMs, customerId?, authClientId?, clientId?}`: the agent token of ISV
 *   mode, with the merchant who granted it and the client it is for
 */
export function createAcquirerControl(parts: {
  readonly acquirer: Acquirer;
  readonly faults: AcquirerFaults;
  readonly exchanges: ExchangeLog;
  readonly nowMs: () => number;
}): (request: HttpServerRequest) => ControlReply {
  const { acquirer, faults, exchanges, nowMs } = parts;

  function ledger(paymentRequestId: string | undefined) {
    const wanted = (id: string) => paymentRequestId === undefined || id === paymentRequestId;
    const payments = [...acquirer.ledger.payments()].filter((payment) => wanted(payment.paymentRequestId));
    return {
      payments: payments.map((payment) => ({
        ...payment,
        code: `${payment.code.slice(0, 2)}…${payment.code.slice(-4)}`,
        standing: acquirer.ledger.standing(payment.paymentRequestId),
      })),
      history: acquirer.ledger.history.filter((event) => wanted(event.paymentRequestId)),
    };
  }

  const reads: Record<string, (query: string) => unknown> = {
    '/sim/ledger': (query) => ledger(queryValue(query, 'paymentRequestId')),
    '/sim/exchanges': () => ({ exchanges: exchanges.list() }),
    '/sim/magic-amounts': () => ({ magicAmounts: magicAmounts.map(({ ending, meaning }) => ({ ending, meaning })) }),
    '/sim/settings': () => acquirer.settings(),
  };

  const writes: Record<string, (json: Readonly<Record<string, unknown>>) => void> = {
    '/sim/faults'(json) {
      if (json.clear === true) {
        faults.clear();
        return;
      }
      const times = json.times === undefined ? 1 : count(json, 'times', 1_000_000);
      faults.plan(shapeFault(json), times, json.pathEnd === undefined ? '' : text(json, 'pathEnd'));
    },
    '/sim/plan'(json) {
      const plan = shapePlan(json);
      if (json.paymentRequestId === undefined) acquirer.plans.planNext(plan);
      else acquirer.plans.planFor(text(json, 'paymentRequestId'), plan);
    },
    '/sim/settings': (json) => acquirer.configure(shapeSettings(json, acquirer.settings())),
    '/sim/codes': (json) => acquirer.issueCode(text(json, 'code'), nowMs() + count(json, 'validForMs', 86_400_000)),
    '/sim/notify': (json) => acquirer.notifications.notify(text(json, 'url'), asObject(json.body, 'body'), 0),
    '/sim/auth-token': (json) =>
      acquirer.notifyAuthToken(
        text(json, 'url'),
        text(json, 'accessToken'),
        nowMs() + count(json, 'validForMs', Number.MAX_SAFE_INTEGER),
        Object.fromEntries(
          ['customerId', 'authClientId', 'clientId'].flatMap((name) =>
            json[name] === undefined ? [] : [[name, text(json, name)]],
          ),
        ),
      ),
  };

  return (request) => {
    const [path = '', query = ''] = request.target.split('?');
    const table = request.method === 'GET' ? reads : request.method === 'POST' ? writes : {};
    if (!Object.hasOwn(table, path)) {
      const known = Object.hasOwn(reads, path) || Object.hasOwn(writes, path);
      return known
        ? { status: 405, body: { error: 'wrong method' } }
        : { status: 404, body: { error: 'no such path' } };
    }
    if (request.method === 'GET') return { status: 200, body: reads[path]?.(query) };
    // A page in a browser can post plain text anywhere, but JSON only where it is allowed to.
    if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
      return { status: 415, body: { error: 'content-type must be application/json' } };
    }
    try {
      const json: unknown = JSON.parse(new TextDecoder().decode(request.body));
      writes[path]?.(asObject(json, 'the body'));
      return { status: 200, body: { ok: true } };
    } catch (error) {
      return { status: 400, body: { error: error instanceof Error ? error.message : String(error) } };
    }
  };
}

function queryValue(query: string, name: string): string | undefined {
  return new URLSearchParams(query).get(name) ?? undefined;
}
