import assert from 'node:assert/strict';
import type { DeviceStatus } from '../../../drivers/device-status.js';
import type { Host } from '../../../drivers/host.js';
import type { PanelConfig } from '../../../firmware/config/config.js';
import { openPanel } from '../../../firmware/devices/open-panel.js';
import type { Event } from '../../../flows/input.js';
import { type View, view } from '../../../flows/view.js';
import { createPanelModel } from '../../../hw-sim/devices/panel-model.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { SIMULATED_WIRING } from '../../../hw-sim/simulated-wiring.js';
import { createWorld } from '../../../hw-sim/world.js';
import { CODE, cny, paid } from '../../flows/builders.js';
import { createDrive, createReadyDrive, startPaying, startSale } from '../../flows/drive.js';
import { SITUATIONS, type Situation } from '../../flows/situations.js';
import { pass, testClock } from '../../support/test-clock.js';

const PINS = SIMULATED_WIRING.panel;
const BLINK_MS = 2_000;

function bench(config: PanelConfig = { kind: 'gpio', ...PINS }) {
  const world = createWorld({ seed: 3, startWallMs: 0 });
  const gpio = createSimGpio(world);
  const model = createPanelModel(world, gpio, PINS);
  const clock = testClock(world);
  const events: Event[] = [];
  const statuses: DeviceStatus[] = [];
  /* A panel uses no other part of a host. */
  const host = { clock, gpio: gpio.hostFor(clock) } as Host;
  const panel = openPanel(config, {
    host,
    feed: (event) => events.push(event),
    report: (status) => statuses.push(status),
  });
  assert.ok(panel);
  pass(world, 100);
  return { world, gpio, model, panel, events, statuses };
}

const quiet = ({ state }: { readonly state: Parameters<typeof view>[0] }): View => {
  const { notice: _, ...live } = state.live;
  return view({ ...state, live });
};

describe('openPanel', () => {
  const LIT: Readonly<Record<Situation, string>> = {
    noSale: 'ready',
    awaitingCode: 'busy',
    paying: 'busy',
    inquiring: 'busy',
    inquiriesSpent: 'busy',
    approved: 'busy paid',
    vending: 'busy paid',
    settled: 'ready',
    declined: 'ready',
    cancelled: 'ready',
    reversing: 'ready',
    reversed: 'ready',
    heldForPerson: 'ready',
    typingAmount: 'ready',
    typingSlot: 'ready',
    machineAwaitingCode: 'busy',
    machinePaying: 'busy',
  };
  for (const [situation, lit] of Object.entries(LIT) as [Situation, string][]) {
    it(`lights ${lit} in ${situation}`, () => {
      const { world, model, panel } = bench();
      panel.show(quiet(SITUATIONS[situation]()));
      pass(world, 1);
      assert.equal(model.lit().join(' '), lit);
      pass(world, BLINK_MS);
      assert.equal(model.lit().join(' '), lit, 'and goes on to');
    });
  }

  it('blinks the fault lamp, and no other, while the box is not ready', () => {
    const { world, gpio, model, panel } = bench();
    let changes = 0;
    gpio.watch(PINS.faultPin, () => {
      changes += 1;
    });
    panel.show(view(createDrive().state));
    const seen = new Set<string>();
    for (let ms = 0; ms < 5_000; ms += 50) {
      pass(world, 50);
      seen.add(model.lit().join(' '));
    }
    assert.deepEqual([...seen].sort(), ['', 'fault']);
    assert.ok(changes >= 8, `${changes} changes in five seconds`);
    panel.show(quiet(SITUATIONS.noSale()));
    pass(world, BLINK_MS);
    assert.deepEqual(model.lit(), ['ready']);
  });

  it('beeps once and long for a sale that is paid, from the approval to the thanks', () => {
    const { world, model, panel } = bench();
    const drive = createReadyDrive({ vend: 'device' });
    const show = (): void => {
      panel.show(view(drive.state));
      pass(world, 1_000);
    };
    const paymentRequestId = startPaying(drive);
    show();
    assert.deepEqual(model.beepsMs, []);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    show();
    drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'yes' });
    show();
    assert.deepEqual([model.beepsMs, model.lit()], [[400], ['ready', 'paid']]);
    drive.wait(8_000);
    show();
    assert.deepEqual([model.beepsMs, model.lit()], [[400], ['ready']]);
  });

  it('beeps three times for each piece of bad news, and not again while it stands', () => {
    const { world, model, panel } = bench();
    const drive = createReadyDrive();
    const show = (): void => {
      panel.show(view(drive.state));
      pass(world, 1_000);
    };
    startSale(drive);
    show();
    drive.feed({ type: 'codeScanned', code: '6901234567892' });
    show();
    show();
    assert.deepEqual(model.beepsMs, [120, 120, 120]);
    drive.feed({ type: 'codeUnclear' });
    show();
    assert.deepEqual(model.beepsMs.length, 6);
    drive.feed({ type: 'codeScanned', code: CODE });
    show();
    assert.deepEqual(model.beepsMs.length, 6);
  });

  it('reports the door', () => {
    const { world, model, events, statuses } = bench();
    assert.deepEqual([statuses.at(-1)?.state, events], ['ok', [{ type: 'doorChanged', open: false }]]);
    model.openDoor();
    pass(world, 500);
    model.closeDoor();
    pass(world, 500);
    assert.deepEqual(
      events.map((event) => event.type === 'doorChanged' && event.open),
      [false, true, false],
    );
  });

  it('does with the lines that there are', () => {
    const { world, model, panel, events } = bench({ kind: 'gpio', busyPin: PINS.busyPin });
    panel.show(view(SITUATIONS.approved().state));
    pass(world, 1_000);
    assert.deepEqual([model.lit(), model.beepsMs, events], [['busy'], [], []]);
  });

  it('is dark and silent when it is closed', () => {
    const { world, model, panel } = bench();
    panel.show(view(SITUATIONS.approved().state));
    pass(world, 10);
    panel.close();
    pass(world, 1_000);
    assert.deepEqual(model.lit(), []);
  });

  it('is none where there is none', () => {
    const host = {} as Host;
    assert.equal(openPanel({ kind: 'none' }, { host, feed: () => undefined, report: () => undefined }), undefined);
  });
});
