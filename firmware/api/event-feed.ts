import type { Clock, HttpStream, Timer } from '../../drivers/host.js';
import { openReversals, openSale } from '../../flows/book.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import type { Kernel } from '../kernel.js';
import { apiError } from './api-error.js';
import { API_LIMITS } from './api-limits.js';
import type { ApiReply } from './api-reply.js';
import type { ReversalView, SaleView, StatusView } from './output-schemas.js';
import { watchBook } from './watch-book.js';

export interface EventFeed {
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

/** Tells a reader that lost its connection how long to wait before it comes back. */
const RECONNECT_MS = 2000;

/**
 * Server-sent events (WHATWG HTML, "Server-sent events").
 *
 * Invariants
 * - Ids grow by one with each event: `<epoch>-<number>`. The last `API_LIMITS.eventsKept` are kept.
 * - A stream has every event from its start on, in order, or it is closed: the reader that comes back with the last id
 *   it has seen misses nothing, or is told by `reset` that it did.
 * - A stream whose reader is too slow is closed at once; it holds nothing up.
 * - The heartbeat's timer runs only while streams are open.
 */
export function createEventFeed(parts: EventFeedParts): EventFeed {
  const { kernel, clock, epoch } = parts;
  const streams = new Set<HttpStream>();
  let kept: string[] = [];
  let lastNumber = 0;
  let statusBefore = '';
  let heartbeat: Timer | undefined;

  const unwatch = watchBook(kernel, {
    saleChanged: (sale) => publish('sale', parts.presentSale(sale)),
    reversalChanged: (reversal) => publish('reversal', parts.presentReversal(reversal)),
    statusChanged: () => {
      const status = parts.presentStatus();
      const text = JSON.stringify({ ...status, clock: status.clock.trusted });
      if (text === statusBefore) return;
      statusBefore = text;
      publish('status', status);
    },
  });

  function publish(event: string, data: object): void {
    lastNumber += 1;
    const text = `id: ${epoch}-${lastNumber}\n${frame(event, data)}`;
    kept.push(text);
    if (kept.length > API_LIMITS.eventsKept) kept = kept.slice(-API_LIMITS.eventsKept);
    send(text);
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
    return missed > kept.length ? undefined : kept.slice(kept.length - missed);
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
      unwatch();
      for (const stream of [...streams]) drop(stream);
    },
  };
}

function frame(event: string, data: object): string {
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
