import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError, type Level } from '../../../../drivers/host.js';
import { createLinuxGpio as create, type LinuxGpioOptions } from '../../../../drivers/linux/gpio/linux-gpio.js';
import type { OnoffClass } from '../../../../drivers/linux/gpio/sysfs-gpio.js';

const createLinuxGpio = (options: LinuxGpioOptions) => create({ backend: 'sysfs', ...options });

/** The process of the tests ends without a word to the lines of each of them. */
const atExit = (): void => undefined;

/**
 * A stand-in for onoff that keeps a diary; the real one needs lines of a kernel. It calls back as that does: after every
 * edge, with the level that is read afterwards.
 */
function fakeOnoff(fail?: { line: number; code: string }) {
  const diary: string[] = [];
  let watcher: ((error: Error | null | undefined, value: number) => void) | undefined;
  let level = 1;
  class Gpio {
    constructor(
      readonly line: number,
      direction: string,
      edge = 'none',
    ) {
      if (fail?.line === line) throw Object.assign(new Error(`${fail.code}: write`), { code: fail.code });
      diary.push(`${line} ${direction} ${edge}`);
    }
    readSync(): number {
      return level;
    }
    writeSync(value: 0 | 1): void {
      diary.push(`${this.line} = ${value}`);
    }
    setDirection(direction: string): void {
      diary.push(`${this.line} ${direction}`);
    }
    watch(callback: (error: Error | null | undefined, value: number) => void): void {
      watcher = callback;
    }
    unwatchAll(): void {
      watcher = undefined;
    }
    unexport(): void {
      diary.push(`${this.line} unexported`);
    }
  }
  const load = (): OnoffClass => Gpio;
  return {
    diary,
    load,
    edge(value: Level) {
      level = value;
      watcher?.(undefined, value);
    },
    fail(error: Error) {
      watcher?.(error, level);
    },
  };
}

describe('GPIO lines by sysfs', () => {
  let sysfsDir: string;

  beforeEach(() => {
    sysfsDir = mkdtempSync(join(tmpdir(), 'tillbox-gpio-'));
    writeFileSync(join(sysfsDir, 'export'), '');
  });
  afterEach(() => rmSync(sysfsDir, { recursive: true }));

  function addChip(base: number, label: string, ngpio: number): void {
    const dir = join(sysfsDir, `gpiochip${base}`);
    mkdirSync(dir);
    for (const [name, value] of [
      ['base', base],
      ['label', label],
      ['ngpio', ngpio],
    ] as const) {
      writeFileSync(join(dir, name), `${value}\n`);
    }
  }

  const boards: [board: string, chips: [number, string, number][], kernelLine: number][] = [
    [
      'a Pi 3 with an old kernel',
      [
        [0, 'pinctrl-bcm2835', 54],
        [504, 'raspberrypi-exp-gpio', 8],
      ],
      17,
    ],
    [
      'a Pi 4 with kernel 6.6',
      [
        [512, 'pinctrl-bcm2711', 58],
        [570, 'raspberrypi-exp-gpio', 8],
      ],
      529,
    ],
    [
      'a Pi 5',
      [
        [512, 'gpio-brcmstb@107d508500', 32],
        [571, 'pinctrl-rp1', 54],
      ],
      588,
    ],
    ['a board with one chip', [[900, 'somebody', 32]], 917],
  ];
  for (const [board, chips, kernelLine] of boards) {
    it(`finds line 17 of ${board}`, () => {
      for (const chip of chips) addChip(...chip);
      const onoff = fakeOnoff();
      const gpio = createLinuxGpio({ sysfsDir, atExit, loadOnoff: onoff.load });
      gpio.output(17, 1);
      assert.deepEqual(onoff.diary, [`${kernelLine} high none`]);
      assert.match(gpio.backend, /^onoff over sysfs: chip /);
    });
  }

  it('takes the chip that the configuration names', () => {
    addChip(0, 'pinctrl-bcm2835', 54);
    addChip(504, '9030000.pl061', 8);
    const onoff = fakeOnoff();
    createLinuxGpio({ sysfsDir, atExit, loadOnoff: onoff.load, chipLabel: '9030000.pl061' }).input(2);
    assert.deepEqual(onoff.diary, ['506 in none']);
  });

  it('drives an output to its first level in one step and lets go of it as an input', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const onoff = fakeOnoff();
    const line = createLinuxGpio({ sysfsDir, atExit, loadOnoff: onoff.load }).output(4, 0);
    line.write(1);
    line.release();
    assert.deepEqual(onoff.diary, ['516 low none', '516 = 1', '516 in', '516 unexported']);
  });

  it('gives every output its first level when the process ends, but not those that it let go', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const onoff = fakeOnoff();
    let exit = (): void => undefined;
    const gpio = createLinuxGpio({
      sysfsDir,
      loadOnoff: onoff.load,
      atExit: (rest) => {
        exit = rest;
      },
    });
    gpio.output(1, 0).write(1);
    gpio.output(2, 1).write(0);
    gpio.openDrain(3).write(0);
    const gone = gpio.output(4, 0);
    gone.write(1);
    gone.release();
    onoff.diary.length = 0;
    exit();
    assert.deepEqual(onoff.diary, ['513 = 0', '514 = 1', '515 in']);
  });

  it('asks for that by itself, whatever ends the process', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const before = process.listenerCount('exit');
    createLinuxGpio({ sysfsDir, loadOnoff: fakeOnoff().load });
    const [rest] = process.listeners('exit').slice(before);
    assert.ok(rest);
    process.removeListener('exit', rest);
  });

  it('refuses an input that cannot be watched, and lets go of it', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const onoff = fakeOnoff();
    class Unwatchable extends onoff.load() {
      override watch(): void {
        throw Object.assign(new Error('EPERM: epoll'), { code: 'EPERM' });
      }
    }
    const gpio = createLinuxGpio({ sysfsDir, atExit, loadOnoff: () => Unwatchable });
    assert.equal(refusal(() => gpio.input(6, { changed: () => undefined })).code, 'denied');
    assert.equal(onoff.diary.at(-1), '518 unexported');
  });

  it('never drives an open-drain line high', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const onoff = fakeOnoff();
    const line = createLinuxGpio({ sysfsDir, atExit, loadOnoff: onoff.load }).openDrain(5);
    line.write(0);
    line.write(1);
    assert.deepEqual(onoff.diary, ['517 in none', '517 low', '517 in']);
  });

  it('tells changes, and edges whose level had gone back as glimpses', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const onoff = fakeOnoff();
    const seen: (Level | 'glimpse')[] = [];
    const failures: string[] = [];
    const told = ['glimpse', 0, 'glimpse', 1, 'glimpse', 0];
    const input = createLinuxGpio({ sysfsDir, atExit, loadOnoff: onoff.load }).input(6, {
      changed: (level) => seen.push(level),
      glimpsed: () => seen.push('glimpse'),
      failed: ({ message }) => failures.push(message),
    });
    for (const level of [1, 0, 0, 1, 1, 0] as const) onoff.edge(level);
    assert.deepEqual(seen, told);
    assert.equal(input.read(), 0);
    onoff.fail(new Error('epoll'));
    assert.deepEqual(failures, ['epoll']);
    input.release();
    onoff.edge(1);
    assert.deepEqual(seen, told);
  });

  it('tells changes only, where nobody asks for glimpses', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const onoff = fakeOnoff();
    const seen: Level[] = [];
    createLinuxGpio({ sysfsDir, atExit, loadOnoff: onoff.load }).input(6, { changed: (level) => seen.push(level) });
    for (const level of [1, 0, 0, 1] as const) onoff.edge(level);
    assert.deepEqual(seen, [0, 1]);
  });

  function refusal(make: () => unknown): HostError {
    try {
      make();
    } catch (error) {
      assert.ok(error instanceof HostError);
      return error;
    }
    throw new assert.AssertionError({ message: 'the line was had' });
  }

  const errors: [errno: string, code: string, hint: RegExp][] = [
    ['EBUSY', 'busy', /kernel driver/],
    ['EACCES', 'denied', /group gpio/],
    ['EINVAL', 'absent', /no such line/],
    ['EROFS', 'denied', /container/],
  ];
  for (const [errno, code, hint] of errors) {
    it(`names the line and the cause of ${errno}`, () => {
      addChip(512, 'pinctrl-bcm2711', 58);
      const gpio = createLinuxGpio({ sysfsDir, atExit, loadOnoff: fakeOnoff({ line: 516, code: errno }).load });
      const error = refusal(() => gpio.output(4, 0));
      assert.equal(error.code, code);
      assert.match(error.message, /^GPIO 4: /);
      assert.match(error.message, hint);
    });
  }

  it('refuses a line that the chip does not have', () => {
    addChip(512, 'pinctrl-bcm2711', 58);
    const gpio = createLinuxGpio({ sysfsDir, atExit, loadOnoff: fakeOnoff().load });
    for (const line of [58, -1, 1.5]) assert.equal(refusal(() => gpio.input(line)).code, 'absent');
  });

  const absences: [name: string, options: () => LinuxGpioOptions, why: RegExp][] = [
    [
      'sysfs has no GPIO',
      () => ({ sysfsDir: join(sysfsDir, 'nowhere') }),
      /is missing: this kernel has no GPIO in sysfs/,
    ],
    [
      'the kernel has no legacy export',
      () => {
        rmSync(join(sysfsDir, 'export'));
        return { sysfsDir };
      },
      /CONFIG_GPIO_SYSFS_LEGACY/,
    ],
    [
      'no chip fits',
      () => {
        addChip(0, 'a', 8);
        addChip(8, 'b', 8);
        return { sysfsDir };
      },
      /there are: a, b \(set GPIO_CHIP\)/,
    ],
    [
      'onoff is not there',
      () => {
        addChip(512, 'pinctrl-bcm2711', 58);
        const loadOnoff = (): never => {
          throw new HostError('unsupported', 'the package onoff is not installed');
        };
        return { sysfsDir, loadOnoff };
      },
      /onoff is not installed/,
    ],
  ];
  for (const [name, options, why] of absences) {
    it(`says so where ${name}, and refuses every line`, () => {
      const gpio = createLinuxGpio({ ...options(), atExit });
      assert.match(gpio.backend, /^none: /);
      assert.match(gpio.backend, why);
      for (const ask of [() => gpio.output(4, 0), () => gpio.input(4), () => gpio.openDrain(4)]) {
        assert.match(refusal(ask).message, why);
      }
    });
  }
});
