import assert from 'node:assert/strict';
import type { DevicesConfig } from '../../../firmware/config/config.js';
import { usesGpioLines } from '../../../firmware/devices/uses-gpio-lines.js';

const NONE: DevicesConfig = {
  gpio: { backend: 'auto', pullUps: true },
  scanner: { kind: 'none' },
  keypad: { kind: 'none' },
  printer: { kind: 'none' },
  panel: { kind: 'none' },
  vend: { kind: 'none' },
};

const SERIAL = { kind: 'gm65', port: '/dev/ttyAMA0', baud: 9_600 } as const;

const CASES: [name: string, config: Partial<DevicesConfig>, uses: boolean][] = [
  ['nothing', {}, false],
  ['a scanner on a serial port', { scanner: SERIAL }, false],
  ['a scanner with a trigger line', { scanner: { ...SERIAL, triggerPin: 22 } }, true],
  ['a scanner with a good-read line', { scanner: { ...SERIAL, goodReadPin: 23 } }, true],
  ['a matrix keypad', { keypad: { kind: 'matrix', rowPins: [5], columnPins: [6], keys: ['1'], settleMs: 0 } }, true],
  ['a panel', { panel: { kind: 'gpio', readyPin: 2 } }, true],
  ['relays', { vend: { kind: 'relay', pins: [23], pulseMs: 200, timeoutMs: 5_000 } }, true],
  ['an MDB adapter', { vend: { kind: 'mdb', port: '/dev/ttyACM0', timeoutMs: 5_000 } }, false],
];

describe('GPIO lines in use', () => {
  for (const [name, config, uses] of CASES) {
    it(`${uses ? 'sees' : 'sees none with'} ${name}`, () => assert.equal(usesGpioLines({ ...NONE, ...config }), uses));
  }
});
