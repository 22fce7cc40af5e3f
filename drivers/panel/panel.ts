import { createRequire } from 'node:module';
import type johnnyFive from 'johnny-five';
import { DEVICE_OK, DEVICE_STARTING, type DeviceStatus, type PanelFault, sameDeviceStatus } from '../device-status.js';
import { createHeldLines } from '../held-lines.js';
import type { Clock, GpioHost, GpioInput, Level, Timer } from '../host.js';
import { createRateLimit } from '../rate-limit.js';
import { createGpioIoPlugin } from './gpio-io-plugin.js';

export const LAMPS = ['ready', 'busy', 'paid', 'fault'] as const;
export type Lamp = (typeof LAMPS)[number];
export type LampState = 'on' | 'off' | 'blinking';

export interface PanelOptions {
  /** Lines of the lamps that are there; high is on. */
  readonly lampLines: Partial<Readonly<Record<Lamp, number>>>;
  /** A buzzer that sounds by itself while its line is high. */
  readonly buzzerLine?: number;
  /** A switch that is closed (low) while the door is shut. */
  readonly doorLine?: number;
}

export interface PanelEvents {
  doorChanged(open: boolean): void;
  statusChanged(status: DeviceStatus<PanelFault>): void;
}

export interface Panel {
  show(lamps: Readonly<Record<Lamp, LampState>>): void;
  /** Sounds for each duration, with pauses of the same length. A new call ends the one before. */
  beep(durationsMs: readonly number[]): void;
  /** Undefined where there is no door switch, or nothing is known yet. */
  doorOpen(): boolean | undefined;
  status(): DeviceStatus<PanelFault>;
  /** Switches everything off and releases the lines. */
  close(): void;
}

const load = createRequire(import.meta.url);

const BLINK_MS = 400;
const DOOR_DEBOUNCE_MS = 50;
const DOOR_LOOK_MS = 30_000;
/** A flickering switch counts as open: opening is reported at once, shutting only this often. */
const DOOR_SHUTS = { burst: 5, everyMs: 2_000 } as const;
const BEEPS_LIMIT = 8;
const BEEP_LIMIT_MS = 3_000;
const ALL_OFF: Readonly<Record<Lamp, LampState>> = { ready: 'off', busy: 'off', paid: 'off', fault: 'off' };

/**
 * Lamps, buzzer and door switch. The outputs are johnny-five components over the host's GPIO. Blinking, beeping and the
 * door are timed here, because johnny-five's timers do not use the host's clock and never end.
 *
 * Invariants: the buzzer is off whenever no beep is under way; a panel that fails never throws, it reports.
 */
export function createPanel(
  parts: { readonly clock: Clock; readonly gpio: GpioHost },
  options: PanelOptions,
  events: PanelEvents,
): Panel {
  const { clock, gpio } = parts;
  const doorShuts = createRateLimit(clock, DOOR_SHUTS);
  const io = createGpioIoPlugin(gpio);
  /* Loaded here: a box without a panel starts sooner. */
  const five: typeof johnnyFive = load('johnny-five');
  /* Made once: johnny-five never frees a component. Their lines may be released and taken again. */
  const board = new five.Board({ io, repl: false, sigint: false, debug: false });
  const leds = new Map<Lamp, InstanceType<typeof five.Led>>();
  for (const lamp of LAMPS) {
    const pin = options.lampLines[lamp];
    if (pin !== undefined) leds.set(lamp, new five.Led({ pin, board }));
  }
  const buzzer =
    options.buzzerLine === undefined ? undefined : new five.Relay({ pin: options.buzzerLine, board, type: 'NO' });
  let current: DeviceStatus<PanelFault> = DEVICE_STARTING;
  let shown = ALL_OFF;
  let lit = true;
  let doorOpen: boolean | undefined;
  let blinkTimer: Timer | undefined;
  let beepTimer: Timer | undefined;
  let doorTimer: Timer | undefined;
  let lookTimer: Timer | undefined;
  let closed = false;

  const lines = createHeldLines(clock, {
    take(hold) {
      hold(io);
      switchOff();
      if (options.doorLine !== undefined) {
        const use = { pullUp: true, changed: doorMoved, failed: lines.fail } as const;
        const door = hold(gpio.input(options.doorLine, use));
        doorMoved(door.read());
        lookAtDoor(door);
      }
      report(DEVICE_OK);
      draw();
    },
    lost(error) {
      cancelTimers();
      report({ state: 'fault', faults: ['panelLines'], warnings: [], detail: error.message });
    },
  });

  function switchOff(): void {
    for (const led of leds.values()) led.off();
    buzzer?.open();
  }

  function draw(): void {
    blinkTimer?.cancel();
    for (const [lamp, led] of leds) {
      const state = shown[lamp];
      if (state === 'on' || (state === 'blinking' && lit)) led.on();
      else led.off();
    }
    if (!LAMPS.some((lamp) => leds.has(lamp) && shown[lamp] === 'blinking')) return;
    blinkTimer = clock.after(BLINK_MS, () => {
      lit = !lit;
      lines.use(draw);
    });
  }

  function sound(durationsMs: readonly number[]): void {
    const [first, ...rest] = durationsMs;
    if (first === undefined || buzzer === undefined) return;
    const durationMs = Math.min(first, BEEP_LIMIT_MS);
    buzzer.close();
    beepTimer = clock.after(durationMs, () =>
      lines.use(() => {
        buzzer?.open();
        if (rest.length > 0) beepTimer = clock.after(durationMs, () => lines.use(() => sound(rest)));
      }),
    );
  }

  function doorMoved(level: Level): void {
    doorTimer?.cancel();
    doorTimer = clock.after(DOOR_DEBOUNCE_MS, () => settleDoor(level === 1));
  }

  /** An edge can get lost, and some kernels do not tell that a chip was unplugged. */
  function lookAtDoor(door: GpioInput): void {
    lookTimer = clock.after(DOOR_LOOK_MS, () =>
      lines.use(() => {
        const level = door.read();
        if ((level === 1) !== doorOpen) doorMoved(level);
        lookAtDoor(door);
      }),
    );
  }

  function settleDoor(nowOpen: boolean): void {
    if (nowOpen === doorOpen) return;
    if (!nowOpen && !doorShuts.take()) {
      doorTimer = clock.after(doorShuts.waitMs(), () => settleDoor(nowOpen));
      return;
    }
    doorOpen = nowOpen;
    events.doorChanged(nowOpen);
  }

  function report(status: DeviceStatus<PanelFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  function cancelTimers(): void {
    for (const timer of [blinkTimer, beepTimer, doorTimer, lookTimer]) timer?.cancel();
  }

  return {
    show(lamps) {
      shown = lamps;
      lit = true;
      lines.use(draw);
    },
    beep(durationsMs) {
      beepTimer?.cancel();
      lines.use(() => {
        buzzer?.open();
        sound(durationsMs.slice(0, BEEPS_LIMIT));
      });
    },
    doorOpen: () => doorOpen,
    status: () => current,
    close() {
      if (closed) return;
      closed = true;
      lines.use(switchOff);
      cancelTimers();
      lines.close();
    },
  };
}
