import type { Clock } from '../../drivers/host.js';
import { openReversals, openSale } from '../../flows/book.js';
import { ownEntry } from '../../flows/own-entry.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import type { Kernel } from '../kernel.js';
import { createEventStreams, type EventStreams } from '../service/event-streams.js';
import { API_LIMITS } from './api-contract.js';
import type { ReversalView, SaleView, StatusView } from './output-schemas.js';
import type { BookWatcher } from './watch-book.js';

export interface EventFeed extends Omit<EventStreams, 'publish'> {
  /** Publishes each change. */
  readonly watcher: BookWatcher;
}

export interface EventFeedParts {
  readonly kernel: Kernel;
  readonly clock: Clock;
  /** See `EventStreamsParts`. */
  readonly epoch: string;
  readonly presentSale: (sale: Sale) => SaleView;
  readonly presentReversal: (reversal: Reversal) => ReversalView;
  readonly presentStatus: () => StatusView;
}

/** The events `sale`, `reversal` and `status`. A new reader gets the status, the queue and the open sale first. */
export function createEventFeed(parts: EventFeedParts): EventFeed {
  const { kernel, presentSale, presentReversal, presentStatus } = parts;
  const { publish, ...streams } = createEventStreams({
    clock: parts.clock,
    epoch: parts.epoch,
    limits: API_LIMITS,
    latestOnly: 'status',
    snapshot() {
      const { book } = kernel.state;
      const sale = openSale(book);
      return [
        ['status', presentStatus()],
        ...openReversals(book).map((reversal) => ['reversal', presentReversal(reversal)] as const),
        ...(sale === undefined ? [] : [['sale', presentSale(sale)] as const]),
      ];
    },
  });
  return {
    ...streams,
    watcher: {
      saleChanged: (sale) => publish('sale', () => presentSale(sale)),
      reversalChanged(reversal, before) {
        publish('reversal', () => presentReversal(reversal));
        /* The text for its customer depends on whether a person has to decide, and the sale itself does not change then. */
        const sale = ownEntry(kernel.state.book.sales, reversal.saleId);
        if (sale !== undefined && needsPerson(reversal) !== needsPerson(before ?? reversal)) {
          publish('sale', () => presentSale(sale));
        }
      },
      statusChanged: () => publish('status', presentStatus),
    },
  };
}

const needsPerson = ({ state }: Reversal): boolean => state === 'needsPerson';
