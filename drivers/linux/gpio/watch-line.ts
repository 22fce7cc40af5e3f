import { type GpioInputUse, HostError, type Level } from '../../host.js';
import type { DescriptorPoll } from './descriptor-poll.js';
import type { GpioKernel } from './gpio-kernel.js';
import { gpioUapi } from './gpio-uapi.js';

/** How many events one turn of the event loop takes: a line that flickers without end must not stop everything else. */
const EVENTS_A_TURN = 64;

export interface WatchedLine {
  readonly line: number;
  readonly fd: number;
  readonly level: () => Level;
}

/**
 * Tells the edges of a line as the kernel noted them, in order, with their times.
 *
 * Invariants
 * - What is told alternates: `changed` is called only with a level that is not the last one.
 * - Two equal edges one after the other, or a gap in the kernel's counting, mean edges that nobody knows: `glimpsed`. Where the
 *   kernel dropped some, the next edge is told without its time, as no pulse may be measured across them.
 * - After `failed` nothing is called, and after `close` neither.
 */
export function watchLine(kernel: GpioKernel, { line, fd, level }: WatchedLine, use: GpioInputUse): DescriptorPoll {
  const events = gpioUapi.lineEvents(EVENTS_A_TURN);
  let told = level();
  let expected = 1;
  let open = true;

  const poll = kernel.watch(fd, { readable, lost });

  function readable(): void {
    let count: number;
    try {
      count = Math.floor(kernel.read(fd, events) / gpioUapi.eventBytes);
    } catch {
      poll.close();
      lost();
      return;
    }
    let unclear = false;
    for (let at = 0; at < count && open; at += 1) unclear = tell(at) || unclear;
    if (unclear && open && count < EVENTS_A_TURN) tellLevel();
  }

  /** Returns whether there were edges that nobody knows. */
  function tell(at: number): boolean {
    const event = gpioUapi.readLineEvent(events, at);
    const dropped = event.sequence !== expected;
    expected = (event.sequence + 1) >>> 0;
    const unclear = dropped || event.level === told;
    if (unclear) use.glimpsed?.();
    if (open && event.level !== told) {
      told = event.level;
      if (dropped) use.changed?.(told);
      else use.changed?.(told, kernel.eventMs(event.atNs));
    }
    return unclear;
  }

  function tellLevel(): void {
    let now: Level;
    try {
      now = level();
    } catch {
      // The chip went away, which the poll reports as well.
      return;
    }
    if (now === told) return;
    told = now;
    use.changed?.(told);
  }

  function lost(): void {
    if (!open) return;
    open = false;
    use.failed?.(new HostError('disconnected', `GPIO ${line}: the chip went away`));
  }

  return {
    close() {
      open = false;
      poll.close();
    },
  };
}
