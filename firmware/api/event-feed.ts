import type { Clock, HttpStream, Timer } from '../../drivers/host.js';
import { openReversals, openSale } from '../../flows/book.js';
import { ownEntry } from '../../flows/own-entry.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import type { Kernel } from '../kernel.js';
import { apiError } from '../service/api-error.js';
import { API_LIMITS } from '../service/api-limits.js';
import type { ApiReply } from '../service/api-reply.js';
import type { ReversalView, SaleView, StatusView } from './output-schemas.js';
import type { BookWatcher } from './watch-book.js';

export interface EventFeed {
  /** To be told of what is to be published. */
  readonly watcher: BookWatcher;
  /** Opens a stream: what was missed since `lastEventId`, or how things are, then each change. */
  open(lastEventId: string | undefined, reply: ApiReply): void;
  streams(): number;
  close(): void;
}

export interface EventFeedParts {
  readonly kernel: Kernel;
  readonly clock: Clock;
  /** Differs at each start, so that an id of an earlier process is not taken for one of this. */
  readonly epoch: string;
  readonly presentSale: (sale: Sale) => SaleView;
  readonly presentReversal: (reversal: Reversal) => ReversalView;
  readonly presentStatus: () => StatusView;
}

/** What happened, worded only when somebody reads it: most terminals have no reader most of the time. */
interface KeptEvent {
  readonly number: number;
  readonly event: 'sale' | 'reversal' | 'status';
  readonly data: () => object;
}

/** Tells a reader that lost its connection how long to wait before it comes back. */
const RECONNECT_MS = 2000;

/**
 * Server-sent events (WHATWG HTML, "Server-sent events").
 *
 * Invariants
 * - Ids grow by one with each event: `<epoch>-<number>`. The last `API_LIMITS.eventsKept` are kept.
 * - A stream has every event from its start on, in order, or it is closed: the reader that comes back with the last id
 *   it has seen misses no change of a sale or a reversal, or is told by `reset` that it did. Of the statuses that it
 *   missed only the last one is sent, and as it is now: older ones are of no use to anybody.
 * - A stream whose reader is too slow is closed at once; it holds nothing up.
 * - The heartbeat's timer runs only while streams are open.
 */
export function createEventFeed(parts: EventFeedParts): EventFeed {
  const { kernel, clock, epoch } = parts;
  const streams = new Set<HttpStream>();
  const kept: KeptEvent[] = [];
  let lastNumber = 0;
  let heartbeat: Timer | undefined;

  function publish(event: KeptEvent['event'], data: () => object): void {
    lastNumber += 1;
    const published = { number: lastNumber, event, data };
    kept.push(published);
    if (kept.length > API_LIMITS.eventsKept) kept.shift();
    if (streams.size > 0) send(wording(published));
  }

  function wording({ number, event, data }: KeptEvent): string {
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
    heartbeat = clock.after(API_LIMITS.heartbeatIntervalMs, () => {
      heartbeat = undefined;
      send(': still here\n\n');
      if (streams.size > 0) beat();
    });
  }

  /** The events after an id, or undefined where they are not known any more, or the id is not ours. */
  function missedSince(lastEventId: string): string[] | undefined {
    const match = /^([0-9a-z]+)-(\d{1,15})$/.exec(lastEventId);
    const number = Number(match?.[2]);
    if (match?.[1] !== epoch || number > lastNumber) return undefined;
    const missed = lastNumber - number;
    if (missed > kept.length) return undefined;
    const events = kept.slice(kept.length - missed);
    const status = events.findLast(({ event }) => event === 'status');
    return events.filter((entry) => entry.event !== 'status' || entry === status).map(wording);
  }

  function howThingsAre(): string[] {
    const { book } = kernel.state;
    const sale = openSale(book);
    return [
      frame('status', parts.presentStatus()),
      ...openReversals(book).map((reversal) => frame('reversal', parts.presentReversal(reversal))),
      ...(sale === undefined ? [] : [frame('sale', parts.presentSale(sale))]),
    ].map((text) => `id: ${epoch}-${lastNumber}\n${text}`);
  }

  function beginning(lastEventId: string | undefined): string {
    const missed = lastEventId === undefined ? undefined : missedSince(lastEventId);
    const reset = lastEventId !== undefined && missed === undefined ? [frame('reset', {})] : [];
    return [`retry: ${RECONNECT_MS}\n\n`, ...reset, ...(missed ?? howThingsAre())].join('');
  }

  return {
    watcher: {
      saleChanged: (sale) => publish('sale', () => parts.presentSale(sale)),
      reversalChanged(reversal, before) {
        publish('reversal', () => parts.presentReversal(reversal));
        /* What its customer is told hangs on whether a person has to decide, and the sale itself does not change then. */
        const sale = ownEntry(kernel.state.book.sales, reversal.saleId);
        if (sale !== undefined && needsPerson(reversal) !== needsPerson(before ?? reversal))
          publish('sale', () => parts.presentSale(sale));
      },
      statusChanged: () => publish('status', parts.presentStatus),
    },
    open(lastEventId, reply) {
      if (streams.size >= API_LIMITS.eventStreams) {
        return reply.error(
          apiError(503, 'tooManyStreams', `${API_LIMITS.eventStreams} event streams are open already`),
        );
      }
      const stream = reply.stream('text/event-stream; charset=utf-8', () => forget(stream));
      streams.add(stream);
      if (!stream.write(beginning(lastEventId))) return drop(stream);
      if (heartbeat === undefined) beat();
    },
    streams: () => streams.size,
    close() {
      for (const stream of [...streams]) drop(stream);
    },
  };
}

const needsPerson = ({ state }: Reversal): boolean => state === 'needsPerson';

function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
