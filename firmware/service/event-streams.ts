import type { Clock, HttpStream, Timer } from '../../drivers/host.js';
import { apiError } from './api-error.js';
import type { ApiReply } from './api-reply.js';

export interface EventStreams {
  /** Sends an event to all readers and keeps it for those that come back. `data` is called only where somebody reads it. */
  publish(event: string, data: () => object): void;
  /** Opens a stream: the events since `lastEventId`, or the snapshot, and then each event. */
  open(lastEventId: string | undefined, reply: ApiReply): void;
  count(): number;
  close(): void;
}

export interface EventStreamsParts {
  readonly clock: Clock;
  /** Differs at each start, so that an id of an earlier process is not taken for one of this. */
  readonly epoch: string;
  readonly limits: EventLimits;
  /** The event of which a reader that comes back needs only the last one. */
  readonly latestOnly: string;
  /** The present state as events, for a new reader. */
  readonly snapshot: () => readonly (readonly [event: string, data: object])[];
}

export interface EventLimits {
  /** Streams that may be open at once. */
  readonly eventStreams: number;
  /** Events kept for readers that come back. */
  readonly eventsKept: number;
  readonly heartbeatIntervalMs: number;
}

interface KeptEvent {
  readonly number: number;
  readonly event: string;
  readonly data: () => object;
}

/** How long a reader that lost its connection waits before it comes back. */
const RECONNECT_MS = 2000;

/**
 * Server-sent events (WHATWG HTML, "Server-sent events").
 *
 * Invariants
 * - Ids grow by one with each event: `<epoch>-<number>`. The last `eventsKept` are kept.
 * - A stream has every event from its start on, in order, or it is closed. A reader that comes back with the last id that it
 *   has seen misses no event, or gets `reset` where it did. Of the `latestOnly` events that it missed only the last
 *   one is sent, with the data of now.
 * - A stream whose reader is too slow is closed at once; it delays nothing.
 * - The heartbeat's timer runs only while streams are open.
 */
export function createEventStreams({ clock, epoch, limits, latestOnly, snapshot }: EventStreamsParts): EventStreams {
  const streams = new Set<HttpStream>();
  const kept: KeptEvent[] = [];
  let lastNumber = 0;
  let heartbeat: Timer | undefined;

  function frameOf({ number, event, data }: KeptEvent): string {
    return `id: ${epoch}-${number}\n${frame(event, data())}`;
  }

  function send(text: string): void {
    for (const stream of [...streams]) if (!stream.write(text)) drop(stream);
  }

  function drop(stream: HttpStream): void {
    forget(stream);
    stream.close();
  }

  function forget(stream: HttpStream): void {
    streams.delete(stream);
    if (streams.size > 0) return;
    heartbeat?.cancel();
    heartbeat = undefined;
  }

  function beat(): void {
    heartbeat = clock.after(limits.heartbeatIntervalMs, () => {
      heartbeat = undefined;
      send(': still here\n\n');
      if (streams.size > 0) beat();
    });
  }

  /** The events after an id; undefined where some are no longer kept, or the id is not ours. */
  function missedSince(lastEventId: string): string[] | undefined {
    const match = /^([0-9a-z]+)-(\d{1,15})$/.exec(lastEventId);
    const number = Number(match?.[2]);
    if (match?.[1] !== epoch || number > lastNumber) return undefined;
    const missed = lastNumber - number;
    if (missed > kept.length) return undefined;
    const events = kept.slice(kept.length - missed);
    const latest = events.findLast(({ event }) => event === latestOnly);
    return events.filter((entry) => entry.event !== latestOnly || entry === latest).map(frameOf);
  }

  function firstFrames(lastEventId: string | undefined): string {
    const missed = lastEventId === undefined ? undefined : missedSince(lastEventId);
    const reset = lastEventId !== undefined && missed === undefined ? [frame('reset', {})] : [];
    const now = () => snapshot().map(([event, data]) => `id: ${epoch}-${lastNumber}\n${frame(event, data)}`);
    return [`retry: ${RECONNECT_MS}\n\n`, ...reset, ...(missed ?? now())].join('');
  }

  return {
    publish(event, data) {
      lastNumber += 1;
      const published = { number: lastNumber, event, data };
      kept.push(published);
      if (kept.length > limits.eventsKept) kept.shift();
      if (streams.size > 0) send(frameOf(published));
    },
    open(lastEventId, reply) {
      if (streams.size >= limits.eventStreams) {
        return reply.error(apiError(503, 'tooManyStreams', `${limits.eventStreams} event streams are open already`));
      }
      const stream = reply.stream('text/event-stream; charset=utf-8', () => forget(stream));
      streams.add(stream);
      if (!stream.write(firstFrames(lastEventId))) return drop(stream);
      if (heartbeat === undefined) beat();
    },
    count: () => streams.size,
    close() {
      for (const stream of [...streams]) drop(stream);
    },
  };
}

function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
