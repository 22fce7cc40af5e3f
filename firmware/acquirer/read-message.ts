import { parseJson, repeatedName } from '../service/parse-json.js';

/** What a message says, or why nobody can be sure what it says; that holds nothing of its content. */
export type MessageReading = { readonly json: unknown } | { readonly problem: string };

/**
 * Reads the body of a signed message. A byte that is no UTF-8 spoils the text that it is in and nothing else, since the
 * signature covers the bytes; a name that is there twice spoils all, since nobody knows which one was meant.
 */
export function readMessage(body: string | Uint8Array): MessageReading {
  const text = typeof body === 'string' ? body.replace(/^\ufeff/, '') : new TextDecoder().decode(body);
  if (parseJson(text) === undefined) return { problem: `${text.length} characters that are not JSON` };
  if (repeatedName(text) !== undefined) return { problem: 'it has a name twice, and so says two things' };
  return { json: parseJson(amountsAsText(text)) };
}

/**
 * The `value` of an amount is text, and Alipay's own libraries send whole numbers all the same. Those say one thing only;
 * a fraction, an exponent or what a computer rounds stays a number, and is no amount.
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
