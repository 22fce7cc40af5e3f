import { agentMerchant, agentMerchantNames } from './agent-merchant.js';
import { present } from './present.js';
import type { TerminalState } from './terminal-state.js';

/**
 * With whom a payment is made at the acquirer: another one cannot undo it, and says that it did. Asked to cancel it, an
 * acquirer looks among the payments of that account, finds none and answers that it is cancelled.
 */
export interface PaymentAccount {
  /** Client id and merchant id; missing in old records. */
  readonly account?: string;
  /** Where it was made: origin and path prefix of the acquirer; missing in old records. */
  readonly acquirer?: string;
  /** ISV mode: the merchant whose agent token the terminal had; missing where that was not known. */
  readonly grantor?: string;
}

type Configured = Pick<TerminalState, 'policy' | 'book'>;

/** The account that payments are made with now. */
export function presentAccount({ policy, book }: Configured): PaymentAccount {
  const { account, acquirer } = policy;
  return present({ account, acquirer, grantor: agentMerchant(policy, book) });
}

/** Of whatever carries it, the account alone. */
export function accountOf({ account, acquirer, grantor }: PaymentAccount): PaymentAccount {
  return present({ account, acquirer, grantor });
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
