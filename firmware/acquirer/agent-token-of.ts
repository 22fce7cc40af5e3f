import { isOfAgentMerchant } from '../../flows/agent-merchant.js';
import type { Book } from '../../flows/book.js';
import { present } from '../../flows/present.js';
import type { AcquirerConfig } from '../config/config.js';

/**
 * ISV mode: the token to act for the merchant. The one that came by notification is newer than the configured one, which
 * counts again once that has expired; an expired one is better than none, since only the acquirer knows. One of another
 * merchant than is configured now is never used.
 */
export function agentTokenOf(
  { agentToken: notified }: Pick<Book, 'agentToken'>,
  { agentToken: configured, agentMerchant }: Pick<AcquirerConfig, 'agentToken' | 'agentMerchant'>,
  wallMs: number,
): string | undefined {
  if (notified === undefined) return configured;
  const policy = present({ agentMerchant });
  if (!isOfAgentMerchant(policy, { agentToken: notified }, notified)) return configured;
  const expired = notified.expiresAtWallMs !== undefined && notified.expiresAtWallMs <= wallMs;
  return expired ? (configured ?? notified.accessToken) : notified.accessToken;
}
