import {
  DEVICE_OK,
  DEVICE_STARTING,
  type DeviceStatus,
  type ScannerFault,
  sameDeviceStatus,
} from '../device-status.js';
import type { Clock, GpioHost, SerialHost, Timer } from '../host.js';
import { createLineSilence } from '../line-silence.js';
import { lostPortStatus } from '../lost-port-status.js';
import { createRateLimit } from '../rate-limit.js';
import { createReconnectingPort } from '../reconnecting-port.js';
import { createGm65Session, type Gm65Session, type Gm65State } from './gm65-session.js';
import { createGoodReadWatch } from './good-read-watch.js';
import { createScanFramer } from './scan-framer.js';
import { createScanTrigger, type ScanTrigger } from './scan-trigger.js';
import { sessionStatus, withBabble, withComplaint, withLineFault } from './scanner-status.js';

export interface ScanEngineOptions {
  /** `gm65`: the Grow family with its commands. `serial`: any engine that sends what it reads. */
  readonly kind: 'gm65' | 'serial';
  readonly path: string;
  readonly baud: number;
  /**
   * What makes the engine look: a GPIO line (low is pressed), its own command (`gm65` only), or nothing, for an engine
   * that always looks.
   */
  readonly trigger:
    | { readonly by: 'line'; readonly line: number }
    | { readonly by: 'command' }
    | { readonly by: 'none' };
  /** Takes off what engines add to a code, given one character a byte. */
  readonly content: (text: string) => string;
  /** Pulses when the engine has read something. Only a wiring fault is concluded from it. */
  readonly goodReadLine?: number;
}

export interface ScanEngineEvents {
  /** A whole code, read while armed. Any text: whether it is a payment code is not the driver's business. */
  codeRead(text: string): void;
  /** Two different codes at once: nobody can tell which was meant. Ask for one. */
  ambiguous(): void;
  /** So many codes were dropped because they came more often than anybody shows them. At most every two seconds. */
  tooMany(times: number): void;
  statusChanged(status: DeviceStatus<ScannerFault>): void;
}

export interface ScanEngine {
  /** From now on codes count. */
  arm(): void;
  /** Whatever comes now is dropped, also what is half read. */
  disarm(): void;
  status(): DeviceStatus<ScannerFault>;
  counters(): ScanCounters;
  /** Lets go of the port and the line; nothing is called any more. */
  close(): void;
}

export interface ScanCounters {
  readonly read: number;
  readonly dropped: number;
  readonly duplicates: number;
  readonly ambiguous: number;
  readonly noiseBytes: number;
  readonly connections: number;
}

/** Engines pause less than 5 ms inside a code, and much longer between two. */
const SILENCE_MS = 40;
/** A phone that stays before the glass is read again and again. */
const DUPLICATE_MS = 3_000;
/** More than anybody shows. */
const CODES = { burst: 5, everyMs: 500 } as const;
const TOO_MANY_TOLD_MS = 2_000;
/** So many that had to be dropped in that time are nobody's hand. */
const BABBLE_DROPPED = 5;
const BABBLE_TOLD_MS = 60_000;
const PORT_FAULTS = { absent: 'scannerAbsent', denied: 'scannerPortDenied' } as const;

/**
 * A barcode scan engine on a serial port.
 *
 * Invariants
 * - A code is told only if its first byte arrived after the last `arm` and its silence before the next `disarm`, and
 *   from an engine that is `ok`: one that is not set up may be obeying setup barcodes, or speak at another speed.
 * - A code that was told is not told again until the engine, armed and `ok`, has looked for 3 s without seeing it: the
 *   phone of the last customer must not pay for the next one, and an engine that does not look sees nobody leave.
 * - However much the engine sends, a few codes a second are told, and the first one after each `arm`.
 * - Codes are held in memory for that comparison only, and appear in no status, counter or message.
 */
export function createScanEngine(
  parts: { readonly clock: Clock; readonly serial: SerialHost; readonly gpio: GpioHost },
  options: ScanEngineOptions,
  events: ScanEngineEvents,
): ScanEngine {
  let closed = false;
  let armed = false;
  let burstBegan: 'armed' | 'disarmed' | undefined;
  let session: Gm65Session | undefined;
  let last: { readonly code: string; seenMs: number } | undefined;
  let current: DeviceStatus<ScannerFault> = DEVICE_STARTING;
  /** Without regard to the trigger line. */
  let ofEngine: DeviceStatus<ScannerFault> = DEVICE_STARTING;
  const count = { read: 0, dropped: 0, duplicates: 0, ambiguous: 0, noiseBytes: 0, connections: 0 };

  const rate = createRateLimit(parts.clock, CODES);
  /** Customers one after the other are no babble: the first code that one shows is told. */
  let toldSinceArmed = false;
  let tooMany = 0;
  let tooManyTimer: Timer | undefined;
  let babbles: Timer | undefined;

  const silence = createLineSilence(parts.clock, SILENCE_MS, endBurst);
  const framer = createScanFramer({
    replies: options.kind === 'gm65',
    onReply: (reply) => session?.reply(reply),
    content: options.content,
  });

  const trigger: ScanTrigger = createScanTrigger(
    parts,
    options.trigger,
    (on) => session?.trigger(on),
    () => tell(ofEngine),
  );

  const goodRead =
    options.goodReadLine === undefined
      ? undefined
      : createGoodReadWatch(parts, options.goodReadLine, () => tell(ofEngine));

  const port = createReconnectingPort(
    parts,
    { path: options.path, baud: options.baud, flowControl: 'none' },
    {
      opened() {
        count.connections += 1;
        forgetBurst();
        if (options.kind === 'serial') {
          tell(DEVICE_OK);
          return;
        }
        const mode = options.trigger.by === 'none' ? 'continuous' : options.trigger.by === 'line' ? 'pin' : 'command';
        const write = (bytes: Uint8Array): void => port.write(bytes, ignoreLoss);
        session = createGm65Session({ clock: parts.clock, write }, mode, sessionChanged);
      },
      data(bytes) {
        goodRead?.heard();
        burstBegan ??= armed ? 'armed' : 'disarmed';
        framer.push(bytes);
        silence.heard();
      },
      lost(error) {
        forgetBurst();
        session?.close();
        session = undefined;
        tell(lostPortStatus(error, PORT_FAULTS));
      },
    },
  );

  function sessionChanged(state: Gm65State): void {
    tell(sessionStatus(state, `${options.path} at ${options.baud} baud`));
    // The trigger of an engine that had lost its power is lost as well.
    if (state.kind === 'ready') trigger.again();
  }

  function endBurst(): void {
    const began = burstBegan;
    burstBegan = undefined;
    const burst = framer.silence();
    count.noiseBytes += burst.noiseBytes;
    const [code, second] = burst.codes;
    if (code === undefined) return;
    if (began !== 'armed' || !armed || current.state !== 'ok') {
      count.dropped += 1;
      return;
    }
    trigger.soon();
    if (second !== undefined) {
      if (last !== undefined && burst.codes.includes(last.code)) stillInSight();
      if (!mayTell()) return drop();
      count.ambiguous += 1;
      events.ambiguous();
      return;
    }
    const nowMs = parts.clock.monotonicMs();
    if (last !== undefined && last.code === code && nowMs - last.seenMs < DUPLICATE_MS) {
      stillInSight();
      count.duplicates += 1;
      return;
    }
    if (!mayTell()) return drop();
    last = { code, seenMs: nowMs };
    count.read += 1;
    events.codeRead(code);
  }

  function mayTell(): boolean {
    const may = rate.take() || !toldSinceArmed;
    toldSinceArmed = true;
    return may;
  }

  function drop(): void {
    tooMany += 1;
    tooManyTimer ??= parts.clock.after(TOO_MANY_TOLD_MS, () => {
      tooManyTimer = undefined;
      if (tooMany >= BABBLE_DROPPED) {
        babbles?.cancel();
        babbles = parts.clock.after(BABBLE_TOLD_MS, () => {
          babbles = undefined;
          tell(ofEngine);
        });
        tell(ofEngine);
      }
      const times = tooMany;
      tooMany = 0;
      events.tooMany(times);
    });
  }

  /** The last code counts as seen now; so it does when the engine begins to look, because nobody saw it leave. */
  function stillInSight(): void {
    if (last !== undefined) last.seenMs = parts.clock.monotonicMs();
  }

  function forgetBurst(): void {
    silence.cancel();
    burstBegan = undefined;
    framer.silence();
  }

  function tell(status: DeviceStatus<ScannerFault>): void {
    ofEngine = status;
    const complained = withComplaint(status, goodRead?.complaint());
    const told = withLineFault(withBabble(complained, babbles !== undefined), trigger.fault());
    if (closed || sameDeviceStatus(told, current)) return;
    if (current.state !== 'ok' && told.state === 'ok') stillInSight();
    current = told;
    events.statusChanged(told);
  }

  return {
    arm() {
      if (armed || closed) return;
      armed = true;
      toldSinceArmed = false;
      stillInSight();
      trigger.start();
    },
    disarm() {
      if (!armed) return;
      armed = false;
      trigger.stop();
    },
    status: () => current,
    counters: () => ({ ...count }),
    close() {
      if (closed) return;
      closed = true;
      armed = false;
      silence.cancel();
      tooManyTimer?.cancel();
      babbles?.cancel();
      session?.close();
      trigger.close();
      goodRead?.close();
      port.close();
    },
  };
}

function ignoreLoss(): void {
  // A command that did not go out is a command without an answer, and the loss of the port is told by `lost`.
}
