import type { Book } from '../../flows/book.js';
import { utcTime } from '../../flows/civil-time.js';
import { customerText, type Locale } from '../../flows/customer-texts.js';
import { attemptText, endText, inquiringText } from '../../flows/end-text.js';
import { operatorText } from '../../flows/operator-texts.js';
import { present } from '../../flows/present.js';
import { type Attempt, type Sale, saleOutcome } from '../../flows/sale.js';
import type { SaleView } from './output-schemas.js';

/** A sale as callers see it. Texts are for the customer, in the terminal's language. */
export function presentSale(book: Book, sale: Sale, locale: Locale): SaleView {
  const outcome = saleOutcome(sale);
  const text = sale.state === 'inquiring' ? inquiringText(sale) : endText(book, sale);
  return {
    saleId: sale.saleId,
    orderId: sale.orderId,
    ...present({ description: sale.description, channel: sale.channel }),
    state: sale.state,
    amount: { currency: sale.amount.currency, value: sale.amount.value },
    attempts: sale.attempts.map((attempt) => presentAttempt(sale, attempt, locale)),
    ...present({ outcome, code: sale.endCode, customerText: text && customerText(text, locale) }),
    receipt: { state: sale.receipt },
    ...(sale.goodsUnknown === undefined ? {} : { goodsUnknown: true }),
    startedAt: utcTime(sale.startedAtWallMs),
    updatedAt: utcTime(sale.updatedAtWallMs),
  };
}

function presentAttempt(sale: Sale, attempt: Attempt, locale: Locale): SaleView['attempts'][number] {
  const text = attemptText(sale, attempt);
  const { paymentRequestId, paymentId, result, resultCode } = attempt;
  return {
    paymentRequestId,
    ...present({ paymentId, result }),
    ...(resultCode === undefined
      ? {}
      : {
          code: resultCode,
          ...present({ customerText: text && customerText(text, locale) }),
          operatorText: operatorText(resultCode),
        }),
    at: utcTime(attempt.startedAtWallMs),
  };
}
