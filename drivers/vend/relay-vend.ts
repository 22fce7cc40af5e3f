import { DEVICE_OK, DEVICE_STARTING, type DeviceStatus, sameDeviceStatus, type VendFault } from '../device-status.js';
import { createHeldLines } from '../held-lines.js';
import type { Clock, GpioHost, GpioInput, GpioOutput, Level, Timer } from '../host.js';
import { createRateLimit } from '../rate-limit.js';
import { createLightBarrier, PASSING_LIMIT_MS } from './light-barrier.js';
import type { VendOutcome } from './vend-outcome.js';

export interface RelayVendOptions {
  /** A line a channel; high closes the relay. */
  readonly channelLines: readonly number[];
  readonly pulseMs: number;
  /** A light barrier below the goods: low while something passes. */
  readonly sensorLine?: number;
  /** From the start of the pulse until goods must have passed the sensor; at least the pulse. */
  readonly timeoutMs: number;
}

export interface RelayVendEvents {
  statusChanged(status: DeviceStatus<VendFault>): void;
  /**
   * Something passed the sensor when nothing was expected: goods of a sale that has ended. A flickering sensor reports it a
   * few times only.
   */
  droppedLate(): void;
}

export interface RelayVend {
  /**
   * Releases the goods of one channel (counted from 0). `done` is called exactly once. With a sensor `yes` means that
   * something fell; without one, that the pulse was complete.
   */
  vend(channel: number, done: (outcome: VendOutcome, why?: VendRefusal) => void): void;
  status(): DeviceStatus<VendFault>;
  close(): void;
}

export type VendRefusal =
  | VendFault
  | 'vendBusy'
  | 'vendChannelUnknown'
  | 'vendNothingFell'
  | 'vendGlimpsed'
  | 'vendClosed';

const SENSOR_STUCK_MS = 5_000;
const SENSOR_POLL_MS = 10;
const LOOK_MS = 30_000;
const LATE_DROPS = { burst: 5, everyMs: 60_000 } as const;

/**
 * Relays that turn a spiral, open a lock or start a pump.
 *
 * Invariants
 * - All relays are open from the start and after every end; one closes at a time, for one pulse.
 * - Nothing moves while the sensor is covered: a drop could not be seen.
 * - Every `vend` is answered exactly once. `yes` needs the barrier to be covered and free again; `no` needs that the relay
 *   never closed, or that the barrier surely stayed free. If the barrier is covered when the time is over, it waits.
 */
export function createRelayVend(
  parts: { readonly clock: Clock; readonly gpio: GpioHost },
  options: RelayVendOptions,
  events: RelayVendEvents,
): RelayVend {
  const { clock, gpio } = parts;
  const lateDrops = createRateLimit(clock, LATE_DROPS);
  let relays: GpioOutput[] = [];
  let sensor: GpioInput | undefined;
  let current: DeviceStatus<VendFault> = DEVICE_STARTING;
  let stuckTimer: Timer | undefined;
  let lookTimer: Timer | undefined;
  let closed = false;
  let vending:
    | {
        readonly relay: GpioOutput;
        readonly done: (outcome: VendOutcome, why?: VendRefusal) => void;
        readonly timers: Timer[];
        relayClosed: boolean;
        pulsing: boolean;
        fell: boolean;
        /** Something stood in the barrier for longer than goods pass: they may have slid down behind it. */
        blocked: boolean;
        /** The barrier was covered too shortly to be read: by fast goods, or by noise of a motor. */
        glimpsed: boolean;
      }
    | undefined;

  const barrier = createLightBarrier(clock, {
    covered() {
      stuckTimer?.cancel();
      stuckTimer = clock.after(SENSOR_STUCK_MS, () => {
        const detail = `GPIO ${options.sensorLine} is low for ${SENSOR_STUCK_MS / 1_000} s`;
        report({ state: 'fault', faults: ['vendSensorStuck'], warnings: [], detail });
      });
    },
    freed(how) {
      stuckTimer?.cancel();
      if (how === 'passed') passed();
      else if (how === 'flickered') flickered();
      else if (vending !== undefined) vending.blocked = true;
      if (current.faults.includes('vendSensorStuck')) report(DEVICE_OK);
    },
  });

  const lines = createHeldLines(clock, {
    take(hold) {
      relays = options.channelLines.map((line) => hold(gpio.output(line, 0)));
      if (options.sensorLine !== undefined) {
        const use = { pullUp: true, changed: barrier.moved, glimpsed, failed: lines.fail } as const;
        sensor = hold(gpio.input(options.sensorLine, use));
      }
      const level = sensor?.read();
      report(DEVICE_OK);
      if (level !== undefined) barrier.looked(level);
      lookAgain();
    },
    lost(error) {
      relays = [];
      sensor = undefined;
      stuckTimer?.cancel();
      lookTimer?.cancel();
      barrier.reset();
      // A relay that could not be closed moved nothing; after that it may still be moving, and goods may fall unseen.
      finish(vending?.relayClosed === true ? 'unknown' : 'no', 'vendLines');
      report({ state: 'fault', faults: ['vendLines'], warnings: [], detail: error.message });
    },
  });

  /** At rest: a chip that went away is noticed before somebody pays for goods that nothing can release. */
  function lookAgain(): void {
    lookTimer = clock.after(LOOK_MS, () => {
      if (vending === undefined) {
        const looked = lines.use(() => {
          for (const relay of relays) relay.write(0);
          sensor?.read();
        });
        if (!looked) return;
      }
      lookAgain();
    });
  }

  /** Something passed the light barrier: it was covered for a short time. */
  function passed(): void {
    if (vending === undefined) {
      if (lateDrops.take()) events.droppedLate();
      return;
    }
    vending.fell = true;
    if (!vending.pulsing) finish('yes');
  }

  function flickered(): void {
    if (vending !== undefined) vending.glimpsed = true;
  }

  /** Edges came that are over. What was in the barrier when it was last looked at may have left it with them. */
  function glimpsed(): void {
    flickered();
    look();
  }

  function look(): void {
    const level = readSensor();
    if (level !== undefined) barrier.looked(level);
  }

  function vend(channel: number, done: (outcome: VendOutcome, why?: VendRefusal) => void): void {
    const relay = relays[channel];
    const refusal = refusalOf(relay);
    if (relay === undefined || refusal !== undefined) {
      clock.after(0, () => done('no', refusal ?? 'vendChannelUnknown'));
      return;
    }
    vending = {
      relay,
      done,
      timers: [],
      relayClosed: false,
      pulsing: true,
      fell: false,
      blocked: false,
      glimpsed: false,
    };
    if (!lines.use(() => relay.write(1))) return;
    vending.relayClosed = true;
    vending.timers.push(clock.after(options.pulseMs, endPulse), clock.after(options.timeoutMs, timeIsOver));
    if (sensor !== undefined) watchSensor();
  }

  function refusalOf(relay: GpioOutput | undefined): VendRefusal | undefined {
    if (closed) return 'vendClosed';
    if (vending !== undefined) return 'vendBusy';
    const [fault] = current.faults;
    if (fault !== undefined) return fault;
    if (relay === undefined) return relays.length === 0 ? 'vendLines' : 'vendChannelUnknown';
    // Read now: an edge may have been lost, or the line.
    return readSensor() === 0 ? 'vendSensorStuck' : current.faults[0];
  }

  /** Edges that are on their way are told first: the loop may have been busy until now. */
  function timeIsOver(): void {
    vending?.timers.push(clock.after(SENSOR_POLL_MS, nothingPassed));
  }

  /** Where the barrier was covered for long, or only glimpsed, goods may have passed. */
  function nothingPassed(): void {
    const coveredMs = barrier.coveredMs();
    if (coveredMs !== undefined && coveredMs <= PASSING_LIMIT_MS) {
      vending?.timers.push(clock.after(PASSING_LIMIT_MS - coveredMs + 1, nothingPassed));
    } else if (coveredMs !== undefined || vending?.blocked === true) finish('unknown', 'vendSensorStuck');
    else if (vending?.glimpsed === true) finish('unknown', 'vendGlimpsed');
    else finish('no', 'vendNothingFell');
  }

  /** Polls: the edges of a short drop can get lost in the kernel. */
  function watchSensor(): void {
    const mine = vending;
    mine?.timers.push(
      clock.after(SENSOR_POLL_MS, () => {
        look();
        if (vending === mine) watchSensor();
      }),
    );
  }

  /** Undefined where there is none, or its line failed; a vend under way has ended then. */
  function readSensor(): Level | undefined {
    let level: Level | undefined;
    lines.use(() => {
      level = sensor?.read();
    });
    return level;
  }

  function endPulse(): void {
    const mine = vending;
    if (mine === undefined || !lines.use(() => mine.relay.write(0))) return;
    mine.pulsing = false;
    if (mine.fell || sensor === undefined) finish('yes');
  }

  function finish(outcome: VendOutcome, why?: VendRefusal): void {
    const ended = vending;
    if (ended === undefined) return;
    vending = undefined;
    for (const one of ended.timers) one.cancel();
    ended.done(outcome, why);
  }

  function report(status: DeviceStatus<VendFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    vend,
    status: () => current,
    close() {
      if (closed) return;
      closed = true;
      stuckTimer?.cancel();
      lookTimer?.cancel();
      lines.close();
      finish('unknown', 'vendClosed');
    },
  };
}
