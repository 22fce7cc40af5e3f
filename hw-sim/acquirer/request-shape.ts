/**
 * Checks the form of requests. It is stricter than the gateway on purpose: a terminal that passes here also passes there.
 * Sources: Alipay's interface pages (lengths, "all scalars are strings") and the checks of its in-store SDK.
 */
import { parseIsoTime } from './iso-time.js';

export interface Money {
  readonly currency: string;
  /** Integer in the smallest unit. */
  readonly value: string;
}

export interface PayOrder {
  readonly paymentRequestId: string;
  readonly amount: Money;
  readonly code: string;
  readonly notifyUrl: string | undefined;
  readonly expiresAtMs: number | undefined;
}

export interface PaymentReference {
  readonly paymentId: string | undefined;
  readonly paymentRequestId: string | undefined;
}

export interface RefundOrder {
  readonly refundRequestId: string;
  readonly paymentId: string;
  readonly amount: Money;
}

export interface RefundReference {
  readonly refundId: string | undefined;
  readonly refundRequestId: string | undefined;
}

/** The request, or the result code and the reason why it is wrong. */
export type Shaped<T> = { readonly order: T } | { readonly code: string; readonly reason: string };

type Json = Readonly<Record<string, unknown>>;

/** Currencies of Alipay's table, and MOP of its test data. */
const currencies = new Set(
  'JPY KRW CLP VND AUD BDT BRL CAD CNY EUR GBP HKD IDR MOP MXN MYR NZD PEN PHP PKR PLN SGD THB TWD USD'.split(' '),
);

export function shapePay(body: unknown): Shaped<PayOrder> {
  return shape(body, (check, root) => {
    check.constant(root, 'productCode', 'IN_STORE_PAYMENT');
    const paymentRequestId = check.text(root, 'paymentRequestId', 64);
    const amount = check.money(root, 'paymentAmount');
    const method = check.object(root, 'paymentMethod');
    check.constant(method, 'paymentMethodType', 'CONNECT_WALLET');
    const code = check.text(method, 'paymentMethodId', 128);
    const notifyUrl = check.optionalText(root, 'paymentNotifyUrl', 2_048);
    if (notifyUrl !== undefined && !/^https?:\/\/[^/\s]+/.test(notifyUrl)) check.fail('paymentNotifyUrl is no URL');

    const order = check.object(root, 'order');
    check.money(order, 'orderAmount');
    check.text(order, 'orderDescription', 256);
    check.text(order, 'referenceOrderId', 64);
    const merchant = check.object(order, 'merchant');
    check.text(merchant, 'referenceMerchantId', 64);
    check.text(merchant, 'merchantName', 256);
    check.mcc(merchant, 'merchantMCC');
    const store = check.object(merchant, 'store');
    check.text(store, 'referenceStoreId', 64);
    check.text(store, 'storeName', 256);
    check.mcc(store, 'storeMCC');
    const env = check.object(order, 'env');
    check.text(env, 'storeTerminalId', 64);
    check.time(env, 'storeTerminalRequestTime');

    if (root.paymentFactor !== undefined) {
      check.constant(check.object(root, 'paymentFactor'), 'inStorePaymentScenario', 'PaymentCode');
    }
    const expiresAtMs = root.paymentExpiryTime === undefined ? undefined : check.time(root, 'paymentExpiryTime');
    return { paymentRequestId, amount, code, notifyUrl, expiresAtMs };
  });
}

/** For inquiryPayment and cancel. */
export function shapePaymentReference(body: unknown): Shaped<PaymentReference> {
  return shape(body, (check, root) => {
    const paymentId = check.optionalText(root, 'paymentId', 64);
    const paymentRequestId = check.optionalText(root, 'paymentRequestId', 64);
    if (paymentId === undefined && paymentRequestId === undefined) check.fail('neither paymentId nor paymentRequestId');
    return { paymentId, paymentRequestId };
  });
}

export function shapeRefund(body: unknown): Shaped<RefundOrder> {
  return shape(body, (check, root) => {
    check.optionalText(root, 'referenceRefundId', 64);
    check.optionalText(root, 'refundReason', 256);
    return {
      refundRequestId: check.text(root, 'refundRequestId', 64),
      paymentId: check.text(root, 'paymentId', 64),
      amount: check.money(root, 'refundAmount'),
    };
  });
}

export function shapeRefundReference(body: unknown): Shaped<RefundReference> {
  return shape(body, (check, root) => {
    const refundId = check.optionalText(root, 'refundId', 64);
    const refundRequestId = check.optionalText(root, 'refundRequestId', 64);
    if (refundId === undefined && refundRequestId === undefined) check.fail('neither refundId nor refundRequestId');
    return { refundId, refundRequestId };
  });
}

function shape<T>(body: unknown, read: (check: Check, root: Json) => T): Shaped<T> {
  if (!isObject(body)) return { code: 'PARAM_ILLEGAL', reason: 'the body is no JSON object' };
  const check = createCheck();
  check.onlyText(body, '');
  const order = read(check, body);
  return check.first() ?? { order };
}

type Check = ReturnType<typeof createCheck>;

/** Keeps the first fault. The values that it returns after one mean nothing. */
function createCheck() {
  let fault: { code: string; reason: string } | undefined;
  const fail = (reason: string, code = 'PARAM_ILLEGAL') => {
    fault ??= { code, reason };
  };

  function onlyText(value: Json, path: string): void {
    for (const name of Object.keys(value)) {
      const child = value[name];
      if (typeof child === 'string') continue;
      if (isObject(child)) onlyText(child, `${path}${name}.`);
      else if (Array.isArray(child)) onlyText({ ...child }, `${path}${name}.`);
      else fail(`${path}${name} must be a string`);
    }
  }

  function text(parent: Json, name: string, maxLength: number): string {
    const value = parent[name];
    if (typeof value !== 'string' || value === '') fail(`${name} is missing`);
    else if (value.length > maxLength) fail(`${name} is longer than ${maxLength}`);
    else return value;
    return '';
  }

  function object(parent: Json, name: string): Json {
    const value = parent[name];
    if (isObject(value)) return value;
    fail(`${name} is missing`);
    return {};
  }

  return {
    fail,
    first: () => fault,
    onlyText,
    text,
    object,
    optionalText: (parent: Json, name: string, maxLength: number): string | undefined =>
      parent[name] === undefined ? undefined : text(parent, name, maxLength),
    constant(parent: Json, name: string, expected: string): void {
      if (parent[name] !== expected) fail(`${name} must be ${expected}`);
    },
    mcc(parent: Json, name: string): void {
      if (!/^\d{4}$/.test(text(parent, name, 4))) fail(`${name} must be 4 digits`);
    },
    time(parent: Json, name: string): number {
      const atMs = parseIsoTime(text(parent, name, 64));
      if (atMs === undefined) fail(`${name} must be an ISO 8601 time with seconds and offset`);
      return atMs ?? 0;
    },
    money(parent: Json, name: string): Money {
      const money = object(parent, name);
      const currency = text(money, 'currency', 3);
      const value = text(money, 'value', 16);
      if (!/^[1-9]\d*$/.test(value)) fail(`${name}.value must be an integer of the smallest unit`);
      else if (currency === 'IDR' && !value.endsWith('00')) fail(`${name}.value of IDR must end in 00`);
      if (!currencies.has(currency)) fail(`${name}.currency is not supported`, 'CURRENCY_NOT_SUPPORT');
      return { currency, value };
    },
  };
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
