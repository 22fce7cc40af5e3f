import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostError } from '../../../../drivers/host.js';
import { loadGpioKernel } from '../../../../drivers/linux/gpio/gpio-kernel.js';
import { createLinuxGpio, type LinuxGpioOptions } from '../../../../drivers/linux/gpio/linux-gpio.js';
import type { OnoffClass } from '../../../../drivers/linux/gpio/sysfs-gpio.js';
import { createFakeKernel } from './fake-kernel.js';

const PI = { path: '/dev/gpiochip0', label: 'pinctrl-bcm2711', lineCount: 58 };

class Onoff {
  readonly nothing = (): void => undefined;
  readSync(): number {
    return 1;
  }
  writeSync(): void {
    this.nothing();
  }
  setDirection(): void {
    this.nothing();
  }
  watch(): void {
    this.nothing();
  }
  unwatchAll(): void {
    this.nothing();
  }
  unexport(): void {
    this.nothing();
  }
}
const loadOnoff = (): OnoffClass => Onoff;

describe('the GPIO of a Linux board', () => {
  let dir: string;
  let sysfsDir: string;
  let moduleDir: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'tillbox-gpio-'));
    sysfsDir = join(dir, 'gpio');
    moduleDir = join(dir, 'module');
    mkdirSync(sysfsDir);
    writeFileSync(join(sysfsDir, 'export'), '');
    writeFileSync(join(sysfsDir, 'unexport'), '');
    addSysfsChip(512, PI.label);
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  function addSysfsChip(base: number, label: string): void {
    const chip = join(sysfsDir, `gpiochip${base}`);
    mkdirSync(chip);
    writeFileSync(join(chip, 'base'), `${base}\n`);
    writeFileSync(join(chip, 'label'), `${label}\n`);
    writeFileSync(join(chip, 'ngpio'), '58\n');
  }

  function create(options: LinuxGpioOptions, chips = [PI] as Parameters<typeof createFakeKernel>[0]) {
    const fake = createFakeKernel(chips);
    const gpio = createLinuxGpio({
      sysfsDir,
      moduleDir,
      loadKernel: () => fake.kernel,
      loadOnoff,
      atExit: () => undefined,
      ...options,
    });
    return { ...fake, gpio };
  }

  it('takes the character device where both work, and says so', () => {
    const { gpio, openCount } = create({});
    assert.equal(gpio.backend, 'character device: chip pinctrl-bcm2711 (/dev/gpiochip0)');
    assert.equal(openCount(), 0);
  });

  it('takes the one that the configuration names', () => {
    assert.match(create({ backend: 'sysfs' }).gpio.backend, /^onoff over sysfs: chip pinctrl-bcm2711, line 0 .* 512$/);
    assert.match(create({ backend: 'chardev' }).gpio.backend, /^character device/);
  });

  const koffiMissing = (): never => {
    throw new HostError('unsupported', 'the package koffi is not installed');
  };
  const why: [name: string, options: LinuxGpioOptions, chips: Parameters<typeof createFakeKernel>[0], words: RegExp][] =
    [
      ['there is none', {}, [], /\/dev has no gpiochip/],
      ['the kernel has only its first version', {}, [{ ...PI, old: true }], /before Linux 5\.10/],
      [
        'this user may not open it',
        {},
        [{ ...PI, refuses: 'EACCES' }],
        /\/dev\/gpiochip0: no permission \(is the user in/,
      ],
      ['koffi is missing', { loadKernel: koffiMissing }, [PI], /koffi is not installed/],
    ];
  for (const [name, options, chips, words] of why) {
    it(`takes sysfs where the character device does not work because ${name}, and says why`, () => {
      const { gpio } = create(options, chips);
      assert.match(gpio.backend, /^onoff over sysfs: chip pinctrl-bcm2711, .*; not the character device: /);
      assert.match(gpio.backend, words);
      assert.deepEqual([gpio.switchesPulls, gpio.letsGoWhenKilled], [false, false]);
      gpio.output(4, 0);
    });

    it(`refuses every line where ${name} and the configuration wants the character device`, () => {
      const { gpio } = create({ ...options, backend: 'chardev' }, chips);
      assert.match(gpio.backend, /^none: /);
      for (const ask of [() => gpio.output(4, 0), () => gpio.input(4), () => gpio.openDrain(4)]) {
        assert.throws(ask, (error) => error instanceof HostError && /^GPIO 4: /.test(error.message));
        assert.throws(ask, words);
      }
      assert.deepEqual([gpio.switchesPulls, gpio.letsGoWhenKilled], [false, false]);
    });
  }

  it('says both reasons where neither works', () => {
    rmSync(join(sysfsDir, 'export'));
    const { gpio } = create({}, []);
    assert.match(
      gpio.backend,
      /^none: not by the character device: \/dev has no .*; nor by sysfs: .*CONFIG_GPIO_SYSFS/,
    );
  });

  it('looks again when a line is asked for, where it found nothing before', () => {
    const { gpio, chips } = create({ backend: 'chardev' }, []);
    assert.match(gpio.backend, /^none: /);
    chips.push(PI);
    gpio.output(4, 0).release();
    assert.match(gpio.backend, /^character device/);
  });

  it('finds the chip by its label among others, never by its number', () => {
    const others = [
      { path: '/dev/gpiochip0', label: 'raspberrypi-exp-gpio', lineCount: 8 },
      { path: '/dev/gpiochip4', label: 'pinctrl-rp1', lineCount: 54 },
    ];
    assert.match(create({}, others).gpio.backend, /pinctrl-rp1 \(\/dev\/gpiochip4\)/);
    assert.match(create({ chipLabel: 'raspberrypi-exp-gpio' }, others).gpio.backend, /\(\/dev\/gpiochip0\)/);
    const one = [{ path: '/dev/gpiochip7', label: 'somebody', lineCount: 8 }];
    assert.match(create({}, one).gpio.backend, /somebody/);
    const wrong = create({ chipLabel: 'x', backend: 'chardev' }, others).gpio.backend;
    assert.match(wrong, /no GPIO chip x; there are: raspberrypi-exp-gpio, pinctrl-rp1 \(set GPIO_CHIP\)/);
  });

  it('does not choose between two chips of one name, and names both', () => {
    const twice = [PI, { ...PI, path: '/dev/gpiochip1' }];
    const { backend } = create({ backend: 'chardev' }, twice).gpio;
    assert.match(backend, /more than one GPIO chip is called pinctrl-bcm2711: \/dev\/gpiochip0 and \/dev\/gpiochip1;/);
    addSysfsChip(600, PI.label);
    const sysfs = create({ backend: 'sysfs' }).gpio.backend;
    assert.match(sysfs, /more than one GPIO chip is called pinctrl-bcm2711: .*gpiochip512 and .*gpiochip600/);
  });

  it('takes a line back from sysfs, where a killed program has left it', () => {
    const { gpio, holders, diary, kernel } = create({});
    holders.set(4, 'sysfs');
    const { ioctl } = kernel;
    /* The fake lets go once the number was written, as the kernel does. */
    Object.assign(kernel, {
      ioctl(fd: number, request: number, bytes: Buffer) {
        if (readFileSync(join(sysfsDir, 'unexport'), 'utf8') === '516') holders.delete(4);
        ioctl(fd, request, bytes);
      },
    });
    gpio.output(4, 0);
    assert.deepEqual(diary, ['/dev/gpiochip0 4 flags 0x8 = 0']);
  });

  describe('with outputs at rest', () => {
    const atRest = [
      { line: 4, rest: 0 },
      { line: 17, rest: 1 },
      { line: 5, rest: 'released' },
    ] as const;

    it('takes them at once and hands them over, once each', () => {
      const { gpio, diary, openCount } = create({ atRest });
      assert.deepEqual(diary, [
        '/dev/gpiochip0 4 flags 0x8 = 0',
        '/dev/gpiochip0 17 flags 0x8 = 1',
        '/dev/gpiochip0 5 flags 0x48 = 1',
      ]);
      const relay = gpio.output(4, 0);
      gpio.openDrain(5).write(0);
      relay.write(1);
      assert.deepEqual(diary.splice(3), ['5 = 0', '4 = 1']);
      assert.equal(openCount(), 3);
      assert.throws(() => gpio.output(4, 0), /used by another tillbox/);
      relay.release();
      gpio.output(4, 0);
      assert.deepEqual(diary.splice(3), ['4 set to 0x4', '/dev/gpiochip0 4 flags 0x8 = 0']);
    });

    it('leaves lines that somebody has to their devices to report', () => {
      const fake = createFakeKernel([PI]);
      fake.holders.set(4, 'other');
      const gpio = createLinuxGpio({ atRest, loadKernel: () => fake.kernel, atExit: () => undefined });
      assert.equal(fake.diary.length, 2);
      assert.throws(() => gpio.output(4, 0), /used by "other"/);
    });

    it('touches nothing by sysfs, where that would take a line from another process', () => {
      const exported: number[] = [];
      class Recording extends Onoff {
        constructor(line: number) {
          super();
          exported.push(line);
        }
      }
      create({ backend: 'sysfs', atRest, loadOnoff: () => Recording });
      assert.deepEqual(exported, []);
    });
  });

  const kept: [label: string, module: string, setting: string | undefined, letsGo: boolean][] = [
    ['pinctrl-bcm2711', 'pinctrl_bcm2835', 'Y', false],
    ['pinctrl-bcm2711', 'pinctrl_bcm2835', 'N', true],
    ['pinctrl-bcm2835', 'pinctrl_bcm2835', 'N', true],
    ['pinctrl-rp1', 'pinctrl_rp1', 'N', true],
    ['pinctrl-rp1', 'pinctrl_bcm2835', 'N', false],
    ['somebody', 'pinctrl_bcm2835', 'N', false],
    ['pinctrl-bcm2711', 'pinctrl_bcm2835', undefined, false],
  ];
  for (const [label, module, setting, letsGo] of kept) {
    it(`${letsGo ? 'knows' : 'does not know'} that outputs of ${label} are let go with ${module} ${setting}`, () => {
      if (setting !== undefined) {
        mkdirSync(join(moduleDir, module, 'parameters'), { recursive: true });
        writeFileSync(join(moduleDir, module, 'parameters', 'persist_gpio_outputs'), `${setting}\n`);
      }
      assert.equal(create({ chipLabel: label }, [{ ...PI, label }]).gpio.letsGoWhenKilled, letsGo);
      assert.equal(create({ backend: 'sysfs' }).gpio.letsGoWhenKilled, false, 'sysfs keeps them exported');
    });
  }

  it('asks by itself to give outputs their first level, whatever ends the process', () => {
    const before = process.listenerCount('exit');
    createLinuxGpio({ sysfsDir, loadKernel: koffiMissing, loadOnoff });
    const [rest] = process.listeners('exit').slice(before);
    assert.ok(rest);
    process.removeListener('exit', rest);
  });

  it('does not fail on this machine, whatever it has', () => {
    const before = process.listeners('exit');
    assert.match(createLinuxGpio().backend, /^(none|onoff|character device)/);
    for (const added of process.listeners('exit').filter((one) => !before.includes(one))) {
      process.removeListener('exit', added as () => void);
    }
  });
});

describe('this machine’s kernel', () => {
  it('lists chips in the order of their numbers, and no second names', () => {
    const dir = mkdtempSync(join(tmpdir(), 'tillbox-dev-'));
    for (const name of ['gpiochip10', 'gpiochip2', 'gpiochipx', 'gpiomem']) writeFileSync(join(dir, name), '');
    symlinkSync('gpiochip10', join(dir, 'gpiochip4'));
    assert.deepEqual(loadGpioKernel(dir).chipPaths(), [join(dir, 'gpiochip2'), join(dir, 'gpiochip10')]);
    rmSync(dir, { recursive: true });
    assert.deepEqual(loadGpioKernel(dir).chipPaths(), []);
  });

  it('fails with the system’s own codes', () => {
    const kernel = loadGpioKernel();
    assert.throws(() => kernel.open('/nowhere/gpiochip0'), { code: 'ENOENT' });
    const zero = kernel.open('/dev/zero');
    assert.throws(() => kernel.ioctl(zero, 0x8044b401, Buffer.alloc(68)), { code: 'ENOTTY' });
    kernel.close(zero);
    assert.throws(() => kernel.ioctl(zero, 0x8044b401, Buffer.alloc(68)), { code: 'EBADF' });
  });

  it('tells the time of an event by the host’s clock', () => {
    const kernel = loadGpioKernel();
    const before = performance.now();
    const now = kernel.eventMs(process.hrtime.bigint());
    assert.ok(now >= before - 5 && now <= performance.now() + 5, `${now} at ${before}`);
    const earlier = kernel.eventMs(process.hrtime.bigint() - 2_000_000_000n);
    assert.ok(Math.abs(performance.now() - earlier - 2_000) < 50);
  });
});
