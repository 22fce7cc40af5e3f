import assert from 'node:assert/strict';
import { answerFaults, type Components } from '../support/answer-faults.js';
import { createEquippedKiosk } from '../support/equipped-kiosk.js';

type Json = Readonly<Record<string, unknown>>;

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>;
}

interface Document {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly responses: Readonly<Record<string, Response>> }>>>
  >;
  readonly components: { readonly schemas: Components };
}

const AMOUNT = { currency: 'CNY', value: '1250' };
/** A magic amount: the money is charged, but no answer shows it, and no cancel is answered. */
const STAYS_IN_QUEUE = { currency: 'CNY', value: '9911' };

describe('answers of a whole terminal', () => {
  const box = createEquippedKiosk({ KEYPAD: 'sim', PANEL: 'sim' });
  const PORT = 8080;
  const answered = new Set<string>();
  let document: Document;
  let events = '';

  /** Calls, and holds the answer against the document. */
  function call(
    method: 'GET' | 'POST',
    template: string,
    ids: Readonly<Record<string, string>> = {},
    body?: unknown,
    query = '',
  ): Json {
    const target = template.replace(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? '') + query;
    const reply = box.kiosk.api(method, target, body);
    assert.ok(reply, `${method} ${target} was not answered`);
    const described = document.paths[template]?.[method.toLowerCase()]?.responses[reply.status];
    assert.ok(described, `${method} ${template} does not tell of ${reply.status}: ${reply.body}`);
    const [contentType = '', { schema } = {}] = Object.entries(described.content ?? {})[0] ?? [];
    assert.equal(reply.headers['content-type']?.split(';')[0], contentType.split(';')[0]);
    if (reply.status < 400) answered.add(`${method} ${template}`);
    if (contentType !== 'application/json') return {};
    const json = JSON.parse(reply.body) as Json;
    if (schema !== undefined) {
      assert.deepEqual(
        answerFaults(schema, json, document.components.schemas),
        [],
        `${method} ${target}: ${reply.status}`,
      );
    }
    return { ...json, status: reply.status };
  }

  function sell(orderId: string, amount: object): { readonly saleId: string } {
    const { saleId } = call('POST', '/v1/sales', {}, { orderId, amount, description: 'Tea' });
    return { saleId: String(saleId) };
  }

  let digits = 0;
  function pay(sale: { readonly saleId: string }): void {
    digits += 1;
    call('POST', '/v1/sales/{saleId}/code', sale, { code: `2812345678901234${String(digits).padStart(4, '0')}` });
  }

  before(() => {
    document = JSON.parse(box.kiosk.api('GET', '/openapi.json')?.body ?? '') as Document;
    const head = {
      method: 'GET',
      target: '/v1/events',
      headers: { host: `127.0.0.1:${PORT}` },
      remoteAddress: '127.0.0.1',
    };
    const response = {
      end: () => assert.fail('no stream was opened'),
      stream: () => ({
        write(text: string) {
          events += text;
          return true;
        },
        close: () => undefined,
      }),
    };
    assert.ok(box.kiosk.network.reachTerminal(PORT, { ...head, body: Buffer.alloc(0) }, response, () => undefined));
    answered.add('GET /v1/events');
  });

  it('agree with the OpenAPI document: sales', () => {
    call('GET', '/openapi.json');
    call('GET', '/v1/status');
    const sale = sell('A-1', AMOUNT);
    sell('A-1', AMOUNT);
    call('POST', '/v1/sales', {}, { orderId: 'A-2', amount: AMOUNT });
    call('POST', '/v1/sales/{saleId}/code', sale, { code: 'nothing' });
    pay(sale);
    box.reaches('settled');
    call('GET', '/v1/sales/{saleId}', sale);
    call('GET', '/v1/sales', {}, undefined, '?orderId=A-1');
    call('POST', '/v1/sales/{saleId}/delivered', sale, { ok: true });
    call('POST', '/v1/sales/{saleId}/receipt', sale, {});
    call('POST', '/v1/sales/{saleId}/cancel', sale, {});
    box.getsReady();
    const cancelled = sell('A-3', AMOUNT);
    call('POST', '/v1/sales/{saleId}/cancel', cancelled, {});
    box.getsReady();
    const declined = sell('A-4', { currency: 'CNY', value: '9805' });
    pay(declined);
    box.pass(5_000);
    call('GET', '/v1/sales/{saleId}', declined);
    call('POST', '/v1/sales/{saleId}/cancel', declined, {});
    box.getsReady();
  });

  it('agree with the OpenAPI document: refunds and the queue', () => {
    const paid = sell('B-1', AMOUNT);
    pay(paid);
    box.reaches('settled');
    const { reversalId } = call(
      'POST',
      '/v1/refunds',
      {},
      { ...paid, refundId: 'R-1', amount: { ...AMOUNT, value: '250' }, reason: 'cold' },
    );
    box.pass(5_000);
    call('GET', '/v1/reversals/{reversalId}', { reversalId: String(reversalId) });
    call('POST', '/v1/refunds', {}, { ...paid, refundId: 'R-1', amount: AMOUNT });
    call('POST', '/v1/sales/{saleId}/receipt', paid, { refundId: 'R-1' });
    box.getsReady();
    const stuck = sell('B-2', STAYS_IN_QUEUE);
    pay(stuck);
    box.pass(8_000);
    call('POST', '/v1/sales/{saleId}/cancel', stuck, {});
    box.pass(120_000);
    call('GET', '/v1/status');
    const { reversals } = call('GET', '/v1/reversals') as {
      readonly reversals: readonly { readonly reversalId: string }[];
    };
    const ids = { reversalId: reversals[0]?.reversalId ?? '' };
    call('POST', '/v1/reversals/{reversalId}/retry', ids, {});
    call('POST', '/v1/reversals/{reversalId}/settle', ids, { by: 'Li', note: 'in cash' });
    for (let times = 0; times < 30 && !answered.has('POST /v1/reversals/{reversalId}/settle'); times += 1) {
      box.pass(1_000);
      call('POST', '/v1/reversals/{reversalId}/settle', ids, { by: 'Li', note: 'in cash' });
    }
    call('POST', '/v1/reversals/{reversalId}/settle', ids, { by: 'Li', note: 'again' });
    call('GET', '/v1/reversals', {}, undefined, '?state=all');
  });

  it('agree with the OpenAPI document: faults and wrong calls', () => {
    box.devices.printer.loadPaper(0);
    box.kiosk.network.conditions = { ...box.kiosk.network.conditions, down: true };
    box.pass(700_000);
    const status = call('GET', '/v1/status');
    assert.equal(status.ready, false);
    call('POST', '/v1/sales', {}, { orderId: 'C-1', amount: AMOUNT });
    call('POST', '/v1/sales', {}, { orderId: 'C-1' });
    call('GET', '/v1/sales', {}, undefined, '?orderId=none');
    call('GET', '/v1/sales', {}, undefined, '?nothing=1');
    call('GET', '/v1/sales/{saleId}', { saleId: 's1' });
    call('GET', '/v1/reversals/{reversalId}', { reversalId: 'c1' });
    call('GET', '/metrics');
  });

  it('cover every call', () => {
    const all = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    assert.deepEqual([...answered].sort(), all.sort());
  });

  it('agree with it in events, too', () => {
    const SCHEMAS: Readonly<Record<string, string>> = { sale: 'Sale', reversal: 'Reversal', status: 'Status' };
    const frames = [...events.matchAll(/^event: (\w+)\ndata: (.*)$/gm)];
    assert.deepEqual([...new Set(frames.map(([, event]) => event))].sort(), ['reversal', 'sale', 'status']);
    for (const [, event = '', data = ''] of frames) {
      const schema = { $ref: `#/components/schemas/${SCHEMAS[event]}` };
      assert.deepEqual(answerFaults(schema, JSON.parse(data), document.components.schemas), [], data);
    }
  });

  it('would fail with an undocumented member, a wrong type or an unknown state', () => {
    const components = document.components.schemas;
    const status = JSON.parse(box.kiosk.api('GET', '/v1/status')?.body ?? '') as Json;
    const faults = (change: object) =>
      answerFaults({ $ref: '#/components/schemas/Status' }, { ...status, ...change }, components);
    assert.deepEqual(faults({}), []);
    assert.deepEqual(faults({ extra: 1 }), ['answer.extra is not in the document']);
    assert.deepEqual(faults({ ready: 'yes' }), ['answer.ready is string, not boolean']);
    assert.equal(faults({ acquirer: { condition: 'bad' } }).length, 1);
    assert.equal(faults({ devices: { x: { state: 'ok', faults: [], colour: 'red' } } }).length, 1);
  });
});
