import {
  type Clock,
  HostError,
  type HostErrorCode,
  type SerialEvents,
  type SerialHost,
  type SerialOptions,
  type SerialPort,
} from '../drivers/host.js';
import type { World } from './world.js';

/** The device at the end of a cable. It sends through `SerialCable.send`. */
export interface SerialDevice {
  receive(bytes: Uint8Array): void;
}

export interface SerialCable {
  /** Sends bytes to the terminal, at the speed of the line and in pieces. */
  send(bytes: Uint8Array): void;
}

/** Faults of a line; chances are per byte, 0 to 1. */
export interface LineConditions {
  /** A byte arrives changed, in either direction. */
  readonly garbled: number;
  /** A byte is lost, in either direction. */
  readonly lost: number;
  /** A byte arrives twice, in either direction. */
  readonly doubled: number;
  /** The largest piece that arrives at the terminal. */
  readonly pieceBytes: number;
  /** The longest gap between two pieces. Real ones stay below 5 ms. */
  readonly gapMs: number;
}

export const GOOD_LINE: LineConditions = { garbled: 0, lost: 0, doubled: 0, pieceBytes: 8, gapMs: 2 };

/** The worst that counts as good: a UART that gathers 16 bytes, and an engine that pauses for as long as any between them. */
export const COARSE_LINE: LineConditions = { ...GOOD_LINE, pieceBytes: 16, gapMs: 5 };

export interface SimSerialPort {
  conditions: LineConditions;
  /** What the port says of itself, from the next opening on. */
  heldBackMs: number;
  isPlugged(): boolean;
  /** Pulls the plug: what was on the line is lost and the terminal's connection breaks. */
  unplug(): void;
  plug(): void;
  /** Makes opening fail with this error; undefined: as usual. */
  refuse(code: HostErrorCode | undefined): void;
  /** The system accepts no bytes, as when flow control holds the line. */
  stall(stalled: boolean): void;
  /** Adds noise on the line: bytes that the device did not send. */
  disturb(bytes: Uint8Array): void;
}

export interface SimSerial {
  /** Attaches a device to a port. `create` gets the end of its cable. */
  attach(path: string, baud: number, create: (cable: SerialCable) => SerialDevice): SimSerialPort;
  /** The ports as one process uses them. Its callbacks come through its own clock, so that a dead process gets none. */
  hostFor(clock: Pick<Clock, 'after'>): SerialHost;
  /** The process died: the system closes its ports. */
  closeAll(): void;
}

/** The output buffer of a Linux tty. */
const SYSTEM_BUFFER_BYTES = 4_096;
const XON = 0x11;
const XOFF = 0x13;

/**
 * Serial ports of a simulated board. Bytes travel at the speed of the line, arrive in pieces of any size, and are lost
 * when the plug is pulled. XON and XOFF work where the port was opened with them; elsewhere they are bytes.
 *
 * Invariants: one connection a port; unsent bytes of a closed connection never reach the device; after `closed` nothing is
 * called.
 */
export function createSimSerial(world: World): SimSerial {
  const lines = new Map<string, Line>();
  return {
    attach(path, baud, create) {
      const line = createLine(world, path, baud, create);
      lines.set(path, line);
      return line;
    },
    hostFor: (clock) => ({
      open(options, events) {
        const line = lines.get(options.path);
        return line === undefined ? absentPort(clock, options, events) : line.open(clock, options, events);
      },
    }),
    closeAll() {
      for (const line of lines.values()) line.forget();
    },
  };
}

interface Line extends SimSerialPort {
  open(clock: Pick<Clock, 'after'>, options: SerialOptions, events: SerialEvents): SerialPort;
  forget(): void;
}

interface Connection {
  readonly clock: Pick<Clock, 'after'>;
  readonly options: SerialOptions;
  readonly events: SerialEvents;
  readonly out: { bytes: Uint8Array; done: (error?: HostError) => void; taken: boolean }[];
  open: boolean;
}

function createLine(world: World, path: string, baud: number, create: (cable: SerialCable) => SerialDevice): Line {
  let plugged = true;
  let refusal: HostErrorCode | undefined;
  let stalled = false;
  let held = false;
  let connection: Connection | undefined;
  let sending = false;
  /** Counts cables and connections: bytes on an old one do not arrive. */
  let era = 0;
  let inboundFreeAtMs = 0;

  const device = create({ send: (bytes) => inbound(bytes) });

  function lineMs(bytes: number): number {
    return (bytes * 10_000) / baud;
  }

  function weathered(bytes: Uint8Array): Uint8Array {
    const { garbled, lost, doubled } = line.conditions;
    const wrongSpeed = connection !== undefined && connection.options.baud !== baud;
    if (garbled === 0 && lost === 0 && doubled === 0 && !wrongSpeed) return bytes;
    const arrived: number[] = [];
    for (const byte of bytes) {
      if (lost > 0 && world.random() < lost) continue;
      const changed = wrongSpeed || (garbled > 0 && world.random() < garbled);
      const seen = changed ? (byte ^ (1 + Math.floor(world.random() * 255))) & 0xff : byte;
      arrived.push(seen);
      if (doubled > 0 && world.random() < doubled) arrived.push(seen);
    }
    return Uint8Array.from(arrived);
  }

  function inbound(bytes: Uint8Array): void {
    const mine = era;
    let from = 0;
    while (from < bytes.length) {
      const most = Math.max(1, line.conditions.pieceBytes);
      const piece = bytes.slice(from, from + 1 + Math.floor(world.random() * most));
      from += piece.length;
      const gapMs = line.conditions.gapMs * world.random();
      inboundFreeAtMs = Math.max(inboundFreeAtMs, world.nowMs()) + lineMs(piece.length) + gapMs;
      world.after(inboundFreeAtMs - world.nowMs(), () => {
        if (mine === era && plugged) arrive(weathered(piece));
      });
    }
  }

  function arrive(bytes: Uint8Array): void {
    const to = connection;
    if (to === undefined || !to.open) return;
    let data = bytes;
    if (to.options.flowControl === 'xonXoff') {
      data = bytes.filter((byte) => byte !== XON && byte !== XOFF);
      for (const byte of bytes) {
        if (byte === XOFF) held = true;
        if (byte === XON) held = false;
      }
      pump();
    }
    /* May be called directly: this comes from the world's heap, not from a call of the process. */
    if (data.length > 0) to.events.data(data);
  }

  /** Calls back the process that opened the connection, unless it is closed by then. */
  function later(to: Connection, call: () => void): void {
    to.clock.after(0, () => {
      if (connection === to) call();
    });
  }

  function takeIntoBuffer(): void {
    const to = connection;
    if (to === undefined || stalled) return;
    let buffered = 0;
    for (const entry of to.out) {
      if (buffered >= SYSTEM_BUFFER_BYTES) break;
      buffered += entry.bytes.length;
      if (entry.taken) continue;
      entry.taken = true;
      to.clock.after(0, () => entry.done());
    }
  }

  /** Sends the oldest bytes to the device, piece by piece at the speed of the line. */
  function pump(): void {
    takeIntoBuffer();
    const to = connection;
    const entry = to?.out[0];
    if (to === undefined || entry === undefined || !entry.taken || sending || held || stalled) return;
    const piece = entry.bytes.subarray(0, 64);
    sending = true;
    const mine = era;
    world.after(lineMs(piece.length), () => {
      if (mine !== era) return;
      sending = false;
      entry.bytes = entry.bytes.subarray(piece.length);
      if (entry.bytes.length === 0) to.out.shift();
      if (plugged) device.receive(weathered(piece));
      pump();
    });
  }

  function end(error?: HostError): void {
    const to = connection;
    if (to === undefined) return;
    connection = undefined;
    era += 1;
    sending = false;
    held = false;
    for (const entry of to.out.splice(0)) {
      if (!entry.taken) {
        to.clock.after(0, () => entry.done(error ?? new HostError('disconnected', `${path} was closed`)));
      }
    }
    to.clock.after(0, () => to.events.closed(error));
  }

  const line: Line = {
    conditions: GOOD_LINE,
    heldBackMs: 0,
    isPlugged: () => plugged,
    unplug() {
      plugged = false;
      era += 1;
      sending = false;
      end(new HostError('disconnected', `${path} went away`));
    },
    plug() {
      plugged = true;
    },
    refuse(code) {
      refusal = code;
    },
    stall(value) {
      stalled = value;
      pump();
    },
    disturb: inbound,
    forget() {
      if (connection === undefined) return;
      connection = undefined;
      era += 1;
      sending = false;
      held = false;
    },
    open(clock, options, events) {
      const code = !plugged ? 'absent' : connection !== undefined ? 'busy' : refusal;
      if (code !== undefined) return absentPort(clock, options, events, code);
      const mine: Connection = { clock, options, events, out: [], open: false };
      connection = mine;
      era += 1;
      later(mine, () => {
        mine.open = true;
        events.opened(line.heldBackMs);
      });
      return {
        write(bytes, done) {
          if (connection !== mine || !mine.open) {
            clock.after(0, () => done(new HostError('disconnected', `${path} is not open`)));
            return;
          }
          mine.out.push({ bytes: bytes.slice(), done, taken: false });
          pump();
        },
        close() {
          if (connection === mine) end();
        },
      };
    },
  };
  return line;
}

/** A port that cannot be opened. */
function absentPort(
  clock: Pick<Clock, 'after'>,
  options: SerialOptions,
  events: SerialEvents,
  code: HostErrorCode = 'absent',
): SerialPort {
  const why: Partial<Record<HostErrorCode, string>> = {
    absent: 'does not exist',
    busy: 'is held by another process',
    denied: 'may not be opened',
  };
  let closed = false;
  clock.after(0, () => {
    if (closed) return;
    closed = true;
    events.closed(new HostError(code, `${options.path} ${why[code] ?? `fails: ${code}`}`));
  });
  return {
    write(_bytes, done) {
      clock.after(0, () => done(new HostError('disconnected', `${options.path} is not open`)));
    },
    close() {
      if (closed) return;
      closed = true;
      clock.after(0, () => events.closed());
    },
  };
}
