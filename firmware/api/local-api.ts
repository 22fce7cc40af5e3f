import type {
  Clock,
  HostError,
  HttpHandler,
  HttpHost,
  HttpRequestHead,
  HttpVerdict,
  Random,
} from '../../drivers/host.js';
import { isLoopback } from '../../drivers/is-loopback.js';
import { openReversals } from '../../flows/book.js';
import type { Locale } from '../../flows/customer-texts.js';
import { ownEntry } from '../../flows/own-entry.js';
import { lacksJournal, readiness } from '../../flows/readiness.js';
import type { Kernel } from '../kernel.js';
import { type ApiError, apiError, notReadyError } from '../service/api-error.js';
import { API_LISTENING } from '../service/api-listening.js';
import { createApiReply, wordError } from '../service/api-reply.js';
import type { ApiRoute } from '../service/api-route.js';
import { createApiRouter, type RouteMatch } from '../service/api-router.js';
import { openApi } from '../service/open-api.js';
import { createRequestGuard } from '../service/request-guard.js';
import { createApiMetrics } from './api-metrics.js';
import { createAskKernel } from './ask-kernel.js';
import { createEventFeed } from './event-feed.js';
import { createInputSchemas } from './input-schemas.js';
import { presentReversal } from './present-reversal.js';
import { presentSale } from './present-sale.js';
import { presentStatus } from './present-status.js';
import { reversalRoutes } from './reversal-routes.js';
import { saleRoutes } from './sale-routes.js';
import type { StatusSources } from './status-sources.js';
import { watchBook } from './watch-book.js';
import { watchRoutes } from './watch-routes.js';

export interface LocalApi {
  /** The bound port. */
  readonly port: number;
  /** Takes no more requests and ends the event streams. */
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
  /** Of the texts for customers. */
  readonly locale: Locale;
}

/**
 * Serves the local API: sales, refunds, the cancel queue, status, events, metrics.
 *
 * `listening` is called once, with the error where the port cannot be had (`busy`, `denied`, `absent`). Throws where a
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
  const { judge, handler, close } = createApiHandler(parts);
  http.listen({ host: options.host, port: options.port, ...API_LISTENING, judge }, handler, (error, listener) => {
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

function createApiHandler({ clock, random, kernel, options, about, sources }: LocalApiParts) {
  const { locale, token } = options;
  const status = () => presentStatus(kernel.state, sources, about.version, clock.wallMs());
  const feed = createEventFeed({
    kernel,
    clock,
    epoch: Buffer.from(random.bytes(6)).toString('hex'),
    presentSale: (sale) => presentSale(kernel.state.book, sale, locale),
    presentReversal,
    presentStatus: status,
  });
  const metrics = createApiMetrics({
    kernel,
    sources,
    version: about.version,
    wallMs: () => clock.wallMs(),
    eventStreams: feed.streams,
  });
  const unwatch = watchBook(kernel, [feed.watcher, metrics.watcher]);
  const routes = routeTable();
  /** Made when somebody asks: few do, and a box that starts has other things to do. */
  let contract: object | undefined;
  const guard = createRequestGuard(options.host, token);
  const match = createApiRouter(routes);

  function routeTable(): ApiRoute[] {
    const ask = createAskKernel(kernel, clock);
    const inputs = createInputSchemas(kernel.state.policy.currency);
    const views = {
      sale: (saleId: string) => {
        const sale = ownEntry(kernel.state.book.sales, saleId);
        return sale === undefined ? undefined : presentSale(kernel.state.book, sale, locale);
      },
      reversal: (reversalId: string) => {
        const reversal = ownEntry(kernel.state.book.reversals, reversalId);
        return reversal === undefined ? undefined : presentReversal(reversal);
      },
    };
    const saleOfOrder = (orderId: string) => {
      const sale = Object.values(kernel.state.book.sales).findLast((one) => one.orderId === orderId);
      return sale === undefined ? undefined : presentSale(kernel.state.book, sale, locale);
    };
    const reversals = (all: boolean) => {
      const { book } = kernel.state;
      return (all ? Object.values(book.reversals) : openReversals(book)).map(presentReversal);
    };
    return [
      ...saleRoutes({ ask, inputs, views, saleOfOrder }),
      ...reversalRoutes({ ask, inputs, views, reversals }),
      ...watchRoutes({ status, openEvents: feed.open, metrics: metrics.render, openApi: document }),
    ];
  }

  function document(): object {
    contract ??= openApi(routes, about.version, token !== undefined);
    return contract;
  }

  const judge = (head: HttpRequestHead): HttpVerdict | undefined => {
    const error = guard(head) ?? whyNoRoute(match(head.method, head.target));
    if (error === undefined) return undefined;
    metrics.answered(head.method, 'none', error.status);
    return { status: error.status, ...wordError(error) };
  };

  const handler: HttpHandler = (request, response) => {
    const { method, target } = request;
    const found = match(method, target);
    if (found.kind !== 'route') throw new Error('a request without a route was not turned away');
    const { route, params, query } = found;
    const reply = createApiReply(response, (answerStatus) => metrics.answered(method, route.path, answerStatus));
    if (route.ofBook && lacksJournal(kernel.state)) return reply.error(notReadyError(readiness(kernel.state).reasons));
    route.serve(params, query, request, reply);
  };

  return {
    judge,
    handler,
    close() {
      unwatch();
      feed.close();
    },
  };
}

function whyNoRoute(found: RouteMatch): ApiError | undefined {
  switch (found.kind) {
    case 'route':
      return undefined;
    case 'wrongMethod': {
      const error = apiError(405, 'wrongMethod', `this path takes ${found.allow}`);
      return { ...error, headers: { allow: found.allow } };
    }
    case 'unknownPath':
      return apiError(404, 'unknownPath', 'there is nothing at this path; see /openapi.json');
  }
}
