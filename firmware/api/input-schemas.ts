import * as v from 'valibot';
import { isMoneyValue } from '../../flows/money.js';

/*
 * What callers may send. Every check carries its own message: the library's would repeat what it found.
 */

const text = (pattern: RegExp, message: string) => v.pipe(v.string(message), v.regex(pattern, message));

/** Names that go to the acquirer and onto paper: printable ASCII, no blank at either end. */
const NAME = /^[\x21-\x7e](?:[\x20-\x7e]{0,62}[\x21-\x7e])?$/;
const NAME_MESSAGE = 'has to be 1 to 64 printable ASCII characters';

/** For people: any script, no control characters, no line ends, no halves of characters. */
const LINE = /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,256}$/u;
const LINE_MESSAGE = 'has to be 1 to 256 characters on one line';

/** Ids of sales and reversals: a letter, then digits first, so that no name of JavaScript's own passes for one. */
export const ID_PATTERN = /^[a-z]\d[0-9A-Za-z-]{0,94}$/;

const VALUE_MESSAGE = 'has to be a string of the smallest unit, 1 to 16 digits, such as "1250" for 12.50';

function moneySchema(currency: string) {
  const message = `has to be ${JSON.stringify(currency)}, the currency of this terminal`;
  return v.strictObject({
    currency: v.picklist([currency], message),
    value: v.pipe(
      v.string(VALUE_MESSAGE),
      v.regex(/^[1-9]\d{0,15}$/, VALUE_MESSAGE),
      v.check(isMoneyValue, VALUE_MESSAGE),
    ),
  });
}

export function createInputSchemas(currency: string) {
  const money = moneySchema(currency);
  return {
    nothing: v.strictObject({}),
    sale: v.strictObject({
      orderId: text(NAME, NAME_MESSAGE),
      amount: money,
      description: v.exactOptional(text(LINE, LINE_MESSAGE)),
      channel: v.exactOptional(text(/^[0-9A-Za-z_-]{1,16}$/, 'has to be 1 to 16 letters, digits, "-" or "_"')),
    }),
    order: v.strictObject({ orderId: text(NAME, NAME_MESSAGE) }),
    /*
     * The flow decides whether it is a payment code. Refused here is only what no scanner can send: anything but ASCII, a byte
     * order mark and a no-break space, also in their mis-decoded forms.
     */
    code: v.strictObject({
      code: text(
        /^[^\u0080-\u009f\u00a1-\u00ba\u00bc-\u00be\u00c0-\u00ee\u00f0-\ufefe\uff00-\uffff]{1,512}$/,
        'has to be the digits of a payment code, as a string',
      ),
    }),
    delivered: v.strictObject({ ok: v.boolean('has to be true or false') }),
    refund: v.strictObject({
      saleId: text(ID_PATTERN, 'has to be the saleId of a sale'),
      refundId: text(NAME, NAME_MESSAGE),
      amount: v.exactOptional(money),
      reason: v.exactOptional(text(LINE, LINE_MESSAGE)),
    }),
    receipt: v.strictObject({ refundId: v.exactOptional(text(NAME, NAME_MESSAGE)) }),
    reversals: v.strictObject({
      state: v.exactOptional(v.picklist(['unfinished', 'all'], 'has to be unfinished or all')),
    }),
    settle: v.strictObject({
      by: text(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]{1,64}$/u, 'has to be the name of a person, 1 to 64 characters'),
      note: text(LINE, LINE_MESSAGE),
      outcome: v.exactOptional(v.picklist(['reversed', 'paid'], 'has to be reversed or paid')),
    }),
  };
}

export type InputSchemas = ReturnType<typeof createInputSchemas>;
