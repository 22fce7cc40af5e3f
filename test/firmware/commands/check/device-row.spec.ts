import assert from 'node:assert/strict';
import { DEVICE_OK } from '../../../../drivers/device-status.js';
import { deviceRow } from '../../../../firmware/commands/check/device-row.js';
import type { DevicesConfig } from '../../../../firmware/config/config.js';

type Kind = Extract<DevicesConfig[keyof DevicesConfig], { readonly kind: string }>['kind'];

/** Whether a device of this kind can be asked how it is. */
const ASKED: Readonly<Record<Exclude<Kind, 'none'>, boolean>> = {
  gm65: true,
  escpos: true,
  mdb: true,
  serial: false,
  matrix: false,
  gpio: false,
  relay: false,
};

describe('deviceRow', () => {
  for (const [kind, asked] of Object.entries(ASKED)) {
    it(`${asked ? 'says that it answers' : 'claims no answer'} where nothing is wrong with a device of kind ${kind}`, () => {
      const { outcome, found } = deviceRow('device', kind, DEVICE_OK);
      assert.equal(outcome, 'PASS');
      if (asked) assert.equal(found.split(';')[0], `answers (${kind})`);
      else assert.match(found, new RegExp(`^its (port is open|lines are free).*cannot be asked \\(${kind}\\)$`));
    });
  }

  it('hints at a vending machine that never asks, which nothing tells from one where nobody chooses', () => {
    assert.match(deviceRow('vend', 'mdb', DEVICE_OK).found, /always idle.*docs\/wiring\.md$/);
    assert.doesNotMatch(deviceRow('vend', 'relay', DEVICE_OK).found, /always idle/);
  });

  it('reports the faults of a device that cannot be asked', () => {
    const { found } = deviceRow('scanner', 'serial', {
      ...DEVICE_OK,
      warnings: ['scannerSettings'],
      detail: 'no code',
    });
    assert.match(found, /^its port is open; .*cannot be asked \(serial, no code\); but /);
  });
});
