import assert from 'node:assert/strict';
import { openApiBridge } from '../../../hw-sim/bench/api-bridge.js';
import { createBench } from '../../../hw-sim/bench/bench.js';
import { createWorld } from '../../../hw-sim/world.js';
import { createMemoryHttp, type MemoryRequest } from '../../firmware/memory-http.js';
import { typedSettings } from './typed-bench.js';

describe('the bridge to the local API', () => {
  const settings = typedSettings();

  function rig() {
    const world = createWorld({ seed: 3, startWallMs: 1_767_240_000_000 });
    const bench = createBench({ world, settings });
    const http = createMemoryHttp();
    let acts = 0;
    const pacer = {
      act(happen: () => void) {
        acts += 1;
        happen();
      },
    };
    let port: number | undefined;
    const { network } = bench.kiosk;
    openApiBridge({ http: http.host, pacer, network, apiPort: settings.config.api.port }, 9_999, (_error, listener) => {
      port = listener?.port;
    });
    http.finishListening();
    assert.equal(port, 9_999);
    const pass = (durationMs: number) => bench.runUntil(world.nowMs() + durationMs);
    const host = { host: '127.0.0.1:9999' };
    const send = (request: MemoryRequest) => http.send({ ...request, headers: { ...host, ...request.headers } });
    return { bench, http, pass, send, acts: () => acts };
  }

  it('listens on loopback only, with the limits and refusals of the API', () => {
    const { host, bodyLimitBytes, refusal } = rig().http.options();
    assert.deepEqual([host, bodyLimitBytes], ['127.0.0.1', 65_536]);
    assert.equal(JSON.parse(refusal?.(413).body ?? '').error.code, 'bodyTooLong');
  });

  it('carries requests to the terminal and its answers back', () => {
    const { bench, pass, send } = rig();
    bench.powerOn();
    pass(3_000);
    const body = JSON.stringify({ orderId: 'o1', amount: { currency: 'CNY', value: '1250' } });
    const headers = { 'content-type': 'application/json' };
    const answer = send({ method: 'POST', target: '/v1/sales', headers, body });
    pass(1_000);
    assert.equal(answer.status(), 201);
    assert.equal(JSON.parse(answer.text()).state, 'awaitingCode');
  });

  it("leaves the terminal's own guards in force", () => {
    const { bench, pass, send } = rig();
    bench.powerOn();
    pass(3_000);
    assert.equal(send({ target: '/v1/status', headers: { host: 'evil.example' } }).status(), 403);
    assert.equal(send({ target: '/v1/status', headers: { origin: 'http://evil.example' } }).status(), 403);
    assert.equal(send({ method: 'POST', target: '/v1/sales', body: '{}' }).status(), 415);
  });

  it('streams events until the power goes', () => {
    const { bench, pass, send } = rig();
    bench.powerOn();
    pass(3_000);
    const events = send({ target: '/v1/events' });
    bench.kiosk.network.conditions = { ...bench.kiosk.network.conditions, down: true };
    bench.printer.openCover();
    pass(10_000);
    assert.match(events.text(), /event: status\n[\s\S]*"ready":true[\s\S]*"reasons":\["printerCoverOpen"\]/);
    assert.equal(events.streamClosed(), false);
    const told = events.text();
    bench.pullPlug();
    assert.equal(events.streamClosed(), true);
    bench.powerOn();
    pass(5_000);
    assert.equal(events.text(), told);
  });

  it('reports to the terminal, in simulated time, when a reader goes away', () => {
    const { bench, pass, send, acts } = rig();
    bench.powerOn();
    pass(3_000);
    const events = send({ target: '/v1/events' });
    const before = acts();
    events.disconnect();
    assert.equal(acts(), before + 1);
    const metrics = send({ target: '/metrics' });
    assert.match(metrics.text(), /event_streams 0/);
  });

  it('answers 502 while there is no power, and when it goes before the answer', () => {
    const { bench, pass, send } = rig();
    const off = send({ target: '/v1/status' });
    assert.equal(off.status(), 502);
    assert.match(off.text(), /switched off/);
    bench.powerOn();
    pass(3_000);
    const post = (target: string, body: object) => {
      const headers = { 'content-type': 'application/json' };
      return send({ method: 'POST', target, headers, body: JSON.stringify(body) });
    };
    const sale = post('/v1/sales', { orderId: 'o1', amount: { currency: 'CNY', value: '1250' } });
    pass(10);
    /* A payment is answered when it is on flash. */
    const asked = post(`/v1/sales/${JSON.parse(sale.text()).saleId}/code`, { code: '281234567890123456' });
    assert.equal(asked.status(), undefined);
    bench.pullPlug();
    assert.equal(asked.status(), 502);
    assert.match(asked.text(), /lost its power/);
    assert.equal(asked.ends(), 1);
  });
});
