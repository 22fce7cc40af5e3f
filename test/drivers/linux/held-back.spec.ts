import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { heldBackMs } from '../../../drivers/linux/held-back.js';

describe('how long a tty holds bytes back', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'tillbox-ttys-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  /** A tty as udev links it, and what the system says about it. */
  function tty(name: string, latencyTimer?: string): number {
    writeFileSync(join(root, name), '');
    const link = join(root, 'usb-scanner-if00-port0');
    symlinkSync(join(root, name), link);
    mkdirSync(join(root, 'sys', name, 'device'), { recursive: true });
    if (latencyTimer !== undefined) writeFileSync(join(root, 'sys', name, 'device/latency_timer'), latencyTimer);
    const said = heldBackMs(link, join(root, 'sys'));
    rmSync(link);
    return said;
  }

  it('is nothing for a UART of the board and a CDC device', () => {
    assert.deepEqual(
      [tty('ttyAMA0'), tty('ttyS1'), tty('ttyACM0', '16'), heldBackMs('/dev/no-such-tty')],
      [0, 0, 0, 0],
    );
  });

  it('is what a USB adapter is set to, and 16 ms where that is not known', () => {
    assert.deepEqual([tty('ttyUSB0', '1\n'), tty('ttyUSB1', '40\n'), tty('ttyUSB2')], [1, 40, 16]);
    for (const [at, odd] of ['', '0', '-3', '1e9', 'soon'].entries())
      assert.equal(tty(`ttyUSB${10 + at}`, odd), 16, odd);
  });
});
