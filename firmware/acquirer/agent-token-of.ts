import { isOfAgentMerchant } from '../../flows/agent-merchant.js';
import type { Book } from '../../flows/book.js';
import { present } from '../../flows/present.js';
import type { AcquirerConfig } from '../config/config.js';

/**
 * ISV mode: the token with which we act for the merchant. One from a notification is newer than the configured one, so it is
 * used until it expires. An expired one is better than none, since only the acquirer knows whether it still works. A token of
 * another merchant than the configured one is never used.
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
