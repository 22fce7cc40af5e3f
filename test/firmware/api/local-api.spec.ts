import assert from 'node:assert/strict';
import * as v from 'valibot';
import { API_LISTENING } from '../../../firmware/api/api-contract.js';
import { createLocalApi } from '../../../firmware/api/local-api.js';
import { reversalSchema, saleSchema, statusSchema } from '../../../firmware/api/output-schemas.js';
import { JOURNAL_FAULTS } from '../../../flows/faults.js';
import { createMemoryHttp } from '../memory-http.js';
import { answered, createTestTerminal } from '../test-terminal.js';
import { type ApiFixture, createApiFixture, errorOf, jsonOf, PAYMENT_CODE, QUIET_SOURCES } from './api-fixture.js';

const CNY_1250 = { currency: 'CNY', value: '1250' };
const SUCCESS = answered({ paymentId: '2026112319', amount: CNY_1250 });

describe('local API', () => {
  describe('listening', () => {
    it('takes the host, the port and the limits to the listener', () => {
      const { http, api } = createApiFixture();
      const { judge, refusal, ...limits } = http.options();
      assert.equal(typeof judge, 'function');
      assert.deepEqual(refusal?.(408), API_LISTENING.refusal?.(408));
      assert.deepEqual(limits, {
        host: '127.0.0.1',
        port: 8080,
        bodyLimitBytes: 65_536,
        requestTimeoutMs: 10_000,
        connectionLimit: 64,
      });
      assert.equal(api.port, 8080);
    });

    it('reports that the port is not available, and then watches nothing', () => {
      const terminal = createTestTerminal();
      const http = createMemoryHttp();
      const told: unknown[] = [];
      createLocalApi(
        {
          http: http.host,
          clock: terminal.clock,
          random: { bytes: (count) => new Uint8Array(count) },
          kernel: terminal.kernel,
          options: { host: 'localhost', port: 80, locale: 'en' },
          about: { version: '1' },
          sources: {
            ...QUIET_SOURCES,
            devices: () => {
              throw new Error('asked for the status');
            },
          },
        },
        (error, api) => told.push(error?.code, api),
      );
      http.failListening();
      assert.deepEqual(told, ['busy', undefined]);
      terminal.boot();
    });

    it('refuses to listen without a token where others can reach it', () => {
      for (const host of ['0.0.0.0', '::', '192.168.1.7', 'tillbox', '127.0.0.1.example']) {
        assert.throws(() => createApiFixture({ options: { host } }), /API_TOKEN/, host);
      }
    });

    it('closes the listener, the streams and its watch', () => {
      const { api, http, get, terminal } = createApiFixture();
      const events = get('/v1/events');
      api.close();
      assert.equal(http.closed(), true);
      assert.equal(events.streamClosed(), true);
      assert.equal(terminal.clock.timers(), 1, 'only the probe of the flow');
      terminal.kernel.ask({ type: 'saleRequested', orderId: 'A-1', amount: CNY_1250 }, () => undefined);
      assert.match(get('/metrics').text(), /^tillbox_sales_started_total 0$/m);
    });
  });

  describe('a sale', () => {
    it('is paid from start to end as the contract says', () => {
      const { post, get, terminal } = createApiFixture();
      const started = post('/v1/sales', { orderId: 'A-1', amount: CNY_1250, description: '一杯茶', channel: '7' });
      assert.equal(started.status(), 201);
      assert.deepEqual(jsonOf(started), {
        saleId: jsonOf(started).saleId,
        orderId: 'A-1',
        description: '一杯茶',
        channel: '7',
        state: 'awaitingCode',
        amount: CNY_1250,
        attempts: [],
        receipt: { state: 'none' },
        startedAt: '2026-11-23T12:00:00Z',
        updatedAt: '2026-11-23T12:00:00Z',
      });
      const saleId = String(jsonOf(started).saleId);

      terminal.clock.advance(4000);
      const paying = post(`/v1/sales/${saleId}/code`, {
        code: `\ufeff]Q2\\000026\u0002\u001d ${PAYMENT_CODE}\u0003\r\n\0`,
      });
      assert.equal(paying.status(), 200);
      assert.equal(jsonOf(paying).state, 'paying');
      assert.equal(terminal.last('sendPay').code, PAYMENT_CODE);
      const { paymentRequestId } = terminal.last('sendPay').payment;

      terminal.answerPay(SUCCESS);
      const paid = get(`/v1/sales/${saleId}`);
      assert.equal(paid.status(), 200);
      assert.equal(jsonOf(paid).state, 'settled');
      assert.equal(jsonOf(paid).outcome, 'paid');
      assert.deepEqual(jsonOf(paid).attempts, [
        { paymentRequestId, paymentId: '2026112319', result: 'S', at: '2026-11-23T12:00:04Z' },
      ]);
      assert.deepEqual(jsonOf(get('/v1/sales?orderId=A-1')), jsonOf(paid));
    });

    it('reports code and customer text of a declined payment, and of each attempt', () => {
      const { startSale, post, get, terminal } = createApiFixture();
      const saleId = startSale();
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      terminal.answerPay(answered({ status: 'F', code: 'EXPIRED_CODE' }));
      const again = jsonOf(get(`/v1/sales/${saleId}`));
      assert.equal(again.state, 'awaitingCode');
      assert.equal('outcome' in again, false);
      const [attempt] = again.attempts as Record<string, unknown>[];
      assert.equal(attempt?.result, 'F');
      assert.equal(attempt?.code, 'EXPIRED_CODE');
      assert.match(String(attempt?.customerText), /expired/);
      assert.match(String(attempt?.operatorText), /too old/);

      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      terminal.answerPay(answered({ status: 'F', code: 'RISK_REJECT' }));
      const declined = jsonOf(get(`/v1/sales/${saleId}`));
      assert.equal(declined.outcome, 'declined');
      assert.equal(declined.code, 'RISK_REJECT');
      assert.equal(declined.customerText, 'The payment was declined');
    });

    it('never asks to confirm on the phone, or for another code, once a payment has failed for good', () => {
      const { startSale, post, get, terminal } = createApiFixture();
      const saleId = startSale();
      const failed = answered({
        status: 'S',
        code: 'SUCCESS',
        paymentStatus: 'FAIL',
        paymentResultCode: 'SYSTEM_ERROR',
      });
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      const paymentRequestId = terminal.kernel.state.live.payment?.paymentRequestId ?? '';
      terminal.kernel.feed({ type: 'inquiryAnswered', paymentRequestId, answer: failed });
      for (let attempt = 2; attempt <= 3; attempt += 1) {
        post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
        terminal.answerPay(answered({ status: 'F', code: 'EXPIRED_CODE' }));
      }
      const { state, customerText, attempts } = jsonOf(get(`/v1/sales/${saleId}`));
      assert.deepEqual([state, customerText], ['declined', 'The payment was declined']);
      assert.equal((attempts as Record<string, unknown>[])[0]?.customerText, 'The payment was declined');
    });

    it('speaks to customers in the language of the terminal', () => {
      const { startSale, post } = createApiFixture({ options: { locale: 'zh-CN' } });
      const saleId = startSale();
      assert.equal(jsonOf(post(`/v1/sales/${saleId}/cancel`)).customerText, '已取消，未扣款');
    });

    it('is the same sale when it is asked for again', () => {
      const { post, paidSale } = createApiFixture();
      const first = post('/v1/sales', { orderId: 'A-1', amount: CNY_1250 });
      const second = post('/v1/sales', { orderId: 'A-1', amount: CNY_1250 });
      assert.equal(second.status(), 200);
      assert.deepEqual(jsonOf(second), jsonOf(first));
      post(`/v1/sales/${jsonOf(first).saleId}/cancel`);
      const saleId = paidSale('A-2');
      const third = post('/v1/sales', { orderId: 'A-2', amount: CNY_1250 });
      assert.deepEqual([third.status(), jsonOf(third).saleId], [200, saleId]);
    });

    it('is refused while another one is open, and when the order was paid with another amount', () => {
      const { post, startSale, paidSale } = createApiFixture();
      const saleId = startSale('A-1');
      const other = post('/v1/sales', { orderId: 'A-2', amount: CNY_1250 });
      assert.deepEqual([other.status(), errorOf(other).code], [409, 'saleOpen']);
      post(`/v1/sales/${saleId}/cancel`);
      paidSale('A-3');
      const dearer = post('/v1/sales', { orderId: 'A-3', amount: { currency: 'CNY', value: '1300' } });
      assert.deepEqual([dearer.status(), errorOf(dearer).code], [409, 'orderPaid']);
    });

    it('is refused with the reasons while the terminal is not ready', () => {
      const { post } = createApiFixture({ unbooted: true });
      const answer = post('/v1/sales', { orderId: 'A-1', amount: CNY_1250 });
      assert.equal(answer.status(), 503);
      assert.equal(errorOf(answer).code, 'notReady');
      assert.deepEqual(jsonOf(answer).reasons, ['starting', 'acquirerUnknown']);
    });

    it('of an order is the newest one', () => {
      const { get, post, startSale } = createApiFixture();
      const first = startSale('A-1');
      post(`/v1/sales/${first}/cancel`);
      const second = startSale('A-1');
      assert.notEqual(first, second);
      assert.equal(jsonOf(get('/v1/sales?orderId=A-1')).saleId, second);
      assert.equal(get('/v1/sales?orderId=A-9').status(), 404);
    });

    it('stays open after something that is not a payment code', () => {
      const { startSale, post, get } = createApiFixture();
      const saleId = startSale();
      const answer = post(`/v1/sales/${saleId}/code`, { code: '6901234567892' });
      assert.deepEqual([answer.status(), errorOf(answer).field], [400, 'code']);
      assert.equal(jsonOf(get(`/v1/sales/${saleId}`)).state, 'awaitingCode');
    });

    it('takes no code while a payment is under way', () => {
      const { startSale, post, terminal } = createApiFixture();
      const saleId = startSale();
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      const twice = post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      assert.deepEqual([twice.status(), errorOf(twice).code], [409, 'notAwaitingCode']);
      assert.equal(terminal.effects.filter(({ type }) => type === 'sendPay').length, 1);
    });

    it('is closed by a cancel before a charge and reversed after the pay was sent', () => {
      const { startSale, post, terminal } = createApiFixture();
      const closed = post(`/v1/sales/${startSale('A-1')}/cancel`);
      assert.deepEqual(
        [closed.status(), jsonOf(closed).state, jsonOf(closed).outcome],
        [200, 'cancelled', 'cancelled'],
      );
      assert.equal(jsonOf(closed).code, 'hostCancelled');

      const saleId = startSale('A-2');
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      const reversing = post(`/v1/sales/${saleId}/cancel`);
      assert.deepEqual([reversing.status(), jsonOf(reversing).state], [200, 'reversing']);
      assert.equal('outcome' in jsonOf(reversing), false);
      assert.match(String(jsonOf(reversing).customerText), /^Payment not completed/);
      assert.equal(terminal.last('sendReversal').request.type, 'cancel');
    });

    it('that was delivered is not cancelled', () => {
      const { paidSale, post } = createApiFixture();
      const answer = post(`/v1/sales/${paidSale()}/cancel`);
      assert.deepEqual([answer.status(), errorOf(answer).code], [409, 'alreadyDelivered']);
      assert.doesNotMatch(errorOf(answer).message, /deliver/, 'nobody told that it was');
    });

    it('is reversed when the host did not deliver, also once it is settled', () => {
      const { paidSale, post, get, terminal } = createApiFixture();
      const saleId = paidSale();
      assert.equal(jsonOf(post(`/v1/sales/${saleId}/delivered`, { ok: true })).state, 'settled');
      const answer = post(`/v1/sales/${saleId}/delivered`, { ok: false });
      const { state, customerText } = jsonOf(answer);
      const told = 'Sorry, we could not deliver. Your money will be returned';
      assert.deepEqual([answer.status(), state, customerText], [200, 'reversing', told]);
      assert.equal(post(`/v1/sales/${saleId}/delivered`, { ok: false }).status(), 200, 'repeating is safe');
      const late = post(`/v1/sales/${saleId}/delivered`, { ok: true });
      assert.deepEqual([late.status(), errorOf(late).code], [409, 'alreadyReversed']);
      terminal.answerReversal(answered({ status: 'S' }));
      const ended = jsonOf(get(`/v1/sales/${saleId}`));
      const returned = 'Sorry, we could not deliver. Your money is returned';
      assert.deepEqual([ended.state, ended.customerText], ['reversed', returned]);
    });

    it('is not the host that delivers where a device does', () => {
      const { startSale, post } = createApiFixture({ policy: { vend: 'device' } });
      const answer = post(`/v1/sales/${startSale()}/delivered`, { ok: true });
      assert.deepEqual([answer.status(), errorOf(answer).code], [409, 'notYourDelivery']);
    });

    it('prints its receipt again, as a copy', () => {
      const { paidSale, post, terminal } = createApiFixture({ policy: { printerPresent: true } });
      const saleId = paidSale();
      assert.equal(post(`/v1/sales/${saleId}/receipt`).status(), 200);
      assert.equal(terminal.last('printReceipt').receipt.kind, 'copy');
      const without = createApiFixture();
      const answer = without.post(`/v1/sales/${without.paidSale()}/receipt`);
      assert.deepEqual([answer.status(), errorOf(answer).code], [409, 'nothingToPrint']);
    });

    it('prints the receipt of a refund, once that is confirmed', () => {
      const { paidSale, post, terminal } = createApiFixture({ policy: { printerPresent: true } });
      const saleId = paidSale();
      const receipt = () => post(`/v1/sales/${saleId}/receipt`, { refundId: 'R-1' });
      const unknown = receipt();
      assert.deepEqual([unknown.status(), errorOf(unknown).code], [404, 'notFound']);
      post('/v1/refunds', { saleId, refundId: 'R-1', amount: { currency: 'CNY', value: '250' } });
      const early = receipt();
      assert.deepEqual([early.status(), errorOf(early).code], [409, 'nothingToPrint']);
      terminal.answerReversal(answered());
      assert.equal(receipt().status(), 200);
      const { kind, amount } = terminal.last('printReceipt').receipt;
      assert.deepEqual([kind, amount.value], ['refund', '250']);
      const wrong = post(`/v1/sales/${saleId}/receipt`, { refundId: 7 });
      assert.deepEqual([wrong.status(), errorOf(wrong).field], [400, 'refundId']);
    });

    it('answers only after the decision is durable', () => {
      const { startSale, post, terminal } = createApiFixture();
      const saleId = startSale();
      terminal.journal.pause();
      const answer = post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      assert.equal(answer.ends(), 0);
      terminal.journal.resume();
      assert.deepEqual([answer.status(), answer.ends()], [200, 1]);
    });

    it('answers a caller once when no decision comes in time, and carries the late decision out', () => {
      const { startSale, post, terminal } = createApiFixture();
      const saleId = startSale();
      terminal.journal.pause();
      const answer = post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      terminal.clock.advance(10_000);
      assert.deepEqual([answer.status(), errorOf(answer).code], [503, 'noAnswer']);
      terminal.journal.resume();
      assert.equal(answer.ends(), 1);
      assert.equal(terminal.last('sendPay').code, PAYMENT_CODE);
    });

    it('answers a caller once, however much time passes afterwards', () => {
      const { post, startSale, terminal } = createApiFixture();
      const answer = post(`/v1/sales/${startSale()}/cancel`);
      terminal.clock.advance(60_000);
      assert.deepEqual([answer.status(), answer.ends()], [200, 1]);
    });

    it('lets a bounded number of callers wait, and the next ones again', () => {
      const { startSale, post, terminal } = createApiFixture();
      const saleId = startSale();
      terminal.journal.pause();
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      const waiting = Array.from({ length: 63 }, () => post(`/v1/sales/${saleId}/cancel`));
      const refused = post(`/v1/sales/${saleId}/cancel`);
      assert.deepEqual([refused.status(), errorOf(refused).code], [503, 'busy']);
      terminal.journal.resume();
      assert.equal(refused.ends(), 1);
      assert.deepEqual(new Set(waiting.map((answer) => answer.status())), new Set([200]));
      assert.equal(post(`/v1/sales/${saleId}/cancel`).status(), 200);
    });

    it('lets others wait instead of callers who got no answer in time', () => {
      const { startSale, post, terminal } = createApiFixture();
      const saleId = startSale();
      terminal.journal.pause();
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      for (let times = 0; times < 63; times += 1) post(`/v1/sales/${saleId}/cancel`);
      assert.equal(errorOf(post(`/v1/sales/${saleId}/cancel`)).code, 'busy');
      terminal.clock.advance(10_000);
      const next = post(`/v1/sales/${saleId}/cancel`);
      assert.equal(next.ends(), 0, 'it waits');
      terminal.journal.resume();
      assert.equal(next.status(), 200);
    });
  });

  describe('refunds and the queue', () => {
    it('refunds in part under the same id once', () => {
      const { paidSale, post, get, terminal } = createApiFixture();
      const saleId = paidSale();
      const wanted = { saleId, refundId: 'R-1', amount: { currency: 'CNY', value: '250' }, reason: 'one was cold' };
      const first = post('/v1/refunds', wanted);
      assert.equal(first.status(), 202);
      assert.equal(jsonOf(first).refundId, 'R-1');
      assert.equal(jsonOf(first).state, 'open');
      const second = post('/v1/refunds', wanted);
      assert.deepEqual([second.status(), jsonOf(second).reversalId], [202, jsonOf(first).reversalId]);
      const differs = post('/v1/refunds', { ...wanted, amount: { currency: 'CNY', value: '251' } });
      assert.deepEqual([differs.status(), errorOf(differs).code], [409, 'refundDiffers']);
      const tooMuch = post('/v1/refunds', { ...wanted, refundId: 'R-2', amount: CNY_1250 });
      assert.deepEqual([tooMuch.status(), errorOf(tooMuch).field], [400, 'amount']);

      terminal.answerReversal(answered());
      const ended = jsonOf(get(`/v1/reversals/${jsonOf(first).reversalId}`));
      assert.deepEqual(ended.end, { how: 'refunded', at: '2026-11-23T12:00:00Z' });
      assert.deepEqual(jsonOf(get('/v1/reversals')), { reversals: [] });
      assert.deepEqual(jsonOf(get('/v1/reversals?state=all')), { reversals: [ended] });
    });

    it('lists the queue, retries and settles by hand with who and why', () => {
      const { startSale, post, get, terminal } = createApiFixture();
      const saleId = startSale();
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      post(`/v1/sales/${saleId}/cancel`);
      terminal.answerReversal({ kind: 'silence', reason: 'timeout' });
      const [queued] = jsonOf(get('/v1/reversals')).reversals as { reversalId: string; cause: string }[];
      assert.equal(queued?.cause, 'hostCancelled');
      const sent = terminal.effects.filter(({ type }) => type === 'sendReversal').length;
      assert.equal(post(`/v1/reversals/${queued?.reversalId}/retry`).status(), 202);
      assert.equal(terminal.effects.filter(({ type }) => type === 'sendReversal').length, sent + 1);

      const path = `/v1/reversals/${queued?.reversalId}/settle`;
      assert.equal(errorOf(post(path, { by: 'Li' })).field, 'note');
      assert.equal(errorOf(post(path, { by: 'Li', note: 'x', outcome: 'kept' })).field, 'outcome');
      assert.equal(errorOf(post(path, { by: 'Li', note: 'x', outcome: 'paid' })).code, 'notPaid');
      const settled = post(path, { by: 'Li', note: 'returned at the counter, case 4711' });
      assert.equal(settled.status(), 200);
      /* Expiry and margin: within them the payment may still be charged. */
      assert.equal(jsonOf(settled).mayArriveUntil, '2026-11-23T12:01:30Z');
      assert.match(String(jsonOf(settled).warning), /may still be charged until 2026-11-23T12:01:30Z/);
      assert.deepEqual(jsonOf(settled).end, {
        how: 'settledByHand',
        at: '2026-11-23T12:00:00Z',
        by: 'Li',
        note: 'returned at the counter, case 4711',
        outcome: 'reversed',
      });
      for (const action of ['retry', 'settle']) {
        const again = post(
          `/v1/reversals/${queued?.reversalId}/${action}`,
          action === 'retry' ? {} : { by: 'a', note: 'b' },
        );
        assert.deepEqual([again.status(), errorOf(again).code], [409, 'reversalFinished'], action);
      }
      assert.equal(jsonOf(get(`/v1/sales/${saleId}`)).outcome, 'reversed');
    });
  });

  it('answers nothing about sales and reversals while the journal is missing', () => {
    for (const fault of JOURNAL_FAULTS) {
      const { get, post, terminal } = createApiFixture({ unbooted: true });
      terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: [fault] });
      const calls = [
        get('/v1/sales/s1'),
        get('/v1/sales?orderId=order-1'),
        get('/v1/reversals'),
        get('/v1/reversals/c1'),
        post('/v1/sales', { orderId: 'order-1', amount: { currency: 'CNY', value: '1250' } }),
        post('/v1/sales/s1/cancel'),
        post('/v1/sales/s1/delivered', { ok: false }),
        post('/v1/refunds', { saleId: 's1', refundId: 'R1' }),
        post('/v1/reversals/c1/settle', { by: 'Wang', note: 'in cash' }),
      ];
      for (const answer of calls) {
        assert.deepEqual([answer.status(), errorOf(answer).code], [503, 'notReady']);
        assert.ok((jsonOf(answer).reasons as string[]).includes(fault));
      }
      assert.deepEqual([get('/v1/status').status(), get('/metrics').status()], [200, 200]);
    }
  });

  it('says nothing of boots and the queue while the journal is missing: 0 would be a lie', () => {
    const { get, terminal } = createApiFixture({ unbooted: true });
    const told = () => {
      const { bootCount, queue } = jsonOf(get('/v1/status'));
      return [
        bootCount,
        queue,
        get('/metrics')
          .text()
          .match(/^tillbox_(boots_total|reversals_\w+) 0$/gm)?.length ?? 0,
      ];
    };
    assert.deepEqual(told(), [0, { depth: 0, needsPerson: 0, limit: 20 }, 3]);
    for (const fault of JOURNAL_FAULTS) {
      terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: [fault] });
      assert.deepEqual(told(), [undefined, { limit: 20 }, 0]);
    }
  });

  describe('status', () => {
    it('reports whether the terminal is ready, why not and what to do', () => {
      const { get, terminal } = createApiFixture({
        policy: { printerPresent: true, printerRequired: true },
        sources: {
          devices: () => ({ printer: { state: 'fault', kind: 'escpos', detail: 'DLE EOT 4 says 0x72' } }),
          acquirerTrouble: () => undefined,
          lastAcquirerContactWallMs: () => Date.UTC(2026, 10, 23, 11, 59, 58),
          store: () => ({ sequence: 12, damaged: false }),
        },
      });
      assert.equal(jsonOf(get('/v1/status')).ready, true);
      terminal.kernel.feed({ type: 'deviceChanged', device: 'printer', faults: ['printerPaperOut'] });
      terminal.kernel.feed({ type: 'deviceChanged', device: 'panel', faults: ['panelLines'] });
      const status = v.parse(statusSchema, jsonOf(get('/v1/status')));
      assert.deepEqual([status.ready, status.reasons, status.warnings], [false, ['printerPaperOut'], ['panelLines']]);
      assert.deepEqual(
        status.faults.map(({ code, blocksSale }) => [code, blocksSale]),
        [
          ['printerPaperOut', true],
          ['panelLines', false],
        ],
      );
      assert.deepEqual(status.devices.printer, {
        state: 'fault',
        kind: 'escpos',
        detail: 'DLE EOT 4 says 0x72',
        faults: ['printerPaperOut'],
      });
      assert.deepEqual(status.devices.panel, { state: 'fault', faults: ['panelLines'] });
      assert.deepEqual(status.acquirer, { condition: 'reachable', lastContactAt: '2026-11-23T11:59:58Z' });
      assert.deepEqual(status.clock, { trusted: true, at: '2026-11-23T12:00:00Z' });
      assert.deepEqual(status.queue, { depth: 0, needsPerson: 0, limit: 20 });
      assert.deepEqual(status.store, { sequence: 12, damaged: false });
      assert.deepEqual([status.version, status.terminalNumber, status.bootCount], ['1.2.3', '42', 1]);
    });
  });

  it('reports the open sale, and how many reversals need a person', () => {
    const { get, startSale, paidSale, post, terminal } = createApiFixture();
    const status = () => v.parse(statusSchema, jsonOf(get('/v1/status')));
    assert.equal('openSaleId' in status(), false);
    const first = paidSale('A-1');
    for (const refundId of ['R-1', 'R-2']) {
      post('/v1/refunds', { saleId: first, refundId, amount: { currency: 'CNY', value: '1' } });
    }
    terminal.answerReversal(answered({ status: 'F', code: 'REFUND_WINDOW_EXCEED' }));
    const saleId = startSale('A-2');
    assert.deepEqual(status().queue, { depth: 2, needsPerson: 1, limit: 20 });
    assert.equal(status().openSaleId, saleId);
  });

  it('answers nothing that its schemas do not describe', () => {
    const fixture = createApiFixture({ policy: { printerPresent: true } });
    const saleId = fixture.paidSale();
    fixture.post('/v1/refunds', { saleId, refundId: 'R-1', reason: 'cold' });
    fixture.terminal.answerReversal(answered());
    const [reversal] = jsonOf(fixture.get('/v1/reversals?state=all')).reversals as unknown[];
    for (const [schema, body] of [
      [saleSchema, jsonOf(fixture.get(`/v1/sales/${saleId}`))],
      [reversalSchema, reversal],
      [statusSchema, jsonOf(fixture.get('/v1/status'))],
    ] as const) {
      assert.deepEqual(v.parse(schema, body), body);
    }
  });

  it('forbids every reader to keep or reinterpret what it answers', () => {
    const { get, post } = createApiFixture();
    for (const answer of [
      get('/v1/status'),
      get('/nothing'),
      post('/v1/sales', {}),
      get('/metrics'),
      get('/v1/events'),
    ]) {
      assert.equal(answer.headers()['cache-control'], 'no-store');
      assert.equal(answer.headers()['x-content-type-options'], 'nosniff');
    }
  });

  it('finds nothing under names that JavaScript itself uses', () => {
    const { get, post }: ApiFixture = createApiFixture();
    for (const name of ['__proto__', 'constructor', 'toString', '', '%2e%2e', 's1/../s2', '§']) {
      assert.equal(get(`/v1/sales/${name}`).status(), 404, name);
      assert.equal(post(`/v1/sales/${name}/code`, { code: PAYMENT_CODE }).status(), 404, name);
      assert.equal(get(`/v1/reversals/${name}`).status(), 404, name);
    }
    assert.equal(errorOf(post('/v1/refunds', { saleId: '__proto__', refundId: 'R' })).field, 'saleId');
  });
});
