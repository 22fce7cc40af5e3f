import assert from 'node:assert/strict';
import type { SaleView, StatusView } from '../../firmware/api/output-schemas.js';
import { SIM_SUPERVISOR } from '../../hw-sim/supervisor.js';
import { createEquippedKiosk, type EquippedKiosk } from '../support/equipped-kiosk.js';

const MINUTE_MS = 60_000;
const SUPERVISED = {
  BALENA_SUPERVISOR_ADDRESS: SIM_SUPERVISOR.address,
  BALENA_SUPERVISOR_API_KEY: SIM_SUPERVISOR.apiKey,
};
const LOOK = 'GET /v1/device';
const TELL = 'POST /v1/update';

interface UpdatedKiosk extends EquippedKiosk {
  readonly lock: NonNullable<EquippedKiosk['kiosk']['updates']>['lock'];
  readonly supervisor: NonNullable<EquippedKiosk['kiosk']['updates']>['supervisor'];
  status(): StatusView;
  /** The answer to a sale that the host app asks for. */
  ask(orderId: string): { readonly status: number; readonly body: SaleView & { readonly reasons?: readonly string[] } };
}

function updatedKiosk(env: Readonly<Record<string, string>> = SUPERVISED): UpdatedKiosk {
  const equipped = createEquippedKiosk(env, { updated: true });
  const { kiosk } = equipped;
  assert.ok(kiosk.updates);
  return {
    ...equipped,
    ...kiosk.updates,
    status: () => JSON.parse(kiosk.api('GET', '/v1/status')?.body ?? '') as StatusView,
    ask(orderId) {
      const reply = kiosk.api('POST', '/v1/sales', { orderId, amount: { currency: 'CNY', value: '1250' } });
      return { status: reply?.status ?? 0, body: JSON.parse(reply?.body ?? '{}') };
    },
  };
}

let codes = 0;

/** Lets a customer pay; `during` is called in each state of the sale that it reaches. */
function serve(box: UpdatedKiosk, orderId: string, during: () => void = () => undefined): void {
  assert.equal(box.ask(orderId).status, 201);
  const states = new Set<string>();
  codes += 1;
  box.devices.scanner.show(`28123456789012345678${1000 + codes}`);
  const done = box.kiosk.runUntil(() => {
    const sale = box.sale();
    if (!states.has(sale.state)) during();
    states.add(sale.state);
    return sale.receipt === 'printed';
  }, MINUTE_MS);
  box.devices.scanner.hide();
  assert.ok(done, `the sale is ${box.sale().state}`);
}

describe('an update', () => {
  it('is kept away from the first moment of a sale to the end of its receipt, and let in at once after it', () => {
    const box = updatedKiosk({});
    const { lock, supervisor } = box;
    supervisor.downloaded = true;
    assert.equal(lock.owner, undefined);
    let attempts = 0;
    serve(box, 'o-1', () => {
      attempts += 1;
      assert.equal(supervisor.install(), false, `it begins while the sale is ${box.sale().state}`);
    });
    assert.ok(attempts >= 3, `only ${attempts} states were seen`);
    assert.equal(box.sale().state, 'settled');
    box.pass(1);
    assert.equal(supervisor.install(), true);
  });

  it('is waited for: sales are held, the supervisor is told, and the new version sells', () => {
    const box = updatedKiosk();
    const { supervisor } = box;
    const before = box.kiosk.life;
    supervisor.downloaded = true;
    serve(box, 'o-1');
    const settled = box.kiosk.runUntil(() => supervisor.calls.includes(TELL), MINUTE_MS);
    assert.ok(settled, `${supervisor.calls}`);
    assert.equal(box.kiosk.life, before, 'the old version runs until it is replaced');
    const refused = box.ask('o-2');
    assert.equal(refused.status, 503);
    assert.ok(refused.body.reasons?.includes('updateInstalling'), `${refused.body.reasons}`);
    assert.equal(box.status().update?.state, 'installing');
    assert.ok(box.kiosk.runUntil(() => box.kiosk.life !== before && box.kiosk.terminal !== undefined, MINUTE_MS));
    box.getsReady();
    serve(box, 'o-3');
    assert.deepEqual(box.status().update, {
      state: 'none',
      locked: false,
      lockFailures: 0,
      supervisorFailures: 0,
    });
  });

  it('that is never installed holds sales for three minutes an hour', () => {
    const box = updatedKiosk();
    const { supervisor, kiosk } = box;
    supervisor.downloaded = true;
    /* Another service of the release keeps its lock. */
    supervisor.install = () => false;
    const reasons = (): readonly string[] => box.status().reasons;
    const held = (): boolean => reasons().includes('updateWaiting');
    assert.ok(kiosk.runUntil(held, 2 * MINUTE_MS));
    const fromMs = kiosk.world.nowMs();
    assert.equal(box.ask('o-1').status, 503);
    assert.equal(box.display(), 'Being updated. Please try again in a few minutes');
    assert.equal(box.status().update?.state, 'held');
    assert.ok(kiosk.runUntil(() => !held(), 10 * MINUTE_MS));
    const heldMs = kiosk.world.nowMs() - fromMs;
    assert.ok(heldMs > 2.9 * MINUTE_MS && heldMs < 3.1 * MINUTE_MS, `${heldMs} ms`);
    assert.equal(box.status().update?.state, 'downloaded');
    const tellings = supervisor.calls.filter((call) => call === TELL).length;
    serve(box, 'o-2');
    box.pass(1_000);
    assert.equal(
      supervisor.calls.filter((call) => call === TELL).length,
      tellings + 1,
      'it is told of the end of the sale',
    );
    assert.deepEqual(reasons(), []);
    box.pass(30 * MINUTE_MS);
    assert.deepEqual(reasons(), []);
    assert.ok(kiosk.runUntil(held, 60 * MINUTE_MS));
  });

  it('asks the supervisor seldom, and not at all while a customer is served', () => {
    const box = updatedKiosk();
    const { supervisor } = box;
    box.pass(60 * MINUTE_MS);
    const looks = supervisor.calls.filter((call) => call === LOOK).length;
    assert.ok(looks >= 25 && looks <= 31, `${looks} in an hour`);
    assert.equal(box.ask('o-1').status, 201);
    const before = supervisor.calls.length;
    box.pass(59_000);
    assert.equal(box.sale().state, 'awaitingCode');
    assert.deepEqual(supervisor.calls.slice(before), []);
  });

  it('that took the lock first stops new sales, until the lock is given back', () => {
    const box = updatedKiosk({});
    assert.equal(box.lock.supervisorTakes(), true);
    const refused = box.ask('o-1');
    assert.deepEqual([refused.status, refused.body.reasons], [503, ['updateInstalling']]);
    box.pass(5_000);
    assert.equal(box.display(), 'Being updated. Please try again in a few minutes');
    box.lock.supervisorReleases();
    box.pass(5_000);
    assert.equal(box.display(), 'Ready');
    serve(box, 'o-2');
    assert.equal(box.lock.owner, undefined);
  });

  it('that takes the lock between the sale and the code gets no payment under its hands', () => {
    const box = updatedKiosk({});
    box.lock.fault = 'no directory';
    assert.equal(box.ask('o-1').status, 201);
    box.lock.fault = undefined;
    const { saleId } = box.sale();
    /* In the one moment between the decision to pay and the request. */
    const { take } = box.lock.host;
    box.lock.host.take = () => {
      box.lock.supervisorTakes();
      return take();
    };
    assert.equal(box.kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: '281234567890123456789012' })?.status, 200);
    box.pass(10_000);
    assert.deepEqual([box.sale().state, box.sale().endCode], ['declined', 'NOT_SENT']);
    assert.deepEqual([...box.kiosk.acquirer.ledger.payments()], []);
    assert.equal(box.moneyKept(), 0);
  });

  it('that cannot be kept away stops no sale; it is counted and warned of', () => {
    const box = updatedKiosk({});
    box.lock.fault = '/tmp/balena/updates.lock: no permission (EACCES)';
    serve(box, 'o-1');
    const { update, warnings } = box.status();
    assert.deepEqual(update, {
      state: 'none',
      locked: false,
      trouble: '/tmp/balena/updates.lock: no permission (EACCES)',
      lockFailures: 2,
      supervisorFailures: 0,
    });
    assert.deepEqual(warnings, ['updateLockBroken']);
    box.lock.fault = undefined;
    serve(box, 'o-2');
    assert.deepEqual(box.status().warnings, []);
  });

  it('is let in again by the start after a crash in the middle of a payment', () => {
    const box = updatedKiosk({});
    assert.equal(box.ask('o-1').status, 201);
    box.kiosk.acquirerFaults.plan({ kind: 'replyLost' }, 1, '/pay');
    box.devices.scanner.show('281234567890123456789012');
    box.reaches('paying');
    box.devices.scanner.hide();
    box.kiosk.crash();
    assert.equal(box.lock.supervisorTakes(), false, 'the file stays');
    box.kiosk.powerOn();
    box.getsReady();
    box.reaches('reversed');
    assert.equal(box.lock.owner, undefined);
    assert.equal(box.moneyKept(), 0);
  });

  for (const mood of ['garbage', 'silent', 401, 404, 423, 500] as const) {
    it(`does no harm where the supervisor is ${mood}`, () => {
      const box = updatedKiosk();
      box.supervisor.mood = mood;
      box.supervisor.downloaded = true;
      box.pass(10 * MINUTE_MS);
      serve(box, 'o-1');
      assert.deepEqual(box.status().reasons, []);
      assert.ok((box.status().update?.supervisorFailures ?? 0) > 3);
    });
  }

  it('is nobody’s where UPDATE_LOCK is off', () => {
    const box = updatedKiosk({ ...SUPERVISED, UPDATE_LOCK: 'off' });
    box.supervisor.downloaded = true;
    serve(box, 'o-1', () => assert.equal(box.lock.owner, undefined));
    box.pass(10 * MINUTE_MS);
    assert.deepEqual(
      box.supervisor.calls.filter((call) => !call.startsWith('PATCH')),
      [],
    );
    assert.deepEqual(box.status().reasons, []);
  });
});

describe('the tags of the device', () => {
  it('show the state, once it has lasted for a minute, the version and the open reversals', () => {
    const box = updatedKiosk();
    const { supervisor } = box;
    box.pass(2 * MINUTE_MS);
    assert.deepEqual(supervisor.tags, { tillbox: 'ready', 'tillbox-version': 'simulated', 'tillbox-reversals': '0' });
    const patches = (): number => supervisor.calls.filter((call) => call.startsWith('PATCH')).length;
    assert.equal(patches(), 1);
    for (const order of ['o-1', 'o-2', 'o-3']) serve(box, order);
    box.devices.printer.loadPaper(0);
    box.pass(30 * MINUTE_MS);
    assert.equal(supervisor.tags.tillbox, 'fault:printerPaperOut');
    assert.ok(patches() <= 4, `${patches()} for three sales and a fault`);
  });

  it('are tried again every ten minutes where the supervisor does not take them', () => {
    const box = updatedKiosk();
    box.supervisor.mood = 404;
    box.pass(60 * MINUTE_MS);
    const patches = box.supervisor.calls.filter((call) => call.startsWith('PATCH')).length;
    assert.ok(patches >= 5 && patches <= 7, `${patches} in an hour`);
  });
});
