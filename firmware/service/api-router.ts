import type { ApiRoute, RouteParams } from './api-route.js';

export type RouteMatch =
  | { readonly kind: 'route'; readonly route: ApiRoute; readonly params: RouteParams; readonly query: string }
  | { readonly kind: 'unknownPath' }
  /** The path is served, but not for this method. */
  | { readonly kind: 'wrongMethod'; readonly allow: string };

export type ApiRouter = (method: string, target: string) => RouteMatch;

/** Finds the route of a request. Paths are compared as sent: nothing in ours needs percent-encoding. */
export function createApiRouter(routes: readonly ApiRoute[]): ApiRouter {
  const rows = routes.map((route) => ({ route, parts: route.path.split('/') }));
  return (method, target) => {
    const [path = '', ...query] = target.split('?');
    const parts = path.split('/');
    const matches = rows.flatMap(({ route, parts: template }) => {
      const params = match(template, parts);
      return params === undefined ? [] : [{ route, params }];
    });
    const found = matches.find(({ route }) => route.method === method);
    if (found !== undefined) return { kind: 'route', ...found, query: query.join('?') };
    if (matches.length === 0) return { kind: 'unknownPath' };
    return { kind: 'wrongMethod', allow: matches.map(({ route }) => route.method).join(', ') };
  };
}

function match(template: readonly string[], parts: readonly string[]): RouteParams | undefined {
  if (template.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of template.entries()) {
    const part = parts[index] ?? '';
    if (expected.startsWith('{')) params[expected.slice(1, -1)] = part;
    else if (expected !== part) return undefined;
  }
  return params;
}
