import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GpioHost } from '../../../drivers/host.js';
import { takeDataDir } from '../../../drivers/linux/data-dir-lock.js';
import type { Command } from '../../../firmware/commands/command-table.js';
import { rest } from '../../../firmware/commands/rest.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createWorld } from '../../../hw-sim/world.js';
import { testClock } from '../../support/test-clock.js';
import { runCommand } from '../command-run.js';

const RELAYS = { VEND: 'relay', VEND_PINS: '4,18', VEND_SENSOR_PIN: '7' };
const LAMP = { PANEL: 'gpio', PANEL_READY_PIN: '22', PANEL_DOOR_PIN: '26' };
const KEYPAD = { KEYPAD: 'matrix', KEYPAD_ROW_PINS: '5', KEYPAD_COLUMN_PINS: '16', KEYPAD_KEYS: '1' };
const SCANNER = { SCANNER: 'gm65', SCANNER_PORT: '/dev/ttyAMA0', SCANNER_TRIGGER_PIN: '17' };

describe('tillbox rest', () => {
  let dataDir: string;

  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'tillbox-rest-'));
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  function bench() {
    const world = createWorld({ seed: 1, startWallMs: 0 });
    const gpio = createSimGpio(world);
    const asked: string[] = [];
    const host = gpio.hostFor(testClock(world));
    const recorded: GpioHost = {
      ...host,
      output(line, initial) {
        asked.push(`${line} = ${initial}`);
        return host.output(line, initial);
      },
      openDrain(line) {
        asked.push(`${line} released`);
        return host.openDrain(line);
      },
    };
    const command: Command<'rest'> = (input, self) => rest(input, self, () => recorded);
    const run = (env: Readonly<Record<string, string>>) =>
      runCommand('rest', command, [], { DATA_DIR: dataDir, ...env });
    return { gpio, asked, run };
  }

  it('gives every output its first level, with nothing configured but the devices', async () => {
    const { asked, run } = bench();
    const { code, out, errorOut } = await run({ ...RELAYS, ...LAMP, ...KEYPAD, ...SCANNER });
    assert.deepEqual([code, out, errorOut], [0, '5 of 5 outputs are at rest.\n', '']);
    assert.deepEqual(asked, ['4 = 0', '18 = 0', '22 = 0', '17 = 1', '5 released']);
  });

  it('goes on with the others where an output cannot be had, and says which', async () => {
    const { gpio, asked, run } = bench();
    gpio.refuse(4, 'busy');
    const { code, out, errorOut } = await run(RELAYS);
    assert.equal(code, 69);
    assert.match(errorOut, /^tillbox rest: GPIO line 4 is not available \(busy\)\n$/);
    assert.equal(out, '1 of 2 outputs are at rest.\n');
    assert.deepEqual(asked, ['4 = 0', '18 = 0']);
  });

  it('touches nothing while a terminal has the data directory', async () => {
    const { asked, run } = bench();
    const release = await new Promise<() => void>((resolve, reject) =>
      takeDataDir(dataDir, (error, lock) => (lock === undefined ? reject(error) : resolve(lock.release))),
    );
    try {
      const { code, errorOut } = await run(RELAYS);
      assert.equal(code, 69);
      assert.match(errorOut, /^tillbox rest: nothing was changed: a terminal has the outputs \(process \d+ on /);
      assert.deepEqual(asked, []);
    } finally {
      release();
    }
  });

  it('does its work also where the card is gone', async () => {
    const { asked, run } = bench();
    const { code } = await run({ ...RELAYS, DATA_DIR: join(dataDir, 'gone') });
    assert.deepEqual([code, asked.length], [0, 2]);
  });

  it('has nothing to do without outputs', async () => {
    const { run } = bench();
    const { code, out } = await run({});
    assert.deepEqual([code, out], [0, 'No output of a device is configured.\n']);
  });

  it('refuses devices that are configured wrongly, and nothing else', async () => {
    const { asked, run } = bench();
    const wrong = await run({ ...RELAYS, VEND_PINS: 'four' });
    assert.equal(wrong.code, 64);
    assert.match(wrong.errorOut, /VEND_PINS/);
    assert.deepEqual(asked, []);
    const other = await run({ ...RELAYS, CURRENCY: 'no currency', ALIPAY_PRIVATE_KEY_FILE: '/nowhere' });
    assert.equal(other.code, 0);
  });
});
