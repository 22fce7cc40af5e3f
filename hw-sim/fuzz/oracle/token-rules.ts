import type { Violate } from './violate.js';

/**
 * ISV mode: once the terminal has acknowledged a token, no request leaves with an older one, nor without, whatever
 * happened to the power; and no token is ever used, or acknowledged, that the acquirer did not issue for this terminal
 * and its merchant.
 */
export interface TokenRules {
  /** The acquirer made a token; it will notify the terminal until that acknowledges it. */
  tokenIssued(token: string): void;
  /** The same for another terminal's client, or by another merchant. */
  strangersTokenIssued(token: string): void;
  /** The acquirer received the acknowledgement. */
  tokenAcknowledged(token: string): void;
  /** A request left the terminal. Header names in lower case. */
  requestLeft(headers: Readonly<Record<string, string>>): void;
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
    requestLeft(headers) {
      const token = headers['agent-token'];
      if (token !== undefined && strangers.has(token)) violate('rule 2, a token of another merchant is used', token);
      else if (token !== undefined && !issued.includes(token)) violate('rule 2, a token of nobody is used', token);
      else if ((token === undefined ? -1 : issued.indexOf(token)) < newestAcknowledged) {
        violate('an acknowledged agent token is forgotten', `${token} instead of ${issued[newestAcknowledged]}`);
      }
    },
  };
}
