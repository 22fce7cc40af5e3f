import { present } from './present.js';

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

/** Of whatever carries it, the account alone. */
export function accountOf({ account, acquirer, grantor }: PaymentAccount): PaymentAccount {
  return present({ account, acquirer, grantor });
}

/** ISV mode: what a token's notification names of the merchant who granted it. */
export interface TokenGrantor {
  readonly customerId?: string;
  readonly authClientId?: string;
}
