import { retryAfterChange } from './acquirer-watch.js';
import { isOfAgentMerchant } from './agent-merchant.js';
import type { Event } from './input.js';
import type { TokenGrantor } from './payment-account.js';
import { present } from './present.js';
import type { TerminalState } from './terminal-state.js';
import type { Turn } from './turn.js';

type NotifiedToken = Extract<Event, { type: 'agentTokenNotified' }>;

/** Why a token is not accepted, whatever its age; undefined where it may be. */
export function tokenRefusal(
  { policy, book }: Pick<TerminalState, 'policy' | 'book'>,
  token: TokenGrantor & { readonly clientId?: string },
): string | undefined {
  const { clientId, customerId, authClientId } = token;
  if (clientId !== undefined && clientId !== policy.clientId) return `it is for the client ${clientId}`;
  if (isOfAgentMerchant(policy, book, token)) return undefined;
  return `it is of another merchant: customerId ${customerId ?? 'absent'}, authClientId ${authClientId ?? 'absent'}`;
}

/** Notifications are repeated until they are acknowledged, and may be replayed: only a newer token is accepted. */
export function onAgentToken(turn: Turn, token: NotifiedToken): void {
  const { accessToken, expiresAtWallMs, issuedAtWallMs, customerId, authClientId } = token;
  const refusal = tokenRefusal(turn, token);
  if (refusal !== undefined) {
    turn.alarm('agentTokenRefused', refusal);
    return turn.ignore(`agent token refused: ${refusal}`);
  }
  const { agentToken } = turn.book;
  /* The age of a token of another merchant, who was configured before, says nothing about this one. */
  const known =
    agentToken !== undefined && isOfAgentMerchant(turn.policy, turn.book, agentToken) ? agentToken : undefined;
  if (known?.accessToken === accessToken && known.expiresAtWallMs === expiresAtWallMs) {
    return turn.ignore('the agent token is known');
  }
  const older = known?.issuedAtWallMs !== undefined && (issuedAtWallMs ?? 0) <= known.issuedAtWallMs;
  if (older) return turn.ignore('an older agent token');
  turn.record({
    type: 'agentTokenReceived',
    accessToken,
    ...present({ issuedAtWallMs, expiresAtWallMs, customerId, authClientId }),
  });
  retryAfterChange(turn);
}
