import type { TextKey } from './customer-texts.js';
import { ownEntry } from './own-entry.js';

/**
 * Result codes of the acquirer. The decision always starts from the result status (S, F, U); a code only refines an F.
 * An F whose code is in no table gets the `OTHER_…` row. Sources: Alipay's best-practice page, the `pay`, `cancel`,
 * `refund` and inquiry interface pages, and the official SDK's behaviour.
 */
export interface PayRow {
  /**
   * `tryAgain`: this code or wallet did not work, another may. `declined`: the sale ends. `configuration`: ours or the
   * acquirer's set-up is wrong; the sale ends and the terminal is not ready. `inquire`: F, yet nothing is proven.
   */
  readonly action: 'tryAgain' | 'declined' | 'configuration' | 'inquire';
  /** What the customer reads then: with `tryAgain` it asks for another code, with `inquire` it tells that nothing is decided. */
  readonly text: TextKey;
  /** What the customer reads where the sale has ended with it: asks for no other code. */
  readonly endText: TextKey;
}

const tryAgain = (text: TextKey, endText: TextKey): PayRow => ({ action: 'tryAgain', text, endText });
const declined = (text: TextKey): PayRow => ({ action: 'declined', text, endText: text });
const CONFIGURATION: PayRow = { action: 'configuration', text: 'serviceUnavailable', endText: 'serviceUnavailable' };
const INQUIRE: PayRow = { action: 'inquire', text: 'checkingPayment', endText: 'declined' };

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
  /* Codes of a success and of an unknown result: an F with one of them contradicts itself. */
  SUCCESS: INQUIRE,
  PAYMENT_IN_PROCESS: { ...INQUIRE, text: 'confirmOnPhone' },
  UNKNOWN_EXCEPTION: INQUIRE,
  REQUEST_TRAFFIC_EXCEED_LIMIT: INQUIRE,
};

/** Our own word for a payment request of which not one byte left: nobody can have charged anything. */
export const NOT_SENT = 'NOT_SENT';
const NOT_SENT_ROW: PayRow = declined('notSent');

export function payRow(code: string): PayRow {
  return ownEntry(PAY_CODES, code) ?? OTHER_PAY_FAILURE;
}

/**
 * What follows when an inquiry found the payment to be failed or cancelled, with the result code of the payment where it
 * told one. Nothing was charged for certain, so the customer may pay again, unless the code says that it is no use.
 */
export function failedPaymentRow(paymentResultCode: string | undefined): PayRow {
  if (paymentResultCode === NOT_SENT) return NOT_SENT_ROW;
  const row = paymentResultCode === undefined ? undefined : ownEntry(PAY_CODES, paymentResultCode);
  return row === undefined || row.action === 'inquire' ? tryAgain('showNewCode', 'declined') : row;
}

/** What the customer reads of an attempt that surely failed with this code, while another code is waited for. */
export function failureText(code: string): TextKey {
  return failedPaymentRow(code).text;
}

/** The same where the sale has ended. */
export function declinedText(code: string): TextKey {
  return failedPaymentRow(code).endText;
}

/**
 * Whether an answer says that the customer's phone asks for a confirmation; `paymentStatus` is that of an inquiry. From
 * anything else, and from silence, nobody knows whether a phone asks for anything.
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
 * Whether a verified reply to `pay` makes the payment known. A bare U does not: the request may have
 * been turned away, and then the acquirer will say that it does not exist.
 */
export function makesKnown(reply: { readonly status: string; readonly code: string; readonly paymentId?: string }) {
  return reply.status === 'S' || reply.paymentId !== undefined || reply.code === 'PAYMENT_IN_PROCESS';
}

/** Codes that tell of wrong keys, client or contract: believed without a signature, because such replies come unsigned. */
export function isConfigurationCode(code: string): boolean {
  return (
    ownEntry(PAY_CODES, code)?.action === 'configuration' && code !== 'PARAM_ILLEGAL' && code !== 'CURRENCY_NOT_SUPPORT'
  );
}

/** Whether such a refusal of a payment may be about the words of that one order: the next order tells. */
export function mayBeTheOrder(code: string): boolean {
  return code === 'PARAM_ILLEGAL';
}

/**
 * Whether any other signed answer disproves such a refusal: the code is about who asks and not about what is asked. The
 * others are about the interface, the merchant or the contract, and only the same request tells that they are over.
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

/** What an F to an inquiry of a payment being made means: `again` proves nothing yet, `reverse` gives up. */
export type InquiryAction = 'again' | 'reverse';

export const INQUIRY_CODES: Readonly<Record<string, InquiryAction>> = {
  ORDER_NOT_EXIST: 'again',
};

export function inquiryAction(code: string): InquiryAction {
  return ownEntry(INQUIRY_CODES, code) ?? 'reverse';
}

/**
 * What an F to a cancel means: `absent` there is no such payment (yet); `refund` it cannot be cancelled any more: find out
 * what it is, and refund it where it is paid; `inquire` find out what it is; `again` retry later.
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
 * What an F to a refund means: `inquire` what became of it; `over` the payment is said to be cancelled, so that nothing
 * is owed: inquire the payment; `person` a person has to see to it, and it is tried on slowly; `hold` it failed for good, a
 * person may pay it back another way, and it is tried again only when one wants it.
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
