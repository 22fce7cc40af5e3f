export type UnwrappedValue = { readonly value: string } | { readonly problem: string };

/**
 * The value without blanks around it and without quotes round the whole: `docker --env-file` and some dashboards leave quotes
 * in the value, and comments, which are a problem. Problems never quote the value, since it may be a secret.
 */
export function unwrapValue(raw: string): UnwrappedValue {
  const text = raw.trim();
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return withoutComment(text);
  if (text.length >= 2 && text.endsWith(quote)) return { value: text.slice(1, -1).trim() };
  /* Only the first line of a PEM arrived; the parser of keys reports that. */
  if (text.startsWith('-----BEGIN ', 1)) return { value: text.slice(1) };
  if (/^(["']).*\1\s*#/s.test(text)) return { problem: COMMENT };
  return { problem: 'has a quote without its other half' };
}

const COMMENT = 'has a comment behind it; comments stand on lines of their own, and a value with # in it in quotes';

function withoutComment(text: string): UnwrappedValue {
  return /\s#(?:\s|$)/.test(text) ? { problem: COMMENT } : { value: text };
}
