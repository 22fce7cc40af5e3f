import assert from 'node:assert/strict';
import { SIMULATED_WIRING } from '../../hw-sim/simulated-wiring.js';
import { SIM_SUPERVISOR } from '../../hw-sim/supervisor.js';
import { createEquippedKiosk } from '../support/equipped-kiosk.js';

const HOUR_MS = 3_600_000;

describe('an orderly end', () => {
  it('leaves no timer and no listener behind', () => {
    const { kiosk, showCode, reaches, pass } = createEquippedKiosk(
      {
        SALE_MODE: 'amount',
        KEYPAD: 'sim',
        PANEL: 'sim',
        VEND: 'sim',
        NOTIFY_URL: 'http://127.0.0.1:9100/notify',
        NOTIFY_PORT: '9100',
        BALENA_SUPERVISOR_ADDRESS: SIM_SUPERVISOR.address,
        BALENA_SUPERVISOR_API_KEY: SIM_SUPERVISOR.apiKey,
      },
      { updated: true },
    );
    const { world, terminal } = kiosk;
    kiosk.api('POST', '/v1/sales', { orderId: 'A1', amount: { currency: 'CNY', value: '1250' } });
    showCode();
    reaches('settled');
    pass(7 * HOUR_MS);
    terminal?.close('test');
    pass(HOUR_MS);
    assert.equal(world.nextAtMs(), Number.POSITIVE_INFINITY);
    assert.equal(kiosk.api('GET', '/v1/status'), undefined);
  });

  it('is finished at once, or when a vending machine was switched off', () => {
    const machine = { SALE_MODE: 'mdb', VEND: 'mdb', MDB_PORT: SIMULATED_WIRING.mdbPort } as const;
    for (const [env, leastMs, mostMs] of [
      [{}, 0, 0],
      [{ SALE_MODE: 'amount', KEYPAD: 'sim', VEND: 'sim' }, 0, 0],
      [machine, 50, 250],
    ] as const) {
      const { kiosk, pass } = createEquippedKiosk(env);
      const beganMs = kiosk.world.nowMs();
      const overAfterMs: number[] = [];
      kiosk.terminal?.close('test', () => overAfterMs.push(kiosk.world.nowMs() - beganMs));
      assert.deepEqual(overAfterMs, [], 'later');
      pass(HOUR_MS);
      const [ms = -1, ...again] = overAfterMs;
      assert.ok(ms >= leastMs && ms <= mostMs, `${JSON.stringify(env)}: ${overAfterMs}`);
      assert.deepEqual(again, []);
    }
  });
});
