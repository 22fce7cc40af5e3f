import * as v from 'valibot';
import { parseJson, repeatedName } from '../service/parse-json.js';

/** The content of a message, or why it cannot be read without ambiguity; `problem` holds nothing of the content. */
export type MessageReading = { readonly json: unknown } | { readonly problem: string };

/**
 * Reads the body of a signed message. A byte that is not UTF-8 damages only its own text, since the signature covers the bytes.
 * A body with a name twice is refused, since nobody knows which one was meant.
 */
export function readMessage(body: string | Uint8Array): MessageReading {
  const text = typeof body === 'string' ? body.replace(/^\ufeff/, '') : new TextDecoder().decode(body);
  if (parseJson(text) === undefined) return { problem: `${text.length} characters that are not JSON` };
  if (repeatedName(text) !== undefined) return { problem: 'it has a name twice, and so says two things' };
  return { json: parseJson(amountsAsText(text)) };
}

/**
 * The `value` of an amount is text, but Alipay's own libraries send whole numbers. Those are unambiguous; a fraction, an
 * exponent or a number that is rounded stays a number, and is no amount.
 */
function amountsAsText(json: string): string {
  return json.replace(
    /("(?:[^"\\]|\\.)*")(\s*:\s*(-?\d[\d.eE+-]*)?)?/g,
    (all, name: string, _after, number: string | undefined) =>
      number !== undefined && isPlainInteger(number) && JSON.parse(name) === 'value'
        ? `${all.slice(0, -number.length)}"${number}"`
        : all,
  );
}

function isPlainInteger(number: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(number) && Number.isSafeInteger(Number(number));
}

/** Ids of payments and refunds, ours and the acquirer's. */
export const acquirerId = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,64}$/));

/** A code, a status or a type. */
export const acquirerCode = v.pipe(v.string(), v.regex(/^[A-Za-z0-9_]{1,64}$/));

export const acquirerAmount = v.object({
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
  value: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,15})$/)),
});

/** An odd optional field counts as absent, since the acquirer's own examples break their documentation. */
export function lenient<T extends v.GenericSchema>(schema: T) {
  return v.fallback(v.optional(schema), undefined);
}
