/**
 * The JSON of a request; undefined where it is not JSON. Scalars have to be strings. But Alipay's own libraries write the value
 * of an amount as a whole number, which the gateway accepts, so it counts as the string of its digits. A number with a fraction
 * or an exponent, or beyond the exact integers, stays a number.
 */
export function parseBody(body: string): unknown {
  try {
    JSON.parse(body);
  } catch {
    return undefined;
  }
  return JSON.parse(
    body.replace(TEXT_AND_NUMBER, (all, name: string, number: string | undefined) => {
      if (number === undefined || !isExactInteger(number) || JSON.parse(name) !== 'value') return all;
      return `${name}:"${number}"`;
    }),
  );
}

/** Matches every string, so that its content is skipped, with the number after it where the string is a field's name. */
const TEXT_AND_NUMBER = /("(?:[^"\\]|\\.)*")(?:\s*:\s*(-?\d[\d.eE+-]*))?/g;

function isExactInteger(number: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(number) && Number.isSafeInteger(Number(number));
}
