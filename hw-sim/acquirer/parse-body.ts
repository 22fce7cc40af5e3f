/**
 * The JSON of a request; undefined where it is none. Scalars have to be texts, but Alipay's own libraries write the value
 * of an amount as a whole number and the gateway takes it, so it counts as the text of its digits. What is written with a
 * fraction or an exponent, or is larger than numbers are exact, stays what it is.
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

/** Every text, so that nothing within one is taken for anything; with the number that it is the name of, if it is. */
const TEXT_AND_NUMBER = /("(?:[^"\\]|\\.)*")(?:\s*:\s*(-?\d[\d.eE+-]*))?/g;

function isExactInteger(number: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(number) && Number.isSafeInteger(Number(number));
}
