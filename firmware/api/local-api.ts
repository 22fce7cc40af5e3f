import type { Clock, HostError, HttpHost, Random } from '../../drivers/host.js';
import { isLoopback } from '../../drivers/is-loopback.js';
import { openReversals } from '../../flows/book.js';
import type { Locale } from '../../flows/customer-texts.js';
import { ownEntry } from '../../flows/own-entry.js';
import { lacksJournal, readiness } from '../../flows/readiness.js';
import type { Sale } from '../../flows/sale.js';
import type { Kernel } from '../kernel.js';
import type { ApiRoute } from '../service/api-route.js';
import { openApi } from '../service/open-api.js';
import { createService, type Service } from '../service/service.js';
import { API_CONTRACT } from './api-contract.js';
import { createApiMetrics } from './api-metrics.js';
import { createAskKernel } from './ask-kernel.js';
import type { BookRouteParts } from './book-routes.js';
import { createEventFeed } from './event-feed.js';
import { createInputSchemas } from './input-schemas.js';
import { presentReversal } from './present-reversal.js';
import { presentSale } from './present-sale.js';
import { presentStatus } from './present-status.js';
import { notReadyError } from './reply-with-answer.js';
import { reversalRoutes } from './reversal-routes.js';
import { saleRoutes } from './sale-routes.js';
import type { StatusSources } from './status-sources.js';
import { watchBook } from './watch-book.js';
import { watchRoutes } from './watch-routes.js';

export interface LocalApi {
  /** The bound port. */
  readonly port: number;
  /** Closes the listener and the event streams. */
  close(): void;
}

export interface LocalApiParts {
  readonly http: Pick<HttpHost, 'listen'>;
  readonly clock: Clock;
  readonly random: Random;
  readonly kernel: Kernel;
  readonly options: LocalApiOptions;
  readonly about: { readonly version: string };
  readonly sources: StatusSources;
}

export interface LocalApiOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Required where `host` is not loopback; where set, every request needs it. */
  readonly token?: string;
  /** Language of the texts for customers. */
  readonly locale: Locale;
}

/**
 * Serves the local API: sales, refunds, the cancel queue, status, events, metrics.
 *
 * `listening` is called once, with the error where the port cannot be opened (`busy`, `denied`, `absent`). Throws where a
 * host that others can reach has no token.
 */
export function createLocalApi(
  parts: LocalApiParts,
  listening: (error: HostError | undefined, api?: LocalApi) => void,
): void {
  const { options, http } = parts;
  if (options.token === undefined && !isLoopback(options.host)) {
    throw new Error(`the API on ${options.host} can be reached from outside: set API_TOKEN, or API_HOST=127.0.0.1`);
  }
  const { service, close } = createApiService(parts);
  http.listen(service.options, service.handler, (error, listener) => {
    if (listener === undefined) {
      close();
      return listening(error);
    }
    listening(undefined, {
      port: listener.port,
      close() {
        close();
        listener.close();
      },
    });
  });
}

function createApiService({ clock, random, kernel, options, about, sources }: LocalApiParts): {
  readonly service: Service;
  close(): void;
} {
  const { locale } = options;
  const status = () => presentStatus(kernel.state, sources, about.version, clock.wallMs());
  const saleView = (sale: Sale) => presentSale(kernel.state.book, sale, locale);
  const feed = createEventFeed({
    kernel,
    clock,
    epoch: Buffer.from(random.bytes(6)).toString('hex'),
    presentSale: saleView,
    presentReversal,
    presentStatus: status,
  });
  const metrics = createApiMetrics({
    kernel,
    sources,
    version: about.version,
    wallMs: () => clock.wallMs(),
    eventStreams: feed.count,
  });
  const unwatch = watchBook(kernel, [feed.watcher, metrics.watcher]);
  const book: BookRouteParts = {
    ask: createAskKernel(kernel, clock),
    inputs: createInputSchemas(kernel.state.policy.currency),
    views: {
      sale(saleId) {
        const sale = ownEntry(kernel.state.book.sales, saleId);
        return sale && saleView(sale);
      },
      reversal(reversalId) {
        const reversal = ownEntry(kernel.state.book.reversals, reversalId);
        return reversal && presentReversal(reversal);
      },
    },
    whyNoBook: () => (lacksJournal(kernel.state) ? notReadyError(readiness(kernel.state).reasons) : undefined),
  };
  const routes: readonly ApiRoute[] = [
    ...saleRoutes({
      ...book,
      saleOfOrder(orderId) {
        const sale = Object.values(kernel.state.book.sales).findLast((one) => one.orderId === orderId);
        return sale && saleView(sale);
      },
    }),
    ...reversalRoutes({
      ...book,
      reversals(all) {
        const { book } = kernel.state;
        return (all ? Object.values(book.reversals) : openReversals(book)).map(presentReversal);
      },
    }),
    ...watchRoutes({ status, openEvents: feed.open, metrics: metrics.render, openApi: document }),
  ];

  /* Made when it is first asked for, so that it does not delay the start. */
  let madeDocument: object | undefined;
  function document(): object {
    madeDocument ??= openApi(routes, API_CONTRACT, about.version, options.token !== undefined);
    return madeDocument;
  }

  return {
    service: createService({ ...options, contract: API_CONTRACT, routes, answered: metrics.answered }),
    close() {
      unwatch();
      feed.close();
    },
  };
}
