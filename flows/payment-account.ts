import { present } from './present.js';

/**
 * The account with which a payment is made at the acquirer. With another account it cannot be undone: asked to cancel it, the
 * acquirer finds no such payment of that account and answers that it is cancelled.
 */
export interface PaymentAccount {
  /** Client id and merchant id; missing in old records. */
  readonly account?: string;
  /** Where it was made: origin and path prefix of the acquirer; missing in old records. */
  readonly acquirer?: string;
  /** ISV mode: the merchant whose agent token the terminal had; missing where that was not known. */
  readonly grantor?: string;
}

/** Only the account's fields. */
export function accountOf({ account, acquirer, grantor }: PaymentAccount): PaymentAccount {
  return present({ account, acquirer, grantor });
}

/** ISV mode: the names of the merchant who granted a token, from its notification. */
export interface TokenGrantor {
  readonly customerId?: string;
  readonly authClientId?: string;
}
