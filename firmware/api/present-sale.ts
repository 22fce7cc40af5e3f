import { customerText, type Locale } from '../../flows/customer-texts.js';
import { endText } from '../../flows/end-text.js';
import { operatorText } from '../../flows/operator-texts.js';
import { failureText } from '../../flows/result-codes.js';
import { type Attempt, type Sale, saleOutcome } from '../../flows/sale.js';
import type { SaleView } from './output-schemas.js';
import { utcTime } from './utc-time.js';

/** A sale as callers see it. Texts are for the customer, in the terminal's language. */
export function presentSale(sale: Sale, locale: Locale): SaleView {
  const outcome = saleOutcome(sale);
  const text = endText(sale);
  return {
    saleId: sale.saleId,
    orderId: sale.orderId,
    ...(sale.description === undefined ? {} : { description: sale.description }),
    ...(sale.channel === undefined ? {} : { channel: sale.channel }),
    state: sale.state,
    amount: { currency: sale.amount.currency, value: sale.amount.value },
    attempts: sale.attempts.map((attempt) => presentAttempt(attempt, locale)),
    ...(outcome === undefined ? {} : { outcome }),
    ...(sale.endCode === undefined ? {} : { code: sale.endCode }),
    ...(text === undefined ? {} : { customerText: customerText(text, locale) }),
    receipt: { state: sale.receipt },
    ...(sale.goodsUnknown === undefined ? {} : { goodsUnknown: true }),
    startedAt: utcTime(sale.startedAtWallMs),
    updatedAt: utcTime(sale.updatedAtWallMs),
  };
}

function presentAttempt(attempt: Attempt, locale: Locale): SaleView['attempts'][number] {
  const { paymentRequestId, paymentId, result, resultCode } = attempt;
  return {
    paymentRequestId,
    ...(paymentId === undefined ? {} : { paymentId }),
    ...(result === undefined ? {} : { result }),
    ...(resultCode === undefined
      ? {}
      : {
          code: resultCode,
          customerText: customerText(failureText(resultCode), locale),
          operatorText: operatorText(resultCode),
        }),
    at: utcTime(attempt.startedAtWallMs),
  };
}
