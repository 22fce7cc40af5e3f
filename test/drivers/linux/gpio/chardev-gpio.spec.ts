import assert from 'node:assert/strict';
import type { GpioHost, Level } from '../../../../drivers/host.js';
import { HostError } from '../../../../drivers/host.js';
import { createLinuxGpio, type LinuxGpioOptions } from '../../../../drivers/linux/gpio/linux-gpio.js';
import { createFakeKernel } from './fake-kernel.js';

function bench(fake = createFakeKernel(), options: LinuxGpioOptions = {}) {
  const gpio = createLinuxGpio({
    backend: 'chardev',
    sysfsDir: '/nowhere',
    loadKernel: () => fake.kernel,
    atExit: () => undefined,
    ...options,
  });
  return { ...fake, gpio };
}

function refusal(make: () => unknown): HostError {
  try {
    make();
  } catch (error) {
    assert.ok(error instanceof HostError, String(error));
    return error;
  }
  throw new assert.AssertionError({ message: 'it was had' });
}

/** Watches a line and keeps what it tells. */
function watch(gpio: GpioHost, line: number) {
  const told: string[] = [];
  const input = gpio.input(line, {
    changed: (level, edgeMs) => told.push(edgeMs === undefined ? `${level}` : `${level} at ${edgeMs}`),
    glimpsed: () => told.push('glimpse'),
    failed: ({ code, message }) => told.push(`${code}: ${message}`),
  });
  return { told, input };
}

describe('GPIO lines by the character device', () => {
  it('drive an output to its first level with the request, and let it go as an input', () => {
    const { gpio, diary, openCount } = bench();
    const low = gpio.output(4, 0);
    low.write(1);
    low.release();
    low.release();
    low.write(0);
    gpio.output(5, 1);
    assert.deepEqual(diary, [
      '/dev/gpiochip0 4 flags 0x8 = 0',
      '4 = 1',
      '4 set to 0x4',
      '/dev/gpiochip0 5 flags 0x8 = 1',
    ]);
    assert.equal(openCount(), 1, 'only line 5 is held, and no chip');
  });

  it('never drive an open-drain line high', () => {
    const { gpio, diary } = bench();
    const row = gpio.openDrain(6);
    row.write(0);
    row.write(1);
    assert.deepEqual(diary, ['/dev/gpiochip0 6 flags 0x48 = 1', '6 = 0', '6 = 1']);
  });

  it('ask for pull-ups where a device wants one and the configuration lets them', () => {
    const { gpio, diary, levels } = bench();
    levels.set(7, 0);
    const input = gpio.input(7, { pullUp: true });
    assert.equal(input.read(), 0);
    gpio.input(8);
    assert.deepEqual(diary, ['/dev/gpiochip0 7 flags 0x104', '/dev/gpiochip0 8 flags 0x4']);
    assert.equal(gpio.switchesPulls, true);
    input.release();
    assert.equal(refusal(() => input.read()).code, 'disconnected');
  });

  it('ask for no pull-ups where the configuration has them off', () => {
    const { gpio, diary } = bench(createFakeKernel(), { pullUps: false });
    gpio.input(7, { pullUp: true });
    assert.deepEqual(diary, ['/dev/gpiochip0 7 flags 0x4']);
  });

  describe('that are watched', () => {
    it('tell each edge with its time, also those of a pulse that is over', () => {
      const { gpio, diary, happen, turn } = bench();
      const { told, input } = watch(gpio, 9);
      assert.deepEqual(diary, ['/dev/gpiochip0 9 flags 0x34 keeps 1024']);
      happen(9, [0, 1000], [1, 1002]);
      assert.deepEqual(told, [], 'never within a call');
      turn(9);
      assert.deepEqual(told, ['0 at 1000', '1 at 1002']);
      input.release();
    });

    it('tell what nobody knows of as a glimpse: two equal edges', () => {
      const { gpio, happen, turn } = bench();
      const { told } = watch(gpio, 9);
      happen(9, [1, 1], [0, 2], [0, 3], [1, 4]);
      turn(9);
      assert.deepEqual(told, ['glimpse', '0 at 2', 'glimpse', '1 at 4']);
    });

    it('tell edges that the kernel dropped as a glimpse, and the next one without a time', () => {
      const { gpio, happen, turn } = bench();
      const { told } = watch(gpio, 9);
      happen(9, [0, 1], { lost: 5 }, [1, 9], [0, 10]);
      turn(9);
      assert.deepEqual(told, ['0 at 1', 'glimpse', '1', '0 at 10']);
    });

    it('take the first edges for dropped, too', () => {
      const { gpio, happen, turn } = bench();
      const { told } = watch(gpio, 9);
      happen(9, { lost: 16 }, [0, 5]);
      turn(9);
      assert.deepEqual(told, ['glimpse', '0']);
    });

    it('read the level after a loss, and tell it where no edge did', () => {
      const { gpio, happen, turn, setLevel } = bench();
      const { told } = watch(gpio, 9);
      happen(9, [1, 1]);
      setLevel(9, 0);
      turn(9);
      assert.deepEqual(told, ['glimpse', '0']);
    });

    it('go on counting after 2^32 edges', () => {
      const { gpio, happen, turn } = bench();
      const { told } = watch(gpio, 9);
      happen(9, { lost: 0xffff_fffe }, [0, 1], [1, 2], [0, 3]);
      turn(9);
      assert.deepEqual(told, ['glimpse', '0', '1 at 2', '0 at 3']);
    });

    it('leave turns to everything else while a line flickers', () => {
      const { gpio, happen, turn } = bench();
      const { told } = watch(gpio, 9);
      happen(9, ...Array.from({ length: 1000 }, (_, at) => [at % 2 === 0 ? 0 : 1, at] as const));
      assert.ok(turn(9) >= 10);
      assert.equal(told.length, 1000);
    });

    it('tell nothing more once they are released in the middle', () => {
      const { gpio, happen, turn, openCount } = bench();
      const told: Level[] = [];
      const input = gpio.input(9, {
        changed(level) {
          told.push(level);
          input.release();
        },
        glimpsed: () => told.push(1),
      });
      happen(9, [0, 1], [0, 2], [1, 3]);
      turn(9);
      assert.deepEqual(told, [0]);
      assert.equal(openCount(), 0);
    });

    it('report once that their chip went away, by the poll or by a read', () => {
      for (const how of ['poll', 'read'] as const) {
        const { gpio, happen, turn, unplug, refusals } = bench();
        const { told, input } = watch(gpio, 9);
        happen(9, [0, 1]);
        if (how === 'poll') unplug(9);
        else {
          refusals.set('line 9', 'ENODEV');
          turn(9);
        }
        unplug(9);
        assert.deepEqual(told, ['disconnected: GPIO 9: the chip went away'], how);
        assert.equal(refusal(() => input.read()).code, 'disconnected');
        input.release();
      }
    });

    it('are let go where they cannot be watched', () => {
      const fake = createFakeKernel();
      const watchFails = (): never => {
        throw new Error('not today');
      };
      const { gpio, openCount } = bench({ ...fake, kernel: { ...fake.kernel, watch: watchFails } });
      assert.match(refusal(() => watch(gpio, 9)).message, /GPIO 9: not today/);
      assert.equal(openCount(), 0);
    });
  });

  it('give every output its first level when the process ends, but not those that it let go', () => {
    let exit = (): void => undefined;
    const { gpio, diary } = bench(createFakeKernel(), {
      atExit: (rest) => {
        exit = rest;
      },
    });
    gpio.output(1, 0).write(1);
    gpio.output(2, 1).write(0);
    gpio.openDrain(3).write(0);
    gpio.output(4, 0).release();
    diary.length = 0;
    exit();
    assert.deepEqual(diary, ['1 = 0', '2 = 1', '3 = 1']);
  });

  it('come back with an expander that was unplugged, under another path', () => {
    const fake = createFakeKernel([{ path: '/dev/gpiochip2', label: 'usb', lineCount: 8 }]);
    const { gpio, chips, diary } = bench(fake, { chipLabel: 'usb' });
    chips[0] = { path: '/dev/gpiochip3', label: 'usb', lineCount: 8 };
    gpio.output(1, 0);
    assert.deepEqual(diary, ['/dev/gpiochip3 1 flags 0x8 = 0']);
    chips.length = 0;
    assert.equal(refusal(() => gpio.output(2, 0)).code, 'unsupported');
  });

  const denied: [holder: string, words: RegExp][] = [
    ['', /GPIO 4: used by a kernel driver or another process/],
    ['tillbox', /used by another tillbox/],
    ['gpio-fan', /used by "gpio-fan"/],
    ['bad\x1b[2J', /used by "bad\?\[2J"/],
    ['sysfs', /used by a program that exported it in sysfs/],
    ['constructor', /used by "constructor"/],
  ];
  for (const [holder, words] of denied) {
    it(`say who has a line: ${JSON.stringify(holder)}`, () => {
      const { gpio, holders, openCount } = bench();
      holders.set(4, holder);
      const error = refusal(() => gpio.output(4, 0));
      assert.equal(error.code, 'busy');
      assert.match(error.message, words);
      assert.equal(openCount(), 0);
    });
  }

  it('say that a second one of this process has the line', () => {
    const { gpio } = bench();
    gpio.output(4, 0);
    assert.match(refusal(() => gpio.input(4)).message, /another tillbox/);
  });

  const errors: [errno: string, code: string, words: RegExp][] = [
    ['EINVAL', 'unsupported', /GPIO 4: the kernel cannot do with this line what is asked of it/],
    ['ENODEV', 'disconnected', /the chip went away/],
    ['ENXIO', 'unsupported', /reports no edges/],
    ['EIO', 'io', /GPIO 4: ioctl: EIO/],
  ];
  for (const [errno, code, words] of errors) {
    it(`name the line and the cause of ${errno}`, () => {
      const { gpio, refusals } = bench();
      refusals.set('request 4', errno);
      const error = refusal(() => gpio.output(4, 0));
      assert.equal(error.code, code);
      assert.match(error.message, words);
    });
  }

  it('report a line that fails in use', () => {
    const { gpio, unplug } = bench();
    const output = gpio.output(4, 0);
    unplug(4);
    assert.equal(refusal(() => output.write(1)).code, 'disconnected');
    output.release();
  });

  it('are those that the chip has', () => {
    const { gpio } = bench();
    for (const line of [58, -1, 1.5]) {
      const error = refusal(() => gpio.input(line));
      assert.deepEqual([error.code, error.message], ['absent', `GPIO ${line}: chip pinctrl-bcm2711 has lines 0 to 57`]);
    }
  });
});
