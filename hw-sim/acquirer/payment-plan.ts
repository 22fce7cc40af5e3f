import {
  ambiguousFailureCodes,
  callFailureCodes,
  type InterfaceName,
  type ResultStatus,
  resultStatusOf,
} from './result-codes.js';

/** No reply at all, instead of a result code. */
export const silence = 'SILENCE';

/** The answer to a call: a result code or `SILENCE`. `status` is needed only for codes that are in no table. */
export interface PlannedAnswer {
  readonly code: string;
  readonly status?: ResultStatus;
}

/** What happens to a payment or refund, whatever the answer to the call was. Delays count from the request. */
export type Fate =
  | { readonly kind: 'succeeds'; readonly afterMs: number }
  | { readonly kind: 'fails'; readonly afterMs: number; readonly code: string }
  /** The customer never enters the password: the payment fails when it expires. */
  | { readonly kind: 'pending' }
  /** The request leaves no trace, as if it had not arrived. */
  | { readonly kind: 'notTaken' };

/** The answer to the first `times` requests of a later call about the payment; `effect`: whether the call is carried out. */
export interface LaterAnswer {
  readonly answer: PlannedAnswer;
  readonly times: number;
  readonly effect: 'done' | 'none';
}

/** How the acquirer treats one payment. */
export interface PaymentPlan {
  readonly answer: PlannedAnswer;
  readonly fate: Fate;
  readonly refundFate?: Fate;
  readonly later?: { readonly [Name in Exclude<InterfaceName, 'pay'>]?: LaterAnswer };
}

const immediately = { kind: 'succeeds', afterMs: 0 } as const;
export const successPlan: PaymentPlan = { answer: { code: 'SUCCESS' }, fate: immediately };

/**
 * The usual plan behind a pay's result code: S charges, U is a password prompt that is granted after `afterMs`, F fails
 * the payment or, for failures of the call, leaves no trace.
 */
export function planForCode(code: string, afterMs = 5_000): PaymentPlan {
  const answer = { code };
  switch (resultStatusOf(code)) {
    case 'S':
      return successPlan;
    case 'U':
      return { answer, fate: { kind: 'succeeds', afterMs } };
    case 'F':
    case undefined:
      return callFailureCodes.has(code)
        ? { answer, fate: { kind: 'notTaken' } }
        : { answer, fate: { kind: 'fails', afterMs: 0, code } };
  }
}

/** The status of a planned answer; `SILENCE` counts as unknown. Throws for an unknown code without a status. */
export function statusOf(answer: PlannedAnswer): ResultStatus {
  const status = answer.code === silence ? 'U' : (answer.status ?? resultStatusOf(answer.code));
  if (status === undefined) throw new Error(`result code ${answer.code} is in no table: give its status`);
  return status;
}

/**
 * Throws where a plan would make the acquirer lie: S for what did not happen, or a definite F for what did. The oracle would
 * blame the terminal for it. Wrong replies are faults, not plans.
 */
export function checkPlan(plan: PaymentPlan): void {
  const status = statusOf(plan.answer);
  const { fate } = plan;
  if (status === 'S' && !(fate.kind === 'succeeds' && fate.afterMs === 0)) {
    throw new Error('a pay that is answered S must succeed at once');
  }
  if (
    status === 'F' &&
    !ambiguousFailureCodes.has(plan.answer.code) &&
    fate.kind !== 'fails' &&
    fate.kind !== 'notTaken'
  ) {
    throw new Error(`a pay that is answered ${plan.answer.code} must not be charged`);
  }
  for (const [name, interference] of Object.entries(plan.later ?? {})) {
    if (interference === undefined) continue;
    const later = statusOf(interference.answer);
    if (later === 'S') throw new Error(`${name}: S cannot be planned, it is what the ledger says`);
    if (later === 'F' && interference.effect === 'done' && name !== 'inquiryPayment' && name !== 'inquiryRefund') {
      throw new Error(`${name}: a call that is answered ${interference.answer.code} must have no effect`);
    }
  }
}
