import assert from 'node:assert/strict';
import { ALARM_CODES } from '../../../flows/effect.js';
import { answered } from '../test-terminal.js';
import { createApiFixture, PAYMENT_CODE } from './api-fixture.js';

/** Reads the text format: value by name with labels. Throws on a line that is neither sample nor comment. */
function samplesIn(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.trimEnd().split('\n')) {
    if (line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const match = /^([a-z_]+(?:\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\})?) (-?\d+)$/.exec(line);
    assert.ok(match?.[1] !== undefined, `not a sample: ${line}`);
    assert.equal(samples.has(match[1]), false, `${match[1]} twice`);
    samples.set(match[1], Number(match[2]));
  }
  return samples;
}

describe('metrics of the local API', () => {
  it('count sales by how they ended', () => {
    const { get, post, startSale, paidSale, terminal } = createApiFixture();
    const paid = paidSale('A-1');
    post(`/v1/sales/${startSale('A-2')}/cancel`);
    post(`/v1/sales/${startSale('A-3')}/code`, { code: PAYMENT_CODE });
    terminal.answerPay(answered({ status: 'F', code: 'RISK_REJECT' }));
    post(`/v1/sales/${paid}/delivered`, { ok: false });
    terminal.clock.advance(2000);
    const waiting = samplesIn(get('/metrics').text());
    assert.equal(waiting.get('tillbox_reversals_waiting'), 1);
    assert.equal(waiting.get('tillbox_oldest_reversal_age_seconds'), 2);
    terminal.answerReversal(answered());
    const samples = samplesIn(get('/metrics').text());
    assert.equal(samples.get('tillbox_sales_started_total'), 3);
    for (const [outcome, count] of [
      ['paid', 1],
      ['cancelled', 1],
      ['declined', 1],
      ['reversed', 1],
    ] as const) {
      assert.equal(samples.get(`tillbox_sales_total{outcome="${outcome}"}`), count, outcome);
    }
    assert.equal(samples.get('tillbox_reversals_waiting'), 0);
    assert.equal(samples.has('tillbox_oldest_reversal_age_seconds'), false);
  });

  it('report readiness, faults, the acquirer and the alarms', () => {
    const { get, terminal } = createApiFixture({
      sources: {
        alarms: () => ({ amountDiffers: 2 }),
        acquirerTrouble: () => undefined,
        lastAcquirerContactWallMs: () => Date.UTC(2026, 10, 23, 11, 59, 30),
      },
    });
    const ready = samplesIn(get('/metrics').text());
    assert.equal(ready.get('tillbox_ready'), 1);
    assert.equal(ready.get('tillbox_info{version="1.2.3",terminal="42"}'), 1);
    assert.equal(ready.get('tillbox_acquirer_condition{condition="reachable"}'), 1);
    assert.equal(ready.get('tillbox_acquirer_last_contact_age_seconds'), 30);
    assert.equal(ready.get('tillbox_alarms_total{alarm="amountDiffers"}'), 2);
    for (const alarm of ALARM_CODES) assert.ok(ready.has(`tillbox_alarms_total{alarm="${alarm}"}`), alarm);
    assert.equal(ready.get('tillbox_alarms_total{alarm="vendUnknown"}'), 0);
    terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: ['flashSlow'] });
    const faulty = samplesIn(get('/metrics').text());
    assert.equal(faulty.get('tillbox_ready'), 0);
    assert.equal(faulty.get('tillbox_fault{code="flashSlow"}'), 1);
    assert.equal(faulty.get('tillbox_fault{code="printerPaperOut"}'), 0);
  });

  it('count requests by the paths of the table, never by what was asked for', () => {
    const { get, send, startSale } = createApiFixture();
    for (let index = 0; index < 50; index += 1) {
      send({ method: `M${index}`, target: `/strange-${index}` });
      get(`/v1/sales/s${index}`);
    }
    startSale();
    get('/v1/status', { host: 'evil.example' });
    const samples = samplesIn(get('/metrics').text());
    const requests = [...samples].filter(([name]) => name.startsWith('tillbox_api_requests_total'));
    assert.deepEqual(
      new Map(requests),
      new Map([
        ['tillbox_api_requests_total{method="other",route="none",status="404"}', 50],
        ['tillbox_api_requests_total{method="GET",route="/v1/sales/{saleId}",status="404"}', 50],
        ['tillbox_api_requests_total{method="POST",route="/v1/sales",status="201"}', 1],
        ['tillbox_api_requests_total{method="GET",route="none",status="403"}', 1],
      ]),
    );
  });

  it('are Prometheus text, each with its help and type', () => {
    const { get } = createApiFixture();
    const answer = get('/metrics');
    assert.match(answer.headers()['content-type'] ?? '', /^text\/plain; version=0\.0\.4/);
    for (const name of samplesIn(answer.text()).keys()) {
      const metric = name.replace(/\{.*/, '');
      assert.match(answer.text(), new RegExp(`^# TYPE ${metric} (gauge|counter)$`, 'm'));
      assert.match(answer.text(), new RegExp(`^# HELP ${metric} .+$`, 'm'));
    }
  });
});
