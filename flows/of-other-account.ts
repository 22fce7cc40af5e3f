import { agentMerchant, agentMerchantNames } from './agent-merchant.js';
import type { PaymentAccount } from './payment-account.js';
import { present } from './present.js';
import type { TerminalState } from './terminal-state.js';

type Configured = Pick<TerminalState, 'policy' | 'book'>;

/** The account with which payments are made now. */
export function presentAccount({ policy, book }: Configured): PaymentAccount {
  const { account, acquirer } = policy;
  return present({ account, acquirer, grantor: agentMerchant(policy, book) });
}

export function ofOtherAccount(state: Configured, payment: PaymentAccount): boolean {
  return otherAccountOf(state, payment) !== undefined;
}

/** How a payment's account differs from the present one. */
export type OtherAccount =
  | { readonly differs: 'account' }
  | { readonly differs: 'acquirer'; readonly madeAt: string; readonly asked: string }
  | { readonly differs: 'merchant'; readonly madeFor: string; readonly actsFor: string };

/** Why the terminal does not ask about a payment; undefined where it may. */
export function otherAccountOf({ policy, book }: Configured, payment: PaymentAccount): OtherAccount | undefined {
  if (payment.account !== undefined && payment.account !== policy.account) {
    return { differs: 'account' };
  }
  const acquirer = acquirerOf({ policy, book }, payment);
  if (acquirer !== policy.acquirer && !policy.movedFrom.includes(acquirer)) {
    return { differs: 'acquirer', madeAt: acquirer, asked: policy.acquirer };
  }
  const names = agentMerchantNames(policy, book);
  const [actsFor] = names;
  if (payment.grantor !== undefined && actsFor !== undefined && !names.includes(payment.grantor)) {
    return { differs: 'merchant', madeFor: payment.grantor, actsFor };
  }
  return undefined;
}

/** Old records name none: they count as made at the first acquirer that was recorded. */
function acquirerOf({ policy, book }: Configured, { acquirer }: PaymentAccount): string {
  return acquirer ?? book.firstAcquirer ?? policy.acquirer;
}
