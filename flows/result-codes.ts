import type { TextKey } from './customer-texts.js';
import { ownEntry } from './own-entry.js';

/**
 * What follows from a result code of `pay`. The result status (S, F, U) decides first; a code only says which F it is.
 * Sources of this file: Alipay's best-practice page, the `pay`, `cancel`, `refund` and inquiry interface pages, and the
 * behaviour of the official SDK.
 */
export interface PayRow {
  /**
   * `tryAgain`: another payment code or wallet may work. `declined`: the sale ends. `configuration`: our or the acquirer's
   * set-up is wrong; the sale ends and the terminal is not ready. `inquire`: this F does not prove that nothing was charged.
   */
  readonly action: 'tryAgain' | 'declined' | 'configuration' | 'inquire';
  /** What the customer reads then: with `tryAgain` a request for another code, with `inquire` that it is not decided. */
  readonly text: TextKey;
  /** What the customer reads where the sale ended with it. It asks for no other code. */
  readonly endText: TextKey;
}

const tryAgain = (text: TextKey, endText: TextKey): PayRow => ({ action: 'tryAgain', text, endText });
const declined = (text: TextKey): PayRow => ({ action: 'declined', text, endText: text });
const CONFIGURATION: PayRow = { action: 'configuration', text: 'serviceUnavailable', endText: 'serviceUnavailable' };
const INQUIRE: PayRow = { action: 'inquire', text: 'checkingPayment', endText: 'declined' };

/** For an F whose code is not in the table. */
export const OTHER_PAY_FAILURE: PayRow = declined('declined');

export const PAY_CODES: Readonly<Record<string, PayRow>> = {
  EXPIRED_CODE: tryAgain('codeExpired', 'declined'),
  INVALID_PAYMENT_CODE: tryAgain('codeInvalid', 'declined'),
  USER_BALANCE_NOT_ENOUGH: tryAgain('balanceTooLow', 'balanceNotEnough'),
  NO_PAY_OPTIONS: tryAgain('noWayToPay', 'walletNotAccepted'),
  USER_AMOUNT_EXCEED_LIMIT: tryAgain('limitReached', 'limitExceeded'),
  ORDER_IS_CANCELED: tryAgain('showNewCode', 'declined'),
  ORDER_IS_CLOSED: tryAgain('showNewCode', 'declined'),
  PAYMENT_AMOUNT_EXCEED_LIMIT: declined('amountTooHigh'),
  PAYMENT_COUNT_EXCEED_LIMIT: declined('tooManyPayments'),
  USER_NOT_EXIST: declined('contactWallet'),
  USER_STATUS_ABNORMAL: declined('contactWallet'),
  USER_KYC_NOT_QUALIFIED: declined('contactWallet'),
  USER_PAYMENT_VERIFICATION_FAILED: declined('notVerified'),
  PAYMENT_NOT_QUALIFIED: declined('declined'),
  FRAUD_REJECT: declined('declined'),
  RISK_REJECT: declined('declined'),
  REGULATION_RESTRICTION: declined('declined'),
  UNAVAILABLE_PAYMENT_METHOD: declined('walletNotAccepted'),
  PROCESS_FAIL: declined('declined'),
  CURRENCY_NOT_SUPPORT: CONFIGURATION,
  PARAM_ILLEGAL: CONFIGURATION,
  INVALID_SIGNATURE: CONFIGURATION,
  KEY_NOT_FOUND: CONFIGURATION,
  ACCESS_DENIED: CONFIGURATION,
  INVALID_CONTRACT: CONFIGURATION,
  INVALID_MERCHANT_STATUS: CONFIGURATION,
  MERCHANT_KYB_NOT_QUALIFIED: CONFIGURATION,
  MERCHANT_NOT_REGISTERED: CONFIGURATION,
  NO_INTERFACE_DEF: CONFIGURATION,
  BUSINESS_NOT_SUPPORT: CONFIGURATION,
  INVALID_CLIENT: CONFIGURATION,
  CLIENT_INVALID: CONFIGURATION,
  INVALID_TOKEN: CONFIGURATION,
  MEDIA_TYPE_NOT_ACCEPTABLE: CONFIGURATION,
  METHOD_NOT_SUPPORTED: CONFIGURATION,
  SYSTEM_ERROR: INQUIRE,
  ORDER_STATUS_INVALID: INQUIRE,
  REPEAT_REQ_INCONSISTENT: INQUIRE,
  /* These codes belong to S and U: an F with one of them contradicts itself. */
  SUCCESS: INQUIRE,
  PAYMENT_IN_PROCESS: { ...INQUIRE, text: 'confirmOnPhone' },
  UNKNOWN_EXCEPTION: INQUIRE,
  REQUEST_TRAFFIC_EXCEED_LIMIT: INQUIRE,
};

/** Our own code for a payment request that was not sent: nothing can have been charged. */
export const NOT_SENT = 'NOT_SENT';
const NOT_SENT_ROW: PayRow = declined('notSent');

export function payRow(code: string): PayRow {
  return ownEntry(PAY_CODES, code) ?? OTHER_PAY_FAILURE;
}

/**
 * What follows when an inquiry says that the payment failed or is cancelled, with the payment's result code if it has one.
 * Certainly nothing was charged, so the customer may pay again, unless the code shows that it would fail again.
 */
export function failedPaymentRow(paymentResultCode: string | undefined): PayRow {
  if (paymentResultCode === NOT_SENT) return NOT_SENT_ROW;
  const row = paymentResultCode === undefined ? undefined : ownEntry(PAY_CODES, paymentResultCode);
  return row === undefined || row.action === 'inquire' ? tryAgain('showNewCode', 'declined') : row;
}

/** What the customer reads about an attempt that failed with this code, while the sale waits for another payment code. */
export function failureText(code: string): TextKey {
  return failedPaymentRow(code).text;
}

/** The same where the sale has ended. */
export function declinedText(code: string): TextKey {
  return failedPaymentRow(code).endText;
}

/**
 * Whether an answer says that the customer's phone asks for a confirmation; `paymentStatus` is that of an inquiry. No other
 * answer shows that.
 */
export function promptsCustomer(answer: {
  readonly code: string;
  readonly paymentStatus?: string;
  readonly paymentResultCode?: string;
}): boolean {
  const { code, paymentStatus, paymentResultCode } = answer;
  return [code, paymentResultCode].includes('PAYMENT_IN_PROCESS') || paymentStatus === 'PROCESSING';
}

/**
 * Whether a verified reply to `pay` makes the payment known. A bare U does not: the request may have been rejected, and then
 * the acquirer will say that there is no such payment.
 */
export function makesKnown(reply: { readonly status: string; readonly code: string; readonly paymentId?: string }) {
  return reply.status === 'S' || reply.paymentId !== undefined || reply.code === 'PAYMENT_IN_PROCESS';
}

/** Codes for wrong keys, client or contract. They are believed without a signature, because such replies are unsigned. */
export function isConfigurationCode(code: string): boolean {
  return (
    ownEntry(PAY_CODES, code)?.action === 'configuration' && code !== 'PARAM_ILLEGAL' && code !== 'CURRENCY_NOT_SUPPORT'
  );
}

/** Whether the refusal may be about the text of that one order: the next order shows it. */
export function mayBeTheOrder(code: string): boolean {
  return code === 'PARAM_ILLEGAL';
}

/**
 * Whether any other signed answer disproves the refusal: the code is about who asks, not about what is asked. The other codes
 * are about the interface, the merchant or the contract, and only the same request shows that the refusal is over.
 */
export function disprovedByAny(code: string): boolean {
  return ABOUT_WHO_ASKS.has(code);
}

const ABOUT_WHO_ASKS: ReadonlySet<string> = new Set([
  'INVALID_SIGNATURE',
  'KEY_NOT_FOUND',
  'INVALID_CLIENT',
  'CLIENT_INVALID',
  'INVALID_TOKEN',
]);

/** What follows from an F to an inquiry of the open sale's payment: inquire again, or give up and reverse. */
export type InquiryAction = 'again' | 'reverse';

export const INQUIRY_CODES: Readonly<Record<string, InquiryAction>> = {
  ORDER_NOT_EXIST: 'again',
};

export function inquiryAction(code: string): InquiryAction {
  return ownEntry(INQUIRY_CODES, code) ?? 'reverse';
}

/**
 * What follows from an F to a cancel. `absent`: there is no such payment (yet). `refund`: it can no longer be cancelled;
 * inquire, and refund it where it is paid. `inquire`: inquire its state. `again`: retry later.
 */
export type CancelAction = 'absent' | 'refund' | 'inquire' | 'again';

export const CANCEL_CODES: Readonly<Record<string, CancelAction>> = {
  ORDER_NOT_EXIST: 'absent',
  CANCEL_WINDOW_EXCEED: 'refund',
  PROCESS_FAIL: 'refund',
  ORDER_STATUS_INVALID: 'inquire',
  ORDER_IS_CANCELED: 'inquire',
  ORDER_IS_CLOSED: 'inquire',
};

export function cancelAction(code: string): CancelAction {
  return ownEntry(CANCEL_CODES, code) ?? 'again';
}

/**
 * What follows from an F to a refund. `inquire`: inquire the refund. `over`: the acquirer says that the payment is cancelled;
 * inquire the payment. `person`: call a person, and retry slowly. `hold`: it failed for good; a person may pay it back another
 * way, or have it retried.
 */
export type RefundAction = 'inquire' | 'over' | 'person' | 'hold';

export const REFUND_CODES: Readonly<Record<string, RefundAction>> = {
  REFUND_IN_PROCESS: 'inquire',
  ORDER_IS_CANCELED: 'over',
  ORDER_IS_CLOSED: 'hold',
  ORDER_NOT_EXIST: 'person',
  ORDER_STATUS_INVALID: 'person',
  REFUND_AMOUNT_EXCEED: 'hold',
  REFUND_WINDOW_EXCEED: 'hold',
  REFUND_NOT_SUPPORTED: 'hold',
  PARTIAL_REFUND_NOT_SUPPORTED: 'hold',
  MULTIPLE_REFUNDS_NOT_SUPPORTED: 'hold',
  REPEAT_REQ_INCONSISTENT: 'person',
  RISK_REJECT: 'person',
  INVALID_MERCHANT_STATUS: 'person',
  PROCESS_FAIL: 'inquire',
  MERCHANT_BALANCE_NOT_ENOUGH: 'inquire',
};

export function refundAction(code: string): RefundAction {
  return ownEntry(REFUND_CODES, code) ?? 'inquire';
}
