import { createHash, timingSafeEqual } from 'node:crypto';
import type { HttpRequestHead } from '../../drivers/host.js';
import { isLoopback } from '../../drivers/is-loopback.js';
import { type ApiError, apiError } from './api-error.js';
import type { ServiceContract } from './service-contract.js';

/** Why a request is refused by its headers; undefined where it is not. */
export type RequestGuard = (head: HttpRequestHead) => ApiError | undefined;

/** All interfaces: by which names others reach the machine is unknown here. */
const WILDCARDS: readonly string[] = ['', '0.0.0.0', '::', '[::]'];

/**
 * Refuses foreign web pages, and callers without the token.
 *
 * - `Host` has to be a loopback name or the bound host, or else a foreign page could have its own name resolve to
 *   127.0.0.1 and read the answers (DNS rebinding). Bound to all interfaces any name is accepted, because then the
 *   token, which such a page cannot know, keeps it out.
 * - `Origin`, which browsers send, has to be the service's own. Browsers leave it out where a page only reads, as with an
 *   image or a link; then `Sec-Fetch-Site` and `Referer` have to be the service's own.
 * - A configured token is required of every request, without exceptions.
 */
export function createRequestGuard(
  { name, tokenSetting, limits }: Pick<ServiceContract, 'name' | 'tokenSetting' | 'limits'>,
  host: string,
  token: string | undefined,
): RequestGuard {
  const anyName = WILDCARDS.includes(host);
  const bound = host.toLowerCase().replace(/^\[|\]$/g, '');
  const expected = token === undefined ? undefined : digest(token);

  function hostAllowed(header: string | undefined): boolean {
    const asked = hostName(header);
    if (asked === undefined) return false;
    return anyName || asked === bound || isLoopback(asked);
  }

  function tokenRight(header: string | undefined): boolean {
    if (expected === undefined) return true;
    const given = /^Bearer +([\x21-\x7e]+)$/i.exec(header ?? '')?.[1];
    return given !== undefined && timingSafeEqual(digest(given), expected);
  }

  return ({ headers, target }) => {
    if (!hostAllowed(headers.host)) {
      return apiError(403, 'hostNotAllowed', `address ${name} by a loopback name or the host it is bound to`);
    }
    if (!ofOwnPage(headers)) {
      return apiError(403, 'originNotAllowed', 'web pages of other origins may not use this API');
    }
    if (!tokenRight(headers.authorization)) {
      /* Phrased so that the redaction of logs takes nothing after Bearer for a token. */
      const message = `the header Authorization has to be Bearer and the token of ${tokenSetting}`;
      return { ...apiError(401, 'tokenNeeded', message), headers: { 'www-authenticate': 'Bearer' } };
    }
    if (target.length > limits.targetChars) return apiError(414, 'targetTooLong', 'the path and query are too long');
    return undefined;
  };
}

/** The name in a `Host` header, in lower case and without brackets and port. */
function hostName(header: string | undefined): string | undefined {
  const match = /^(?:\[([0-9a-f:.]+)\]|([a-z0-9._-]+))(?::\d{1,5})?$/i.exec(header ?? '');
  return (match?.[1] ?? match?.[2])?.toLowerCase();
}

function isOwnOrigin(origin: string, host: string | undefined): boolean {
  const own = origin.toLowerCase();
  const at = host?.toLowerCase();
  return own === `http://${at}` || own === `https://${at}`;
}

function ofOwnPage({ origin, referer, host, 'sec-fetch-site': site }: HttpRequestHead['headers']): boolean {
  if (origin !== undefined && !isOwnOrigin(origin, host)) return false;
  if (referer !== undefined && !isOwnOrigin(/^[a-z]+:\/\/[^/?#]*/i.exec(referer)?.[0] ?? '', host)) return false;
  /* `none`: a person typed the address. Another port of the same machine is `same-site`, and another's page. */
  return site === undefined || site === 'same-origin' || site === 'none';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
