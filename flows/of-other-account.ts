import { agentMerchant, agentMerchantNames } from './agent-merchant.js';
import type { PaymentAccount } from './payment-account.js';
import { present } from './present.js';
import type { TerminalState } from './terminal-state.js';

type Configured = Pick<TerminalState, 'policy' | 'book'>;

/** The account that payments are made with now. */
export function presentAccount({ policy, book }: Configured): PaymentAccount {
  const { account, acquirer } = policy;
  return present({ account, acquirer, grantor: agentMerchant(policy, book) });
}

export function ofOtherAccount(state: Configured, payment: PaymentAccount): boolean {
  return otherAccountWords(state, payment) !== undefined;
}

/** What keeps the terminal from asking about a payment, in words; undefined where nothing does. */
export function otherAccountWords({ policy, book }: Configured, payment: PaymentAccount): string | undefined {
  if (payment.account !== undefined && payment.account !== policy.account) {
    return 'the payment was made with another ALIPAY_CLIENT_ID or MERCHANT_ID than the terminal has now';
  }
  const acquirer = acquirerOf({ policy, book }, payment);
  if (acquirer !== policy.acquirer && !policy.movedFrom.includes(acquirer)) {
    return `the payment was made at ${acquirer}; the terminal asks ${policy.acquirer} now, and ACQUIRER_MOVED_FROM does not say that it moved`;
  }
  const names = agentMerchantNames(policy, book);
  if (payment.grantor !== undefined && names.length > 0 && !names.includes(payment.grantor)) {
    return `the payment was made for the merchant ${payment.grantor}, and the terminal acts for ${names[0]} now`;
  }
  return undefined;
}

/** Records that name none were made where the first start that recorded an acquirer found it. */
function acquirerOf({ policy, book }: Configured, { acquirer }: PaymentAccount): string {
  return acquirer ?? book.firstAcquirer ?? policy.acquirer;
}
