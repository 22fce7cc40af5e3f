import { ownEntry } from './own-entry.js';

/**
 * What a result code means for the operator, and what to do: one row for each code, for all interfaces. Customers never read
 * it. Sources: Alipay's interface pages; the last rows are codes of the terminal's own.
 */
export const OPERATOR_TEXTS: Readonly<Record<string, string>> = {
  EXPIRED_CODE: 'the payment code was too old; nothing to do',
  INVALID_PAYMENT_CODE: 'the wallet does not take this code here; if it is often, ask Alipay which wallets are enabled',
  USER_BALANCE_NOT_ENOUGH: 'the customer did not have enough money; nothing to do',
  NO_PAY_OPTIONS: 'the wallet has no suitable way to pay; nothing to do',
  USER_AMOUNT_EXCEED_LIMIT: "the customer's own limit; nothing to do",
  ORDER_IS_CANCELED:
    'the payment request is cancelled; nothing to do: where money has to go back, the terminal inquires by itself',
  ORDER_IS_CLOSED:
    'the payment request is closed; nothing to do for a payment or a cancel; for a refund: ask Alipay technical support',
  PAYMENT_AMOUNT_EXCEED_LIMIT: 'above the limit of the contract; raise it or sell for less',
  PAYMENT_COUNT_EXCEED_LIMIT: 'too many payments of this customer; nothing to do',
  USER_NOT_EXIST: "the wallet's account does not exist; nothing to do",
  USER_STATUS_ABNORMAL: "the wallet's account is blocked; nothing to do",
  USER_KYC_NOT_QUALIFIED: 'the customer has to prove who they are to the wallet; nothing to do',
  USER_PAYMENT_VERIFICATION_FAILED: 'the customer did not pass the password or another check; nothing to do',
  PAYMENT_NOT_QUALIFIED: 'merchant or payment is not qualified; ask Alipay technical support',
  FRAUD_REJECT: 'refused for risk; nothing to do',
  RISK_REJECT: 'refused for risk; nothing to do for a payment; for a refund: ask Alipay technical support',
  REGULATION_RESTRICTION: 'forbidden by regulation; ask Alipay technical support if it is often',
  UNAVAILABLE_PAYMENT_METHOD: 'this wallet is not available here; check the contract',
  PROCESS_FAIL: 'refused without a reason; ask Alipay technical support if it is often',
  CURRENCY_NOT_SUPPORT: 'check CURRENCY and SETTLEMENT_CURRENCY against the contract',
  PARAM_ILLEGAL: 'a field was refused; check the merchant and store variables, then report it as a defect',
  INVALID_SIGNATURE:
    'upload our public key to the dashboard, or correct ALIPAY_PRIVATE_KEY; `tillbox check` shows which',
  KEY_NOT_FOUND: 'upload our public key to the dashboard',
  ACCESS_DENIED: 'check the contract and, acting for a merchant, ALIPAY_AGENT_TOKEN',
  INVALID_CONTRACT: 'the contract does not cover this; ask Alipay',
  INVALID_MERCHANT_STATUS: 'the merchant is not active; ask Alipay',
  MERCHANT_KYB_NOT_QUALIFIED: 'the merchant has to be verified; see the dashboard',
  MERCHANT_NOT_REGISTERED: 'register the merchant and store, or correct MERCHANT_ID and STORE_ID',
  NO_INTERFACE_DEF: 'check ACQUIRER_URL and ACQUIRER_PATH_PREFIX',
  BUSINESS_NOT_SUPPORT: 'the contract does not cover this business; ask Alipay',
  INVALID_CLIENT: 'check ALIPAY_CLIENT_ID and that ACQUIRER_URL is its region',
  CLIENT_INVALID: 'check ALIPAY_CLIENT_ID and that ACQUIRER_URL is its region',
  INVALID_TOKEN: 'have the merchant authorise again, or correct ALIPAY_AGENT_TOKEN',
  MEDIA_TYPE_NOT_ACCEPTABLE: 'something between terminal and Alipay changes requests; check proxies and ACQUIRER_URL',
  METHOD_NOT_SUPPORTED: 'something between terminal and Alipay changes requests; check proxies and ACQUIRER_URL',
  SYSTEM_ERROR: "a failure on Alipay's side; ask Alipay technical support if it stays",
  SUCCESS: 'done; nothing to do',
  PAYMENT_IN_PROCESS: 'the customer has yet to confirm; wait',
  UNKNOWN_EXCEPTION: "a failure on Alipay's side; ask Alipay technical support if it stays",
  REQUEST_TRAFFIC_EXCEED_LIMIT: 'too many requests at once; ask Alipay to raise the limit if it is often',
  ORDER_STATUS_INVALID: 'the state of the payment does not allow this; ask Alipay technical support about it',
  REPEAT_REQ_INCONSISTENT: 'the same request id came with other values; report it as a defect',
  ORDER_NOT_EXIST: 'Alipay does not know the payment; ask Alipay technical support before settling it',
  CANCEL_WINDOW_EXCEED: 'the cancellable period is over: the money goes back as a refund; nothing to do',
  REFUND_IN_PROCESS: 'the refund is under way; wait',
  REFUND_AMOUNT_EXCEED:
    'more than is left of the payment; see the dashboard for refunds made elsewhere, then settle it',
  REFUND_WINDOW_EXCEED: 'too old for a refund; settle it first, then pay the customer back another way',
  REFUND_NOT_SUPPORTED: 'this wallet accepts no refunds; settle it first, then pay the customer back another way',
  PARTIAL_REFUND_NOT_SUPPORTED: 'this wallet accepts whole refunds only; settle this one and refund the whole',
  MULTIPLE_REFUNDS_NOT_SUPPORTED:
    'this wallet accepts one refund for each payment; settle it first, then pay the rest back another way',
  MERCHANT_BALANCE_NOT_ENOUGH: "top up the merchant's account; the terminal keeps retrying",

  FAIL: 'the payment failed for a reason that Alipay does not give; nothing to do',
  CANCELLED: 'the payment was cancelled; nothing to do',
  PROCESSING: 'Alipay has not finished it; wait, and ask Alipay technical support if it stays',
  NOT_SENT: 'there was no connection: the request never left, and nothing was charged; check the network',
  NO_ANSWER: 'the acquirer gave no valid answer; check the network, then ask Alipay technical support',
  OTHER_ACCOUNT:
    'made with another ALIPAY_CLIENT_ID, MERCHANT_ID, ACQUIRER_URL, ACQUIRER_PATH_PREFIX or ALIPAY_AGENT_MERCHANT: start the terminal with those once more, declare a move with ACQUIRER_MOVED_FROM, or settle it first, then give the money back another way',
  AMOUNT_DIFFERS:
    'Alipay says that another amount was refunded; compare with the dashboard, settle it first, then give back what is missing',
  NO_PAYMENT_ID: 'Alipay does not give the id of the payment; ask Alipay technical support',
  REFUND_FAILED:
    'Alipay accepted the refund, and it failed; settle it first, then pay the customer back another way, or retry it, which asks for a new refund',
};

/** The text of a code; for a code without one, whom to ask. */
export function operatorText(code: string): string {
  return ownEntry(OPERATOR_TEXTS, code) ?? 'ask Alipay technical support, with the paymentRequestId';
}
