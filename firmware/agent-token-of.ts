import type { Book } from '../flows/book.js';

/**
 * ISV mode: the token to act for the merchant. The one that came by notification is newer than the configured one, which
 * counts again once that has expired; an expired one is better than none, since only the acquirer knows.
 */
export function agentTokenOf(
  { agentToken: notified }: Pick<Book, 'agentToken'>,
  configured: string | undefined,
  wallMs: number,
): string | undefined {
  if (notified === undefined) return configured;
  const expired = notified.expiresAtWallMs !== undefined && notified.expiresAtWallMs <= wallMs;
  return expired ? (configured ?? notified.accessToken) : notified.accessToken;
}
