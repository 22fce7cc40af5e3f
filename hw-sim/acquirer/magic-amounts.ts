import { type Fate, type LaterAnswer, type PaymentPlan, planForCode, silence, successPlan } from './payment-plan.js';
import { type InterfaceName, resultCodes, resultStatusOf } from './result-codes.js';

/** An amount with which a developer chooses an outcome. */
export interface MagicAmount {
  /** The last four digits of the amount in the smallest unit: 98.05, 198.05, … end with `9805`. */
  readonly ending: string;
  readonly meaning: string;
  readonly plan: PaymentPlan;
}

const always = Number.POSITIVE_INFINITY;
const prompt = { code: 'PAYMENT_IN_PROCESS' };
const pending: Fate = { kind: 'pending' };
const charged: Fate = { kind: 'succeeds', afterMs: 0 };
const afterPassword: Fate = { kind: 'succeeds', afterMs: 6_000 };

const ignored = (code: string, times: number): LaterAnswer => ({ answer: { code }, times, effect: 'none' });
const actedOn = (code: string, times: number): LaterAnswer => ({ answer: { code }, times, effect: 'done' });

/** 9901–9904 are those of Alipay's own 2020 test gateway; the others need more than one code. */
const stories: readonly Omit<MagicAmount, 'ending'>[] = [
  {
    meaning: 'pay answers UNKNOWN_EXCEPTION, but the money is charged',
    plan: { answer: { code: 'UNKNOWN_EXCEPTION' }, fate: charged },
  },
  { meaning: 'pay is never answered, but the money is charged', plan: { answer: { code: silence }, fate: charged } },
  {
    meaning: 'password prompt; every inquiry answers UNKNOWN_EXCEPTION; the money is charged after 6 s',
    plan: { answer: prompt, fate: afterPassword, later: { inquiryPayment: ignored('UNKNOWN_EXCEPTION', always) } },
  },
  {
    meaning: 'password prompt; no inquiry is answered; the money is charged after 6 s',
    plan: { answer: prompt, fate: afterPassword, later: { inquiryPayment: ignored(silence, always) } },
  },
  { meaning: 'password prompt, granted after 6 s', plan: { answer: prompt, fate: afterPassword } },
  {
    meaning: 'password prompt, refused after 6 s',
    plan: { answer: prompt, fate: { kind: 'fails', afterMs: 6_000, code: 'USER_PAYMENT_VERIFICATION_FAILED' } },
  },
  {
    meaning: 'password prompt that nobody answers, until the payment expires',
    plan: { answer: prompt, fate: pending },
  },
  {
    meaning: 'pay is never answered and never arrives',
    plan: { answer: { code: silence }, fate: { kind: 'notTaken' } },
  },
  {
    meaning: 'pay answers SYSTEM_ERROR, but the money is charged',
    plan: { answer: { code: 'SYSTEM_ERROR' }, fate: charged },
  },
  {
    meaning: 'the money is charged, but no answer shows it; the first cancels work but are not answered',
    plan: {
      answer: { code: silence },
      fate: charged,
      later: { inquiryPayment: ignored(silence, always), cancel: actedOn(silence, 3) },
    },
  },
  {
    meaning: 'the money is charged, but no answer shows it; no cancel is answered: the reversal stays in the queue',
    plan: {
      answer: { code: silence },
      fate: charged,
      later: { inquiryPayment: ignored(silence, always), cancel: ignored(silence, always) },
    },
  },
  {
    meaning: 'the money is charged, but no answer shows it at first; the cancellable period is over: refund',
    plan: {
      answer: { code: silence },
      fate: charged,
      later: { inquiryPayment: ignored(silence, 15), cancel: ignored('CANCEL_WINDOW_EXCEED', always) },
    },
  },
  {
    meaning: 'paid; a refund is in process for 10 s, then done',
    plan: { ...successPlan, refundFate: { kind: 'succeeds', afterMs: 10_000 } },
  },
  {
    meaning: 'paid; a refund is in process for 10 s, then fails',
    plan: { ...successPlan, refundFate: { kind: 'fails', afterMs: 10_000, code: 'MERCHANT_BALANCE_NOT_ENOUGH' } },
  },
  {
    meaning: 'pay answers an F code that is in no table',
    plan: {
      answer: { code: 'WALLET_ON_HOLIDAY', status: 'F' },
      fate: { kind: 'fails', afterMs: 0, code: 'WALLET_ON_HOLIDAY' },
    },
  },
  {
    meaning: 'pay answers a U code that is in no table; the money is charged after 6 s',
    plan: { answer: { code: 'WALLET_IS_THINKING', status: 'U' }, fate: afterPassword },
  },
];

/**
 * Amounts that choose an outcome, by their last four digits: 98nn the codes of pay, 97nn of inquiryPayment, 96nn of
 * cancel, 95nn of refund, 94nn of inquiryRefund, 99nn longer courses. nn starts at 01, so that no price without cents
 * has one. IDR, whose amounts end in 00, has none.
 */
export const magicAmounts: readonly MagicAmount[] = [
  ...number('99', stories),
  ...number(
    '98',
    codesOf('pay').map((code) => ({ meaning: `pay answers ${code}${aftermath(code)}`, plan: planForCode(code) })),
  ),
  ...number(
    '97',
    codesOf('inquiryPayment').map((code) => ({
      meaning: `password prompt, granted after 6 s; the first 3 inquiries answer ${code}`,
      plan: { answer: prompt, fate: afterPassword, later: { inquiryPayment: ignored(code, 3) } },
    })),
  ),
  ...number(
    '96',
    codesOf('cancel').map((code) => ({
      meaning: `password prompt that nobody answers; the first ${timesOf(code)} cancels answer ${code}`,
      plan: { answer: prompt, fate: pending, later: { cancel: ignored(code, timesOf(code)) } },
    })),
  ),
  ...number(
    '95',
    codesOf('refund').map((code) => ({
      meaning: `paid; the first ${timesOf(code)} refunds answer ${code}`,
      plan: { ...successPlan, later: { refund: ignored(code, timesOf(code)) } },
    })),
  ),
  ...number(
    '94',
    codesOf('inquiryRefund').map((code) => ({
      meaning: `paid; a refund is not answered, though done; the first 3 inquiries of it answer ${code}`,
      plan: { ...successPlan, later: { refund: actedOn(silence, 1), inquiryRefund: ignored(code, 3) } },
    })),
  ),
];

const byEnding = new Map(magicAmounts.map(({ ending, plan }) => [ending, plan]));

/** The plan that an amount (in the smallest unit) chooses, if any. */
export function magicPlan(value: string): PaymentPlan | undefined {
  return value.length < 4 ? undefined : byEnding.get(value.slice(-4));
}

function codesOf(name: InterfaceName): string[] {
  return Object.keys(resultCodes[name]).filter((code) => code !== 'SUCCESS');
}

/** Two failures are enough to see what follows. */
function timesOf(code: string): number {
  return resultStatusOf(code) === 'U' ? 3 : 2;
}

function aftermath(code: string): string {
  return resultStatusOf(code) === 'U' ? '; the money is charged after 5 s' : '';
}

function number(prefix: string, entries: readonly Omit<MagicAmount, 'ending'>[]): MagicAmount[] {
  return entries.map((entry, index) => ({ ending: `${prefix}${String(index + 1).padStart(2, '0')}`, ...entry }));
}
