import type { FlashHost, GpioHost, Host, HostError, HttpHost, SerialHost, UpdateLockHost } from '../drivers/host.js';
import { present } from '../firmware/for-simulator.js';
import type { World } from './world.js';

/**
 * One process in the world, from power on to power off, exit or crash. After its end it can do nothing and receives
 * nothing, whatever was under way.
 *
 * Invariants
 * - After the end no callback runs and no operation has an effect.
 * - Every operation that touches the world is counted, so that the power can be cut at each of them.
 */
export interface Life {
  readonly host: Host;
  readonly alive: boolean;
  /** How many operations have touched the world. */
  readonly touches: number;
  /** Ends the process just before the operation with this number. */
  endAtTouch(touch: number): void;
  end(): void;
}

export interface LifeParts {
  readonly world: World;
  readonly serial: SerialHost;
  readonly gpio: GpioHost;
  readonly flash: FlashHost;
  readonly http: HttpHost;
  readonly updateLock?: UpdateLockHost | undefined;
  readonly clock: DeviceClock;
  readonly random: DeviceRandom;
  readonly log: (line: string) => void;
  /** The process exited by itself. */
  readonly exited: (code: number) => void;
  /** Called once, however the process ended. Disconnects cables and drops volatile state. */
  readonly ended: () => void;
}

/** The board's wall clock. */
export interface DeviceClock {
  /** Its error against the true time. */
  offsetMs: number;
  synchronised: 'yes' | 'no' | 'unknown';
}

/** The board's random numbers; `stuck`: always the same. */
export interface DeviceRandom {
  stuck: boolean;
}

export function createLife(parts: LifeParts): Life {
  const { world, clock } = parts;
  let alive = true;
  let touches = 0;
  let endAt = Number.POSITIVE_INFINITY;

  function end(): void {
    if (!alive) return;
    alive = false;
    parts.ended();
  }

  /** Counts an operation. False where the process ended before it. */
  function touch(): boolean {
    if (!alive) return false;
    touches += 1;
    if (touches >= endAt) end();
    return alive;
  }

  const whileAlive =
    <A extends unknown[]>(callback: (...args: A) => void) =>
    (...args: A): void => {
      if (alive) callback(...args);
    };

  const host: Host = {
    clock: {
      monotonicMs: () => world.nowMs(),
      wallMs: () => world.wallMs() + clock.offsetMs,
      after: (delayMs, callback) =>
        world.after(delayMs, () => {
          if (alive) callback();
        }),
    },
    random: {
      bytes(count) {
        const bytes = new Uint8Array(count);
        if (parts.random.stuck) return bytes;
        for (let i = 0; i < count; i += 1) bytes[i] = Math.floor(world.random() * 256);
        return bytes;
      },
    },
    serial: {
      open(options, events) {
        const guarded = {
          opened: whileAlive(events.opened),
          data: whileAlive(events.data),
          closed: whileAlive(events.closed),
        };
        if (!touch()) return NO_PORT;
        const port = parts.serial.open(options, guarded);
        return {
          write(bytes, done) {
            if (!touch()) return;
            port.write(bytes, (error) => {
              if (alive) done(error);
            });
          },
          close: () => port.close(),
        };
      },
    },
    gpio: {
      get backend() {
        return parts.gpio.backend;
      },
      switchesPulls: parts.gpio.switchesPulls,
      letsGoWhenKilled: parts.gpio.letsGoWhenKilled,
      output(line, initial) {
        const output = parts.gpio.output(line, initial);
        return {
          write(level) {
            if (touch()) output.write(level);
          },
          release: () => output.release(),
        };
      },
      openDrain(line) {
        const output = parts.gpio.openDrain(line);
        return {
          write(level) {
            if (touch()) output.write(level);
          },
          release: () => output.release(),
        };
      },
      input: (line, { changed, glimpsed, failed, ...use } = {}) =>
        parts.gpio.input(line, {
          ...use,
          ...(changed && { changed: whileAlive(changed) }),
          ...(glimpsed && { glimpsed: whileAlive(glimpsed) }),
          ...(failed && { failed: whileAlive(failed) }),
        }),
    },
    flash: {
      open(options, opened) {
        if (!touch()) return;
        parts.flash.open(
          options,
          whileAlive((error, volume) => {
            if (volume === undefined) return opened(error);
            opened(error, {
              sizeBytes: volume.sizeBytes,
              read: (offset, length, done) => volume.read(offset, length, whileAlive(done)),
              readBack: (offset, length, done) => volume.readBack(offset, length, whileAlive(done)),
              write(offset, bytes, done) {
                if (touch()) volume.write(offset, bytes, whileAlive(done));
              },
              /* The power may go between the two, as on a real card. */
              writeDurably(offset, bytes, done) {
                if (!touch()) return;
                const written = (error?: HostError): void => {
                  if (error !== undefined) done(error);
                  else if (touch()) volume.sync(whileAlive(done));
                };
                volume.write(offset, bytes, whileAlive(written));
              },
              sync(done) {
                if (touch()) volume.sync(whileAlive(done));
              },
              checkInPlace: (done) => volume.checkInPlace(whileAlive(done)),
              close: () => volume.close(),
            });
          }),
        );
      },
    },
    http: {
      request(request, done) {
        return touch() ? parts.http.request(request, whileAlive(done)) : { abort: () => undefined };
      },
      reach(origin, timeoutMs, done) {
        if (touch()) parts.http.reach(origin, timeoutMs, whileAlive(done));
      },
      listen(options, handler, listening) {
        if (!touch()) return;
        parts.http.listen(
          { ...options, judge: (head) => (alive ? options.judge?.(head) : undefined) },
          (request, response) => {
            if (alive) handler(request, response);
          },
          whileAlive(listening),
        );
      },
    },
    board: {
      log: (line) => {
        if (alive) parts.log(line);
      },
      lostLogLines: 0,
      clockSynchronised: () => clock.synchronised,
      exit(code) {
        if (!alive) return;
        end();
        parts.exited(code);
      },
    },
    ...present({ updateLock: parts.updateLock && guardedLock(parts.updateLock) }),
  };

  function guardedLock(lock: UpdateLockHost): UpdateLockHost {
    return {
      path: lock.path,
      clearStale: () => (touch() ? lock.clearStale() : 'unclear'),
      take: () => (touch() ? lock.take() : { kind: 'held' }),
      release() {
        if (touch()) lock.release();
      },
      heldByOther: () => alive && lock.heldByOther(),
    };
  }

  return {
    host,
    get alive() {
      return alive;
    },
    get touches() {
      return touches;
    },
    endAtTouch(at) {
      endAt = at;
    },
    end,
  };
}

const NO_PORT = { write: () => undefined, close: () => undefined };
