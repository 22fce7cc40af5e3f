import type { Violate } from './violate.js';

/**
 * ISV mode: once the terminal has acknowledged a token, no request is sent with an older one or without one, whatever
 * happened to the power. A token that the acquirer did not issue for this terminal and its merchant is never used or
 * acknowledged.
 */
export interface TokenRules {
  /** The acquirer issued a token. It notifies the terminal until the terminal acknowledges it. */
  tokenIssued(token: string): void;
  /** It issued one for another client, or of another merchant. */
  strangersTokenIssued(token: string): void;
  /** The acquirer received the acknowledgement. */
  tokenAcknowledged(token: string): void;
  /** The terminal sent a request. Header names are in lower case. */
  requestSent(headers: Readonly<Record<string, string>>): void;
}

export function createTokenRules(configured: string | undefined, violate: Violate): TokenRules {
  /** Oldest first. */
  const issued: string[] = configured === undefined ? [] : [configured];
  const strangers = new Set<string>();
  let newestAcknowledged = issued.length - 1;

  return {
    tokenIssued: (token) => void issued.push(token),
    strangersTokenIssued: (token) => void strangers.add(token),
    tokenAcknowledged(token) {
      if (strangers.has(token)) violate('rule 2, a token of another merchant is acknowledged', token);
      newestAcknowledged = Math.max(newestAcknowledged, issued.indexOf(token));
    },
    requestSent(headers) {
      const token = headers['agent-token'];
      if (token !== undefined && strangers.has(token)) violate('rule 2, a token of another merchant is used', token);
      else if (token !== undefined && !issued.includes(token)) violate('rule 2, an unknown token is used', token);
      else if ((token === undefined ? -1 : issued.indexOf(token)) < newestAcknowledged) {
        violate('an acknowledged agent token is forgotten', `${token} instead of ${issued[newestAcknowledged]}`);
      }
    },
  };
}
