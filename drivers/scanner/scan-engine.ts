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
   * What makes the engine read: a GPIO line (low is pressed), its own command (`gm65` only), or nothing, for an engine
   * that always reads.
   */
  readonly trigger:
    | { readonly by: 'line'; readonly line: number }
    | { readonly by: 'command' }
    | { readonly by: 'none' };
  /** Removes what engines add to a code, given as one character a byte. */
  readonly content: (text: string) => string;
  /** Pulses when the engine has read something. Used only to detect a wiring fault. */
  readonly goodReadLine?: number;
}

export interface ScanEngineEvents {
  /** A complete code, read while armed. The driver does not check whether it is a payment code. */
  codeRead(text: string): void;
  /** Two different codes at once: nobody knows which was meant. */
  ambiguous(): void;
  /** This many codes were dropped, as they came faster than people can show them. At most every two seconds. */
  tooMany(times: number): void;
  statusChanged(status: DeviceStatus<ScannerFault>): void;
}

export interface ScanEngine {
  /** From now on codes are reported. */
  arm(): void;
  /** From now on codes are dropped, also an incomplete one. */
  disarm(): void;
  status(): DeviceStatus<ScannerFault>;
  counters(): ScanCounters;
  /** Releases the port and the line; nothing is called any more. */
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
/**
 * After a code with its terminator only another code at once can follow. Its first bytes come after the engine's pause, and
 * when a UART has gathered this many. The pause includes a millisecond for silences that begin early.
 */
const PAUSE_MS = 6;
const UART_BYTES = 16;
/** A phone that stays in front of the engine is read repeatedly. */
const DUPLICATE_MS = 3_000;
/** Faster than people show codes. */
const CODES = { burst: 5, everyMs: 500 } as const;
const TOO_MANY_EVERY_MS = 2_000;
/** More dropped codes than this, in that time, are not shown by people. */
const BABBLE_DROPPED = 5;
const BABBLE_WARNING_MS = 60_000;
const PORT_FAULTS = { absent: 'scannerAbsent', denied: 'scannerPortDenied' } as const;

/**
 * A barcode scan engine on a serial port.
 *
 * Invariants
 * - A code is reported only if its first byte arrived after the last `arm` and its silence before the next `disarm`, and
 *   from an engine that is `ok`: one that is not set up may obey setup barcodes, or use another speed.
 * - Codes at once are never reported singly: a code counts when the line was quiet for 40 ms, or, behind its terminator, for
 *   as long as the first bytes of another one take on this line (`companionMs`). What comes later is shown later.
 * - A code is not reported again until the engine, armed and `ok`, has read for 3 s without seeing it: the phone of the last
 *   customer must not pay for the next one, and an engine that does not read cannot see that a phone is gone.
 * - However much the engine sends, a few codes a second are reported, and the first one after each `arm`.
 * - Codes are held in memory for that comparison only, and appear in no status, counter or message.
 */
export function createScanEngine(
  parts: { readonly clock: Clock; readonly serial: SerialHost; readonly gpio: GpioHost },
  options: ScanEngineOptions,
  events: ScanEngineEvents,
): ScanEngine {
  let closed = false;
  let armed = false;
  let companionMs = SILENCE_MS;
  let burstBegan: 'armed' | 'disarmed' | undefined;
  let session: Gm65Session | undefined;
  let last: { readonly code: string; seenMs: number } | undefined;
  let current: DeviceStatus<ScannerFault> = DEVICE_STARTING;
  /** The status without the trigger line, the good-read line and the rate of codes. */
  let ofEngine: DeviceStatus<ScannerFault> = DEVICE_STARTING;
  const count = { read: 0, dropped: 0, duplicates: 0, ambiguous: 0, noiseBytes: 0, connections: 0 };

  const rate = createRateLimit(parts.clock, CODES);
  /** The first code after `arm` is always reported, however quickly customers follow each other. */
  let reportedSinceArmed = false;
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
    () => report(ofEngine),
  );

  const goodRead =
    options.goodReadLine === undefined
      ? undefined
      : createGoodReadWatch(parts, options.goodReadLine, () => report(ofEngine));

  const port = createReconnectingPort(
    parts,
    { path: options.path, baud: options.baud, flowControl: 'none' },
    {
      opened(heldBackMs) {
        count.connections += 1;
        const firstBytesMs = Math.ceil((UART_BYTES * 10_000) / options.baud);
        companionMs = Math.min(SILENCE_MS, PAUSE_MS + firstBytesMs + heldBackMs);
        forgetBurst();
        if (options.kind === 'serial') {
          report(DEVICE_OK);
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
        silence.heard(framer.isOneWhole() ? companionMs : SILENCE_MS);
      },
      lost(error) {
        forgetBurst();
        session?.close();
        session = undefined;
        report(lostPortStatus(error, PORT_FAULTS));
      },
    },
  );

  function sessionChanged(state: Gm65State): void {
    report(sessionStatus(state, `${options.path} at ${options.baud} baud`));
    // An engine that lost its power also lost its trigger.
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
      if (!mayReport()) return drop();
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
    if (!mayReport()) return drop();
    last = { code, seenMs: nowMs };
    count.read += 1;
    events.codeRead(code);
  }

  function mayReport(): boolean {
    const may = rate.take() || !reportedSinceArmed;
    reportedSinceArmed = true;
    return may;
  }

  function drop(): void {
    tooMany += 1;
    tooManyTimer ??= parts.clock.after(TOO_MANY_EVERY_MS, () => {
      tooManyTimer = undefined;
      if (tooMany >= BABBLE_DROPPED) {
        babbles?.cancel();
        babbles = parts.clock.after(BABBLE_WARNING_MS, () => {
          babbles = undefined;
          report(ofEngine);
        });
        report(ofEngine);
      }
      const times = tooMany;
      tooMany = 0;
      events.tooMany(times);
    });
  }

  /** The last code counts as seen now; also when the engine starts to read, as the phone may not have left. */
  function stillInSight(): void {
    if (last !== undefined) last.seenMs = parts.clock.monotonicMs();
  }

  function forgetBurst(): void {
    silence.cancel();
    burstBegan = undefined;
    framer.silence();
  }

  function report(status: DeviceStatus<ScannerFault>): void {
    ofEngine = status;
    const complained = withComplaint(status, goodRead?.complaint());
    const merged = withLineFault(withBabble(complained, babbles !== undefined), trigger.fault());
    if (closed || sameDeviceStatus(merged, current)) return;
    if (current.state !== 'ok' && merged.state === 'ok') stillInSight();
    current = merged;
    events.statusChanged(merged);
  }

  return {
    arm() {
      if (armed || closed) return;
      armed = true;
      reportedSinceArmed = false;
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
  // A command that was not sent gets no answer, and `lost` reports the loss of the port.
}
