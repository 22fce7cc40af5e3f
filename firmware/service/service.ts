import type { HttpHandler, HttpListenOptions, HttpRequestHead, HttpVerdict } from '../../drivers/host.js';
import { type ApiError, apiError, errorAnswer } from './api-error.js';
import { createApiReply } from './api-reply.js';
import type { ApiRoute, RouteCall } from './api-route.js';
import { createApiRouter, type RouteMatch } from './api-router.js';
import { readBody, readQuery } from './read-input.js';
import { createRequestGuard } from './request-guard.js';
import { listenOptions, type ServiceContract } from './service-contract.js';

export interface ServiceParts {
  readonly contract: ServiceContract;
  readonly routes: readonly ApiRoute[];
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** Where set, every request needs it. */
  readonly token?: string;
  /** Called with the status of each answer. `path` is that of the route, or `none`; never that of the request. */
  readonly answered: (method: string, path: string, status: number) => void;
}

/** What `HttpHost.listen` takes. */
export interface Service {
  readonly options: HttpListenOptions;
  readonly handler: HttpHandler;
}

/**
 * Serves a table of routes: guard, route and input are checked here, so that a handler gets only what its route declares.
 * The body of a request that is refused by its head is not read.
 */
export function createService({ contract, routes, host, port, token, answered }: ServiceParts): Service {
  const guard = createRequestGuard(contract, host, token);
  const match = createApiRouter(routes);

  const judge = (head: HttpRequestHead): HttpVerdict | undefined => {
    const error = guard(head) ?? whyNoRoute(match(head.method, head.target));
    if (error === undefined) return undefined;
    answered(head.method, 'none', error.status);
    return { status: error.status, ...errorAnswer(error) };
  };

  const handler: HttpHandler = (request, response) => {
    const { method, target } = request;
    const found = match(method, target);
    if (found.kind !== 'route') throw new Error('a request without a route was not refused');
    const { route } = found;
    const reply = createApiReply(response, (status) => answered(method, route.path, status));
    const call = checkedCall(found, request);
    if ('error' in call) reply.error(call.error);
    else route.handle(call, reply);
  };

  function checkedCall(
    { route, params, query: queryText }: Extract<RouteMatch, { kind: 'route' }>,
    request: Parameters<HttpHandler>[0],
  ): RouteCall<unknown, unknown> | { readonly error: ApiError } {
    const error = route.whyNot?.();
    if (error !== undefined) return { error };
    const wrongId = Object.keys(params).find((name) => !contract.idPattern.test(params[name] ?? ''));
    if (wrongId !== undefined) return { error: apiError(404, 'notFound', `there is no such ${wrongId}`) };
    const query = readQuery(route.query, queryText);
    if ('error' in query) return query;
    const body = readBody(route.body, request);
    if ('error' in body) return body;
    return { params, query: query.output, body: body.output, headers: request.headers };
  }

  return { options: { host, port, ...listenOptions(contract.limits), judge }, handler };
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
