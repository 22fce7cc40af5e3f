/**
 * The result codes of each interface of User-presented Mode Payment with their `resultStatus`, from Alipay's interface
 * pages and release notes. The tables published for the in-store product are incomplete; codes of the gateway in front
 * of it (`INVALID_CLIENT`, …) and those that other interfaces share are included, because a terminal may receive them.
 */
export const resultCodes = {
  pay: {
    SUCCESS: 'S',
    PAYMENT_IN_PROCESS: 'U',
    REQUEST_TRAFFIC_EXCEED_LIMIT: 'U',
    UNKNOWN_EXCEPTION: 'U',
    EXPIRED_CODE: 'F',
    INVALID_PAYMENT_CODE: 'F',
    USER_BALANCE_NOT_ENOUGH: 'F',
    USER_AMOUNT_EXCEED_LIMIT: 'F',
    PAYMENT_AMOUNT_EXCEED_LIMIT: 'F',
    PAYMENT_COUNT_EXCEED_LIMIT: 'F',
    USER_NOT_EXIST: 'F',
    USER_STATUS_ABNORMAL: 'F',
    USER_KYC_NOT_QUALIFIED: 'F',
    USER_PAYMENT_VERIFICATION_FAILED: 'F',
    NO_PAY_OPTIONS: 'F',
    PAYMENT_NOT_QUALIFIED: 'F',
    FRAUD_REJECT: 'F',
    RISK_REJECT: 'F',
    CURRENCY_NOT_SUPPORT: 'F',
    ORDER_IS_CANCELED: 'F',
    ORDER_IS_CLOSED: 'F',
    ORDER_STATUS_INVALID: 'F',
    REPEAT_REQ_INCONSISTENT: 'F',
    PROCESS_FAIL: 'F',
    SYSTEM_ERROR: 'F',
    PARAM_ILLEGAL: 'F',
    INVALID_SIGNATURE: 'F',
    KEY_NOT_FOUND: 'F',
    ACCESS_DENIED: 'F',
    INVALID_CONTRACT: 'F',
    INVALID_MERCHANT_STATUS: 'F',
    MERCHANT_KYB_NOT_QUALIFIED: 'F',
    MERCHANT_NOT_REGISTERED: 'F',
    NO_INTERFACE_DEF: 'F',
    BUSINESS_NOT_SUPPORT: 'F',
    INVALID_CLIENT: 'F',
    INVALID_TOKEN: 'F',
    MEDIA_TYPE_NOT_ACCEPTABLE: 'F',
    METHOD_NOT_SUPPORTED: 'F',
    REGULATION_RESTRICTION: 'F',
    UNAVAILABLE_PAYMENT_METHOD: 'F',
  },
  inquiryPayment: {
    SUCCESS: 'S',
    ORDER_NOT_EXIST: 'F',
    PROCESS_FAIL: 'F',
    PARAM_ILLEGAL: 'F',
    ACCESS_DENIED: 'F',
    SYSTEM_ERROR: 'F',
    INVALID_SIGNATURE: 'F',
    UNKNOWN_EXCEPTION: 'U',
    REQUEST_TRAFFIC_EXCEED_LIMIT: 'U',
  },
  cancel: {
    SUCCESS: 'S',
    CANCEL_WINDOW_EXCEED: 'F',
    ORDER_NOT_EXIST: 'F',
    ORDER_STATUS_INVALID: 'F',
    PROCESS_FAIL: 'F',
    CLIENT_INVALID: 'F',
    ACCESS_DENIED: 'F',
    PARAM_ILLEGAL: 'F',
    INVALID_SIGNATURE: 'F',
    UNKNOWN_EXCEPTION: 'U',
    REQUEST_TRAFFIC_EXCEED_LIMIT: 'U',
  },
  refund: {
    SUCCESS: 'S',
    MULTIPLE_REFUNDS_NOT_SUPPORTED: 'F',
    ORDER_IS_CANCELED: 'F',
    ACCESS_DENIED: 'F',
    REFUND_AMOUNT_EXCEED: 'F',
    REFUND_WINDOW_EXCEED: 'F',
    ORDER_NOT_EXIST: 'F',
    INVALID_MERCHANT_STATUS: 'F',
    ORDER_IS_CLOSED: 'F',
    REFUND_IN_PROCESS: 'U',
    REFUND_NOT_SUPPORTED: 'F',
    PARTIAL_REFUND_NOT_SUPPORTED: 'F',
    PARAM_ILLEGAL: 'F',
    PROCESS_FAIL: 'F',
    REPEAT_REQ_INCONSISTENT: 'F',
    RISK_REJECT: 'F',
    ORDER_STATUS_INVALID: 'F',
    MERCHANT_BALANCE_NOT_ENOUGH: 'F',
    UNKNOWN_EXCEPTION: 'U',
    REQUEST_TRAFFIC_EXCEED_LIMIT: 'U',
  },
  inquiryRefund: {
    SUCCESS: 'S',
    REFUND_NOT_EXIST: 'F',
    ORDER_NOT_EXIST: 'F',
    PARAM_ILLEGAL: 'F',
    UNKNOWN_EXCEPTION: 'U',
  },
} as const satisfies Record<string, Readonly<Record<string, ResultStatus>>>;

export type ResultStatus = 'S' | 'F' | 'U';
export type InterfaceName = keyof typeof resultCodes;
export const interfaceNames = ['pay', 'inquiryPayment', 'cancel', 'refund', 'inquiryRefund'] as const;

/** A code means the same status on every interface. */
const statuses = new Map<string, ResultStatus>(interfaceNames.flatMap((name) => Object.entries(resultCodes[name])));

/** The `resultStatus` that goes with a code, or undefined for a code that is in no table. */
export function resultStatusOf(code: string): ResultStatus | undefined {
  return statuses.get(code);
}

/** Codes that the gateway answers before it knows whose key to sign with: such replies carry no signature. */
export const unsignedCodes: ReadonlySet<string> = new Set([
  'INVALID_SIGNATURE',
  'KEY_NOT_FOUND',
  'CLIENT_INVALID',
  'INVALID_CLIENT',
  'NO_INTERFACE_DEF',
  'MEDIA_TYPE_NOT_ACCEPTABLE',
  'METHOD_NOT_SUPPORTED',
]);

/** Failures of the call, not of the payment: no payment is made. */
export const callFailureCodes: ReadonlySet<string> = new Set([
  ...unsignedCodes,
  'PARAM_ILLEGAL',
  'ACCESS_DENIED',
  'INVALID_CONTRACT',
  'INVALID_MERCHANT_STATUS',
  'MERCHANT_KYB_NOT_QUALIFIED',
  'MERCHANT_NOT_REGISTERED',
  'CURRENCY_NOT_SUPPORT',
  'BUSINESS_NOT_SUPPORT',
  'INVALID_TOKEN',
  'REGULATION_RESTRICTION',
  'UNAVAILABLE_PAYMENT_METHOD',
  'SYSTEM_ERROR',
  'ORDER_STATUS_INVALID',
  'REPEAT_REQ_INCONSISTENT',
]);

/** Failures after which the payment may have succeeded all the same: the terminal has to inquire. */
export const ambiguousFailureCodes: ReadonlySet<string> = new Set([
  'SYSTEM_ERROR',
  'ORDER_STATUS_INVALID',
  'REPEAT_REQ_INCONSISTENT',
]);
