import type { Book } from './book.js';
import type { TokenGrantor } from './payment-account.js';
import type { Policy } from './policy.js';

type Pinning = Pick<Policy, 'agentMerchant'>;
type Granted = Pick<Book, 'agentToken'>;

/**
 * Whether a token may be used. It has to be of the configured merchant, where one is configured, and its names have to agree
 * with that merchant's first token. Otherwise another merchant would get the money.
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

/** A name that was missing before may be added later, but none may go missing. */
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
