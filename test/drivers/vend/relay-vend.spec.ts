import assert from 'node:assert/strict';
import type { DeviceStatus, VendFault } from '../../../drivers/device-status.js';
import type { GpioHost, Level } from '../../../drivers/host.js';
import { HostError } from '../../../drivers/host.js';
import { createRelayVend } from '../../../drivers/vend/relay-vend.js';
import { createVendMechanismModel } from '../../../hw-sim/devices/vend-mechanism-model.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

const CHANNELS = [23, 24, 25];
const SENSOR = 12;

let changedLater: (level: Level, edgeMs: number) => void = () => undefined;
let sensorFails: ((error: HostError) => void) | undefined;

interface BenchOptions {
  readonly sensor?: boolean;
  readonly pulseMs?: number;
  readonly edges?: 'timed' | 'read';
  readonly wrap?: (gpio: GpioHost) => GpioHost;
}

function bench({ sensor = true, pulseMs = 500, edges = 'read', wrap = (gpio) => gpio }: BenchOptions = {}) {
  const world = createWorld({ seed: 2, startWallMs: 0 });
  const gpio = createSimGpio(world);
  const sensorLine = sensor ? { sensorLine: SENSOR } : {};
  const goods = createVendMechanismModel(world, gpio, {
    channelLines: CHANNELS,
    ...sensorLine,
    stockPerChannel: 2,
    turnMs: 400,
    fallMs: 300,
  });
  const clock = testClock(world);
  const answers: string[] = [];
  const late: number[] = [];
  const statuses: DeviceStatus<VendFault>[] = [];
  const driver = createRelayVend(
    { clock, gpio: wrap(gpio.hostFor(clock, edges)) },
    { channelLines: CHANNELS, pulseMs, timeoutMs: 3_000, ...sensorLine },
    { statusChanged: (status) => statuses.push(status), droppedLate: () => late.push(world.nowMs()) },
  );
  const vend = (channel: number): void =>
    driver.vend(channel, (outcome, why) => answers.push(why === undefined ? outcome : `${outcome} ${why}`));
  const relays = () => CHANNELS.map((line) => gpio.level(line));
  return { world, gpio, goods, driver, answers, late, statuses, vend, relays };
}

function openBench(options?: BenchOptions) {
  const made = bench(options);
  pass(made.world, 50);
  assert.equal(made.driver.status().state, 'ok');
  return made;
}

describe('relay vend', () => {
  it('releases the goods of one channel and says yes when they fell', () => {
    const { world, goods, answers, vend, relays } = openBench();
    vend(1);
    assert.deepEqual(relays(), [0, 1, 0]);
    pass(world, 550);
    assert.deepEqual(relays(), [0, 0, 0]);
    assert.deepEqual(answers, []);
    pass(world, 1_000);
    assert.deepEqual(answers, ['yes']);
    assert.deepEqual(goods.fallen, [1]);
  });

  it('finishes the pulse also where the goods fall in its middle', () => {
    const { world, answers, vend, relays } = openBench({ pulseMs: 1_500 });
    vend(0);
    pass(world, 1_400);
    assert.deepEqual([relays(), answers], [[1, 0, 0], []]);
    pass(world, 200);
    assert.deepEqual([relays(), answers], [[0, 0, 0], ['yes']]);
  });

  it('says yes after the whole pulse where there is no sensor', () => {
    const { world, answers, vend } = openBench({ sensor: false });
    vend(2);
    pass(world, 490);
    assert.deepEqual(answers, []);
    pass(world, 20);
    assert.deepEqual(answers, ['yes']);
  });

  it('says no when nothing falls, and tells when it falls later', () => {
    const { world, goods, answers, late, vend } = openBench();
    goods.jam(0);
    vend(0);
    pass(world, 3_100);
    assert.deepEqual(answers, ['no vendNothingFell']);
    assert.deepEqual(late, []);
    goods.shake();
    pass(world, 1_000);
    assert.equal(late.length, 1);
    assert.deepEqual(answers, ['no vendNothingFell']);
  });

  it('says no when a channel is empty', () => {
    const { world, answers, vend } = openBench();
    for (let at = 0; at < 3; at += 1) {
      vend(0);
      pass(world, 4_000);
    }
    assert.deepEqual(answers, ['yes', 'yes', 'no vendNothingFell']);
  });

  it('moves nothing while the sensor is covered', () => {
    const { world, goods, answers, vend, driver } = openBench();
    goods.coverSensor(true);
    vend(0);
    pass(world, 100);
    assert.deepEqual(answers, ['no vendSensorStuck']);
    assert.equal(goods.stock(0), 2);
    pass(world, 6_000);
    assert.deepEqual(driver.status().faults, ['vendSensorStuck']);
    goods.coverSensor(false);
    pass(world, 100);
    assert.equal(driver.status().state, 'ok');
    vend(0);
    pass(world, 4_000);
    assert.deepEqual(answers, ['no vendSensorStuck', 'yes']);
  });

  it('does not say no after something stood in the barrier for long', () => {
    for (const [fromMs, lengthMs] of [
      [100, 1_500],
      [700, 1_200],
      [1_400, 1_550],
    ] as const) {
      const { world, goods, answers, vend } = openBench();
      goods.jam(0);
      vend(0);
      pass(world, fromMs);
      goods.coverSensor(true);
      pass(world, lengthMs);
      goods.coverSensor(false);
      pass(world, 4_000);
      assert.deepEqual(answers, ['unknown vendSensorStuck'], `${fromMs} ms`);
    }
  });

  it('waits for what is in the barrier when the time is over', () => {
    for (const [leavesMs, expected] of [
      [20, 'yes'],
      [900, 'yes'],
      [1_500, 'unknown vendSensorStuck'],
    ] as const) {
      const { world, goods, answers, late, vend } = openBench();
      goods.jam(0);
      vend(0);
      pass(world, 2_990);
      goods.coverSensor(true);
      pass(world, leavesMs);
      goods.coverSensor(false);
      pass(world, 2_000);
      assert.deepEqual([answers, late], [[expected], []], `${leavesMs} ms`);
    }
  });

  it('tells of a sensor that flickers on a few times only', () => {
    const { world, goods, late } = openBench();
    for (let drops = 0; drops < 200; drops += 1) {
      goods.coverSensor(true);
      pass(world, 60);
      goods.coverSensor(false);
      pass(world, 60);
    }
    assert.ok(late.length >= 5 && late.length <= 6, `${late.length}`);
    pass(world, 400_000);
    goods.coverSensor(true);
    pass(world, 60);
    goods.coverSensor(false);
    pass(world, 60);
    assert.ok(late.length >= 6 && late.length <= 7, 'and of one that comes later again');
  });

  it('counts a drop after something else stood in the barrier', () => {
    const { world, goods, answers, vend } = openBench({ pulseMs: 2_000 });
    vend(0);
    pass(world, 50);
    goods.coverSensor(true);
    pass(world, 1_100);
    goods.coverSensor(false);
    pass(world, 100);
    goods.coverSensor(true);
    pass(world, 40);
    goods.coverSensor(false);
    pass(world, 4_000);
    assert.deepEqual(answers, ['yes']);
  });

  describe('with goods that are past the barrier before it is looked at', () => {
    function flickerBench() {
      const made = openBench();
      const flicker = (): void => {
        made.goods.coverSensor(true);
        made.goods.coverSensor(false);
      };
      return { ...made, flicker };
    }

    it('says unknown, whenever they fell', () => {
      for (const afterMs of [0, 100, 700, 2_990]) {
        const { world, goods, answers, vend, flicker } = flickerBench();
        goods.jam(0);
        vend(0);
        pass(world, afterMs);
        flicker();
        pass(world, 4_000);
        assert.deepEqual(answers, ['unknown vendGlimpsed'], `${afterMs} ms`);
      }
    });

    it('says yes where something else was surely seen', () => {
      const { world, answers, vend, flicker } = flickerBench();
      vend(0);
      pass(world, 100);
      flicker();
      pass(world, 4_000);
      assert.deepEqual(answers, ['yes']);
    });

    it('says unknown where a look met a spike, whose edges were over', () => {
      let glimpse = (): void => undefined;
      const { world, gpio, goods, answers, vend } = openBench({
        wrap: (lines) => ({
          ...lines,
          input(line, use) {
            glimpse = use?.glimpsed ?? glimpse;
            return lines.input(line);
          },
        }),
      });
      goods.jam(0);
      vend(0);
      pass(world, 199.9);
      gpio.drive(SENSOR, 0);
      pass(world, 0.2);
      gpio.drive(SENSOR, undefined);
      glimpse();
      pass(world, 3_000);
      assert.deepEqual(answers, ['unknown vendGlimpsed']);
    });

    it('says no where the flicker was before the vend', () => {
      const { world, goods, answers, late, vend, flicker } = flickerBench();
      goods.jam(0);
      flicker();
      pass(world, 100);
      vend(0);
      pass(world, 4_000);
      flicker();
      pass(world, 100);
      assert.deepEqual(answers, ['no vendNothingFell']);
      assert.deepEqual(late, [], 'nor does a flicker tell of goods that fell late');
    });
  });

  describe('with edges that have their times', () => {
    /** Something is in the barrier for so long. */
    function coverFor(ms: number) {
      const made = openBench({ edges: 'timed' });
      made.goods.jam(0);
      made.vend(0);
      pass(made.world, 700);
      made.goods.coverSensor(true);
      pass(made.world, ms);
      made.goods.coverSensor(false);
      pass(made.world, 4_000);
      return made.answers;
    }

    it('says yes for goods that pass in 2 ms', () => assert.deepEqual(coverFor(2), ['yes']));

    it('says unknown for a spike of half a millisecond, as a motor makes it', () => {
      assert.deepEqual(coverFor(0.5), ['unknown vendGlimpsed']);
      assert.deepEqual(coverFor(0), ['unknown vendGlimpsed']);
    });

    it('takes no noise of its motor for goods, and goods for goods with noise on the line', () => {
      const { world, goods, answers, vend } = openBench({ edges: 'timed' });
      goods.disturbSensor(0.6);
      goods.jam(0);
      vend(0);
      pass(world, 4_000);
      vend(1);
      pass(world, 4_000);
      assert.deepEqual(answers, ['unknown vendGlimpsed', 'yes']);
    });

    it('says unknown for a hand', () => assert.deepEqual(coverFor(1_200), ['unknown vendSensorStuck']));

    it('says no where nothing was in the barrier, and yes for ordinary goods', () => {
      const { world, goods, answers, vend } = openBench({ edges: 'timed' });
      goods.jam(0);
      vend(0);
      pass(world, 4_000);
      vend(1);
      pass(world, 4_000);
      assert.deepEqual(answers, ['no vendNothingFell', 'yes']);
    });
  });

  it('says yes for goods whose edges are told only after the time, as the loop was busy', () => {
    const made = openBench({
      wrap: (gpio) => ({
        ...gpio,
        input(line, use) {
          /* The edges wait in the kernel, with their times; so does a look, as timers wait too. */
          const input = gpio.input(line);
          const { changed } = use ?? {};
          changedLater = (level, edgeMs) => changed?.(level, edgeMs);
          return input;
        },
      }),
    });
    made.goods.jam(0);
    made.vend(0);
    pass(made.world, 3_000);
    changedLater(0, made.world.nowMs() - 900);
    changedLater(1, made.world.nowMs() - 870);
    pass(made.world, 100);
    assert.deepEqual(made.answers, ['yes']);
  });

  it('reports a sensor that went away by itself, and takes its line again', () => {
    const { world, driver, answers, vend } = openBench({
      wrap: (gpio) => ({
        ...gpio,
        input(line, use) {
          sensorFails = use?.failed;
          return gpio.input(line, use);
        },
      }),
    });
    vend(0);
    pass(world, 100);
    sensorFails?.(new HostError('disconnected', 'GPIO 12: the chip went away'));
    assert.deepEqual(answers, ['unknown vendLines']);
    assert.deepEqual(driver.status().faults, ['vendLines']);
    pass(world, 31_000);
    assert.equal(driver.status().state, 'ok');
  });

  it('notices at rest that its chip went away, with or without a sensor', () => {
    for (const sensor of [true, false]) {
      let gone = false;
      const touch = <T>(act: () => T): T => {
        if (gone) throw new HostError('disconnected', 'the chip went away');
        return act();
      };
      const { world, driver, statuses } = openBench({
        sensor,
        wrap: (gpio) => ({
          ...gpio,
          output(line, initial) {
            const output = gpio.output(line, initial);
            return { ...output, write: (level) => touch(() => output.write(level)) };
          },
        }),
      });
      pass(world, 100_000);
      assert.deepEqual(statuses.length, 1);
      gone = true;
      pass(world, 30_000);
      assert.deepEqual(driver.status().faults, ['vendLines']);
      gone = false;
      pass(world, 31_000);
      assert.equal(driver.status().state, 'ok');
    }
  });

  it('refuses a second vend meanwhile, and a channel that is not there', () => {
    const { world, answers, vend, goods } = openBench();
    vend(0);
    vend(1);
    pass(world, 4_000);
    vend(7);
    pass(world, 100);
    assert.deepEqual(answers, ['no vendBusy', 'yes', 'no vendChannelUnknown']);
    assert.deepEqual(goods.fallen, [0]);
  });

  it('says no where the relay cannot be closed, and unknown where it cannot be opened again', () => {
    for (const [failing, expected] of [
      [1, 'no vendLines'],
      [0, 'unknown vendLines'],
    ] as const) {
      let armed = false;
      const { world, answers, vend, driver } = openBench({
        wrap: (gpio) => ({
          ...gpio,
          output(line, initial) {
            const output = gpio.output(line, initial);
            return {
              release: () => output.release(),
              write(level) {
                if (armed && level === failing) throw new HostError('io', 'the expander went away');
                output.write(level);
              },
            };
          },
        }),
      });
      armed = true;
      vend(0);
      pass(world, 1_000);
      assert.deepEqual(answers, [expected]);
      assert.deepEqual(driver.status().faults, ['vendLines']);
      armed = false;
      pass(world, 31_000);
      assert.equal(driver.status().state, 'ok');
    }
  });

  describe('with a sensor whose line fails', () => {
    function failing() {
      let failed = false;
      const made = bench({
        wrap: (gpio) => ({
          ...gpio,
          input(line, use) {
            const changed = (level: Level): void => {
              if (!failed) use?.changed?.(level);
            };
            const input = gpio.input(line, { ...use, changed });
            return {
              release: () => input.release(),
              read() {
                if (failed) throw new HostError('io', 'the expander went away');
                return input.read();
              },
            };
          },
        }),
      });
      const fail = (now: boolean): void => {
        failed = now;
      };
      return { ...made, fail };
    }

    it('says unknown for goods that may fall unseen', () => {
      const { world, fail, goods, answers, vend, relays, driver } = failing();
      pass(world, 50);
      vend(0);
      pass(world, 600);
      fail(true);
      pass(world, 3_000);
      assert.deepEqual(answers, ['unknown vendLines']);
      assert.deepEqual(goods.fallen, [0]);
      assert.deepEqual(relays(), [0, 0, 0]);
      assert.deepEqual(driver.status().faults, ['vendLines']);
    });

    it('moves nothing', () => {
      const { world, fail, goods, answers, vend } = failing();
      pass(world, 50);
      fail(true);
      vend(0);
      pass(world, 3_000);
      assert.deepEqual(answers, ['no vendLines']);
      assert.deepEqual(goods.fallen, []);
    });

    it('reports it also at the start, and is well again with it', () => {
      const { world, fail, driver } = failing();
      fail(true);
      pass(world, 50);
      assert.deepEqual(driver.status().faults, ['vendLines']);
      fail(false);
      pass(world, 31_000);
      assert.equal(driver.status().state, 'ok');
    });

    it('finds the barrier covered anew when the line is back', () => {
      const { world, fail, driver, goods, vend } = failing();
      pass(world, 50);
      goods.coverSensor(true);
      pass(world, 1_000);
      fail(true);
      vend(0);
      fail(false);
      pass(world, 20_000);
      assert.deepEqual(driver.status().faults, ['vendLines']);
      pass(world, 20_000);
      assert.deepEqual(driver.status().faults, ['vendSensorStuck']);
    });
  });

  it('closes no relay while it starts, restarts or ends', () => {
    const { world, gpio, driver, answers, vend } = bench();
    const closedRelays: number[] = [];
    for (const line of CHANNELS) gpio.watch(line, (level) => level === 1 && closedRelays.push(line));
    pass(world, 100);
    driver.close();
    gpio.releaseAll();
    pass(world, 100);
    vend(0);
    pass(world, 100);
    assert.deepEqual(closedRelays, []);
    assert.deepEqual(answers, ['no vendClosed']);
  });

  it('says unknown for goods under way when it is closed, and opens the relay', () => {
    const { world, driver, answers, vend, relays } = openBench();
    vend(0);
    pass(world, 100);
    driver.close();
    pass(world, 5_000);
    assert.deepEqual(answers, ['unknown vendClosed']);
    assert.deepEqual(relays(), [0, 0, 0]);
  });

  it('reports lines that are not available, and takes them later', () => {
    const { world, gpio, driver, answers, vend } = bench();
    gpio.refuse(SENSOR, 'busy');
    pass(world, 100);
    assert.deepEqual(driver.status().faults, ['vendLines']);
    vend(0);
    pass(world, 100);
    assert.deepEqual(answers, ['no vendLines']);
    gpio.refuse(SENSOR, undefined);
    pass(world, 31_000);
    assert.equal(driver.status().state, 'ok');
  });
});
