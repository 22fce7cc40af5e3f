import type { SimGpio } from '../sim-gpio.js';
import type { World } from '../world.js';

/** Spirals behind relays, with a light barrier at the bottom. */
export interface VendMechanismModel {
  /** Goods that fell into the tray, by channel. */
  readonly fallen: readonly number[];
  stock(channel: number): number;
  /** The next goods get stuck: the spiral turns and nothing falls. */
  jam(channel: number): void;
  /** Somebody frees all spirals; goods that are stuck already stay so. */
  free(): void;
  /** Somebody shakes the machine: stuck goods fall. */
  shake(): void;
  /** Something lies in the light barrier. */
  coverSensor(covered: boolean): void;
  /** A bad cable: while a relay is closed the noise of its motor is on the sensor's line, in spikes this long. Undefined: none. */
  disturbSensor(spikeMs: number | undefined): void;
}

export interface VendMechanismOptions {
  readonly channelLines: readonly number[];
  readonly sensorLine?: number;
  readonly stockPerChannel: number;
  /** A shorter pulse does not turn the spiral far enough. */
  readonly turnMs: number;
  /** From the end of the turn to the light barrier. */
  readonly fallMs: number;
  /** How long falling goods cover the light barrier; absent: as long as usual goods do. */
  readonly passingMs?: number;
}

const PASSING_MS = 35;
/** From one spike of a motor's noise to the next. */
const SPIKES_EVERY_MS = 37;

export function createVendMechanismModel(
  world: World,
  gpio: SimGpio,
  options: VendMechanismOptions,
): VendMechanismModel {
  const stock = options.channelLines.map(() => options.stockPerChannel);
  const fallen: number[] = [];
  const jammed = new Set<number>();
  let hanging: number[] = [];
  let covered = false;
  let passing = 0;
  let spikeMs: number | undefined;

  /** Whatever holds it, and what passes, is seen; noise is seen between. */
  function drive(spike: boolean): void {
    if (options.sensorLine === undefined) return;
    gpio.drive(options.sensorLine, covered || passing > 0 || spike ? 0 : undefined);
  }

  function disturb(line: number): void {
    if (spikeMs === undefined || gpio.level(line) === 0) return;
    drive(true);
    world.after(spikeMs, () => drive(false));
    world.after(SPIKES_EVERY_MS, () => disturb(line));
  }

  function fall(channel: number): void {
    world.after(options.fallMs, () => {
      fallen.push(channel);
      passing += 1;
      drive(false);
      world.after(options.passingMs ?? PASSING_MS, () => {
        passing -= 1;
        drive(false);
      });
    });
  }

  function turned(channel: number): void {
    const left = stock[channel] ?? 0;
    if (left === 0) return;
    stock[channel] = left - 1;
    if (jammed.delete(channel)) hanging.push(channel);
    else fall(channel);
  }

  options.channelLines.forEach((line, channel) => {
    let turn = 0;
    // High closes a relay; a floating line does not.
    gpio.pull(line, 0);
    gpio.watch(line, (level) => {
      const mine = ++turn;
      if (level === 1) {
        disturb(line);
        world.after(options.turnMs, () => mine === turn && turned(channel));
      }
    });
  });

  return {
    fallen,
    stock: (channel) => stock[channel] ?? 0,
    jam: (channel) => void jammed.add(channel),
    free: () => jammed.clear(),
    shake() {
      for (const channel of hanging) fall(channel);
      hanging = [];
    },
    coverSensor(value) {
      covered = value;
      drive(false);
    },
    disturbSensor(ms) {
      spikeMs = ms;
    },
  };
}
