/**
 * True for a payment that was made with another account at the acquirer than is configured now. Asked to cancel it, the
 * acquirer would look among the payments of the present account, find none and say that it is cancelled.
 */
export function ofOtherAccount(policy: { readonly account: string }, payment: { readonly account?: string }): boolean {
  return payment.account !== undefined && payment.account !== policy.account;
}
