/**
 * Removes secrets from text: the last step before a log, a trace, an API error or a crash dump.
 *
 * Invariants
 * - Every detector names ranges of the original text and all ranges are united before anything is cut, so that secrets
 *   which overlap or touch cannot shield each other.
 * - Everything is linear in the length of the text.
 */
export interface Redact {
  (text: string): string;
  /**
   * From now on the value is removed, also as it is written inside JSON and inside a URL; of a value with several lines, each
   * line too. Values under 6 characters are ignored: removing them would damage every text.
   */
  addSecret(value: string): void;
}

const shortestSecret = 6;
const shortestSecretLine = 16;

/** @param known secrets, as `addSecret` takes them */
export function createRedact(known: readonly string[] = []): Redact {
  const secrets = new Set<string>();

  function redact(text: string): string {
    const ranges: Range[] = [];
    for (const secret of secrets) findAll(text, secret, ranges);
    for (const [pattern, group] of patterns) findMatches(text, pattern, group, ranges);
    findBareKeys(text, ranges);
    findPaymentCodes(text, ranges);
    return cut(text, ranges);
  }

  redact.addSecret = (value: string): void => {
    const lines = value.split(/\r\n|\r|\n|\\n/).filter((line) => line.length >= shortestSecretLine);
    for (const secret of [value, value.trim(), ...lines]) {
      if (secret.length < shortestSecret) continue;
      for (const written of [secret, JSON.stringify(secret).slice(1, -1), encodedForUrl(secret)]) secrets.add(written);
    }
  };
  known.forEach(redact.addSecret);
  return redact;
}

interface Range {
  readonly start: number;
  readonly end: number;
  readonly mask: string;
}

function findAll(text: string, secret: string, ranges: Range[]): void {
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + 1)) {
    ranges.push({ start: at, end: at + secret.length, mask: '[secret]' });
  }
}

/** Header and field names whose value is a secret; quotes, escaped quotes and spaces may stand between. */
const secretNames = [
  'authorization',
  'agent[-_]?token',
  'access[-_]?token',
  'api[-_]?token',
  'x-api-key',
  'cookie',
  'password',
  'paymentMethodId',
].join('|');

/** Patterns, each with the group that is the secret. */
const patterns: readonly (readonly [RegExp, number])[] = [
  /* A block that was cut short runs to the end of the text. */
  [/-----BEGIN [A-Z0-9 ]{0,30}KEY-----(?:(?!-----END)[\s\S])*(?:-----END[A-Z0-9 ]{0,40}-----)?/dg, 0],
  /* DER of an RSA key begins with MII…; the lines that follow may be wrapped, also as a written \n. */
  [/MII[A-Za-z0-9+/=]{20,}(?:(?:\\[rn]|[\r\n])+[A-Za-z0-9+/=]{4,})*/dg, 0],
  [
    new RegExp(
      `(?:${secretNames})["'\\\\]{0,4}\\s{0,8}[:=]\\s{0,8}["'\\\\]{0,4}((?:(?:Bearer|Basic)\\s{1,4})?[^\\s"'\\\\,;&}]+)`,
      'dgi',
    ),
    1,
  ],
  [/\b(?:Bearer|Basic)\s{1,4}([A-Za-z0-9+/=._~-]{6,})/dgi, 1],
  [/[a-z][a-z0-9+.-]{1,20}:\/\/([^\s/@"']{1,256})@/dgi, 1],
];

function findMatches(text: string, pattern: RegExp, group: number, ranges: Range[]): void {
  for (const match of text.matchAll(pattern)) {
    const at = match.indices?.[group];
    if (at) ranges.push({ start: at[0], end: at[1], mask: '[secret]' });
  }
}

/** Key material without BEGIN and END: long runs that mix capitals, small letters and digits as base64 does. */
function findBareKeys(text: string, ranges: Range[]): void {
  for (const match of text.matchAll(/[A-Za-z0-9+/=_-]{60,}/g)) {
    const run = match[0];
    if (countOf(run, /[A-Z]/g) >= 8 && countOf(run, /[a-z]/g) >= 8 && countOf(run, /\d/g) >= 3) {
      ranges.push({ start: match.index, end: match.index + run.length, mask: '[secret]' });
    }
  }
}

const shortestCode = 16;

/**
 * Our own request ids begin with the local time to the second and are needed in every log. They cannot be taken for a
 * code: those begin with 25 to 30, and a year does not until 2500. (A code with `20` glued to its front may look like an id;
 * nothing writes such a text.)
 */
const requestId = /^(?:1970|20\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d\d{6,50}$/;

/** Payment codes: also with other digits before or after; the first two and the last four digits stay. */
function findPaymentCodes(text: string, ranges: Range[]): void {
  for (const match of text.matchAll(/\d{16,}/g)) {
    const run = match[0];
    if (requestId.test(run)) continue;
    const from = run.search(/2[5-9]|30/);
    if (from < 0 || run.length - from < shortestCode) continue;
    ranges.push({ start: match.index + from + 2, end: match.index + run.length - 4, mask: '…' });
  }
}

function cut(text: string, ranges: Range[]): string {
  if (ranges.length === 0) return text;
  ranges.sort((a, b) => a.start - b.start || b.end - a.end);
  let out = '';
  let done = 0;
  for (const { start, end, mask } of ranges) {
    if (end <= done) continue;
    if (start >= done) out += text.slice(done, start) + mask;
    done = end;
  }
  return out + text.slice(done);
}

function countOf(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

function encodedForUrl(text: string): string {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
}
