import assert from 'node:assert/strict';
import { answered } from '../test-terminal.js';
import { createApiFixture, errorOf, PAYMENT_CODE } from './api-fixture.js';

interface Received {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream as the standard says: blocks end with an empty line, lines that start with a colon are comments. */
function eventsIn(text: string): Received[] {
  const received: Received[] = [];
  for (const block of text.split('\n\n')) {
    const fields = new Map(
      block
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith(':'))
        .map((line): [string, string] => [
          line.slice(0, line.indexOf(':')),
          line.slice(line.indexOf(':') + 1).trimStart(),
        ]),
    );
    const data = fields.get('data');
    if (data === undefined) continue;
    received.push({
      id: fields.get('id'),
      event: fields.get('event') ?? 'message',
      data: JSON.parse(data) as Record<string, unknown>,
    });
  }
  return received;
}

const shape = (events: readonly Received[]): string[] =>
  events.map(({ event, data }) => `${event} ${data.state ?? data.ready ?? ''}`.trim());

describe('events of the local API', () => {
  it('report a sale again when a person has to decide about its money: its customer reads something else then', () => {
    const { get, post, startSale, terminal } = createApiFixture();
    const saleId = startSale();
    post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
    terminal.answerPay(answered({ amount: { currency: 'CNY', value: '1250' }, paymentId: 'P1' }));
    post(`/v1/sales/${saleId}/delivered`, { ok: false });
    const stream = get('/v1/events');
    const seen = eventsIn(stream.text()).length;
    terminal.answerReversal(answered({ status: 'F', code: 'CANCEL_WINDOW_EXCEED' }));
    terminal.answerReversal(
      answered({ paymentStatus: 'SUCCESS', paymentId: 'P1', amount: { currency: 'CNY', value: '1250' } }),
    );
    terminal.answerReversal(answered({ status: 'F', code: 'REFUND_WINDOW_EXCEED' }));
    const told = eventsIn(stream.text()).slice(seen);
    const sale = told.filter(({ event }) => event === 'sale').at(-1);
    assert.deepEqual([sale?.data.state, sale?.data.customerText], ['reversing', 'Please contact the operator']);
  });

  it('begin with the present state and continue with each change', () => {
    const { get, post, startSale, terminal } = createApiFixture();
    const stream = get('/v1/events');
    assert.equal(stream.status(), 200);
    assert.equal(stream.headers()['content-type'], 'text/event-stream; charset=utf-8');
    assert.match(stream.text(), /^retry: 2000\n\n/);
    const saleId = startSale();
    post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
    post(`/v1/sales/${saleId}/cancel`);
    terminal.answerReversal(answered());
    terminal.clock.advance(90_000);
    terminal.answerReversal(answered());
    const events = eventsIn(stream.text());
    assert.deepEqual(shape(events), [
      'status true',
      'sale awaitingCode',
      'status true',
      'sale paying',
      'sale reversing',
      'reversal open',
      'status true',
      'sale reversed',
      'reversal finished',
      'status true',
    ]);
    const numbers = events.map(({ id }) => Number(id?.split('-')[1]));
    assert.deepEqual(
      numbers,
      [...numbers].sort((a, b) => a - b),
    );
    assert.equal(events.findLast(({ event }) => event === 'status')?.data.openSaleId, undefined);
  });

  it('begin with the open sale and the queue', () => {
    const { get, post, startSale } = createApiFixture();
    const first = startSale('A-1');
    post(`/v1/sales/${first}/code`, { code: PAYMENT_CODE });
    post(`/v1/sales/${first}/cancel`);
    startSale('A-2');
    assert.deepEqual(shape(eventsIn(get('/v1/events').text())), ['status true', 'reversal open', 'sale awaitingCode']);
  });

  it('report a status only when it has changed', () => {
    const { get, terminal } = createApiFixture();
    const stream = get('/v1/events');
    const feed = (): void => terminal.kernel.feed({ type: 'deviceChanged', device: 'panel', faults: ['panelLines'] });
    feed();
    feed();
    terminal.clock.advance(1000);
    feed();
    assert.equal(eventsIn(stream.text()).length, 2);
  });

  it('resume after the last one that was seen, without a gap and without a repetition', () => {
    const { get, post, startSale } = createApiFixture();
    const watcher = get('/v1/events');
    const first = get('/v1/events');
    const saleId = startSale();
    first.disconnect();
    const lastSeen = eventsIn(first.text()).at(-1)?.id ?? '';
    post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
    post(`/v1/sales/${saleId}/cancel`);
    const second = get('/v1/events', { 'last-event-id': lastSeen });
    startSale('A-2');
    assert.deepEqual(eventsIn(first.text() + second.text()), eventsIn(watcher.text()));
    assert.deepEqual(shape(eventsIn(second.text())).slice(0, 2), ['sale paying', 'sale reversing']);
  });

  it('resume with nothing where nothing was missed', () => {
    const { get, startSale } = createApiFixture();
    const first = get('/v1/events');
    startSale();
    const lastSeen = eventsIn(first.text()).at(-1)?.id ?? '';
    assert.deepEqual(eventsIn(get('/v1/events', { 'last-event-id': lastSeen }).text()), []);
  });

  it('report when the door opens, which stops sales like any fault', () => {
    const { get, terminal } = createApiFixture();
    const stream = get('/v1/events');
    const before = eventsIn(stream.text()).length;
    terminal.kernel.feed({ type: 'doorChanged', open: true });
    const [status] = eventsIn(stream.text()).slice(before);
    assert.deepEqual(status?.data.reasons, ['doorOpen']);
  });

  it('resume with the status as it is now, once, after several were missed', () => {
    const { get, terminal } = createApiFixture();
    const first = get('/v1/events');
    const lastSeen = eventsIn(first.text()).at(-1)?.id ?? '';
    first.disconnect();
    for (const faults of [['flashSlow'], [], ['flashDamaged']] as const) {
      terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults });
    }
    const [status, ...rest] = eventsIn(get('/v1/events', { 'last-event-id': lastSeen }).text());
    assert.deepEqual(status?.data.reasons, ['flashDamaged']);
    assert.deepEqual(rest, []);
  });

  for (const lastEventId of [
    'abababababab-999',
    'cdcdcdcdcdcd-1',
    'abababababab-',
    '',
    '-1',
    '1',
    'abababababab-1e1',
    '☃',
  ]) {
    it(`start again and say so after the unknown id "${lastEventId}"`, () => {
      const { get } = createApiFixture();
      const events = eventsIn(get('/v1/events', { 'last-event-id': lastEventId }).text());
      assert.deepEqual(shape(events), ['reset', 'status true']);
    });
  }

  it('start again and say so when more was missed than is kept', () => {
    const { get, post, startSale } = createApiFixture();
    const first = get('/v1/events');
    startSale('A-0');
    const [status, sale] = eventsIn(first.text());
    first.disconnect();
    const churn = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        const saleId = startSale('A-0');
        post(`/v1/sales/${saleId}/cancel`);
      }
    };
    churn(50);
    const resumed = eventsIn(get('/v1/events', { 'last-event-id': sale?.id ?? '' }).text());
    assert.equal(resumed.filter(({ event }) => event === 'sale').length, 99);
    assert.deepEqual(shape(resumed.filter(({ event }) => event !== 'sale')), ['status true']);
    churn(40);
    const anew = eventsIn(get('/v1/events', { 'last-event-id': status?.id ?? '' }).text());
    assert.deepEqual(shape(anew), ['reset', 'status true']);
  });

  it('are closed for a reader that is too slow, and go on for the others', () => {
    const { get, startSale } = createApiFixture();
    const slow = get('/v1/events');
    const quick = get('/v1/events');
    slow.stall();
    startSale();
    assert.equal(slow.streamClosed(), true);
    assert.equal(quick.streamClosed(), false);
    assert.deepEqual(shape(eventsIn(quick.text())), ['status true', 'sale awaitingCode', 'status true']);
  });

  it('are limited in streams, and free again when one closes', () => {
    const { get } = createApiFixture();
    const streams = Array.from({ length: 16 }, () => get('/v1/events'));
    const refused = get('/v1/events');
    assert.deepEqual([refused.status(), errorOf(refused).code], [503, 'tooManyStreams']);
    streams[3]?.disconnect();
    assert.equal(get('/v1/events').status(), 200);
  });

  it('carry a comment every 15 s while somebody listens, and no timer otherwise', () => {
    const { get, terminal } = createApiFixture();
    const before = terminal.clock.timers();
    const stream = get('/v1/events');
    terminal.clock.advance(45_000);
    assert.equal(
      stream
        .text()
        .split('\n')
        .filter((line) => line.startsWith(':')).length,
      3,
    );
    stream.disconnect();
    assert.equal(terminal.clock.timers(), before);
    const next = get('/v1/events');
    terminal.clock.advance(15_000);
    assert.match(next.text(), /^: /m);
  });

  it('find out by the heartbeat that a reader has stopped reading', () => {
    const { get, terminal } = createApiFixture();
    const before = terminal.clock.timers();
    const stream = get('/v1/events');
    stream.stall();
    terminal.clock.advance(15_000);
    assert.equal(stream.streamClosed(), true);
    assert.equal(terminal.clock.timers(), before);
  });
});
