import type { Book } from './book.js';
import type { TokenGrantor } from './payment-account.js';
import type { Policy } from './policy.js';

type Pinning = Pick<Policy, 'agentMerchant'>;
type Granted = Pick<Book, 'agentToken'>;

/**
 * Whether a token may be used: it is of the configured merchant, where one is configured, and by all its names the same as
 * that merchant's first. With another merchant's token that one would get the takings.
 */
export function isOfAgentMerchant(
  { agentMerchant: pinned }: Pinning,
  { agentToken }: Granted,
  token: TokenGrantor,
): boolean {
  if (pinned !== undefined && !isNamed(token, pinned)) return false;
  const known = agentToken !== undefined && (pinned === undefined || isNamed(agentToken, pinned));
  return !known || agrees(agentToken, token);
}

/** What was not told before may be told later, and not the other way round. */
function agrees(before: TokenGrantor, { customerId, authClientId }: TokenGrantor): boolean {
  return (
    (before.customerId === undefined || before.customerId === customerId) &&
    (before.authClientId === undefined || before.authClientId === authClientId)
  );
}

function isNamed({ customerId, authClientId }: TokenGrantor, name: string): boolean {
  return customerId === name || authClientId === name;
}

/** The names of the merchant that the terminal acts for, the best known first; empty where none is known. */
export function agentMerchantNames({ agentMerchant: pinned }: Pinning, { agentToken }: Granted): readonly string[] {
  const counts = agentToken !== undefined && (pinned === undefined || isNamed(agentToken, pinned));
  const told: TokenGrantor = counts ? agentToken : {};
  return [pinned, told.customerId, told.authClientId].filter((name) => name !== undefined);
}

export function agentMerchant(policy: Pinning, book: Granted): string | undefined {
  return agentMerchantNames(policy, book)[0];
}
