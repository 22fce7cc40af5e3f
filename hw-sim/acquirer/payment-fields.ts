import { formatIsoTime } from './iso-time.js';
import type { Payment } from './ledger.js';

/**
 * The fields of a payment that succeeded, in a pay reply, an inquiry and a notification. As at Alipay, some of them are
 * not strings, the wallet's amount differs from the merchant's where currencies do, and settlement fields are absent.
 */
export function paymentFields(payment: Payment): Record<string, unknown> {
  const { amount } = payment;
  const foreign = amount.currency !== 'CNY';
  return {
    paymentRequestId: payment.paymentRequestId,
    paymentId: payment.paymentId,
    paymentAmount: amount,
    actualPaymentAmount: foreign ? { currency: 'CNY', value: walletValue(amount.value) } : amount,
    ...(foreign
      ? { paymentQuote: { guaranteed: true, quoteCurrencyPair: `${amount.currency}/CNY`, quotePrice: 0.88 } }
      : {}),
    paymentCreateTime: formatIsoTime(payment.createdAtMs),
    ...(payment.chargedAtMs === undefined ? {} : { paymentTime: formatIsoTime(payment.chargedAtMs) }),
    pspCustomerInfo: { pspName: 'ALIPAY_CN', pspCustomerId: '2088102177846880', displayCustomerId: '138****1234' },
  };
}

function walletValue(value: string): string {
  return String((BigInt(value) * 88n + 99n) / 100n);
}
