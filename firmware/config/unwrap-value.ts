export type UnwrappedValue = { readonly value: string } | { readonly problem: string };

/**
 * The value as it was meant: without blanks around it, and without quotes that stand round the whole. `docker --env-file`
 * and some dashboards leave those, and comments, in the value. Problems never repeat it, since it may be a secret.
 */
export function unwrapValue(raw: string): UnwrappedValue {
  const text = raw.trim();
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return withoutComment(text);
  if (text.length >= 2 && text.endsWith(quote)) return { value: text.slice(1, -1).trim() };
  /* Of a key of several lines only the first came; who reads keys can say so. */
  if (text.startsWith('-----BEGIN ', 1)) return { value: text.slice(1) };
  if (/^(["']).*\1\s*#/s.test(text)) return { problem: COMMENT };
  return { problem: 'has a quote without its other half' };
}

const COMMENT = 'has a comment behind it; comments stand on lines of their own, and a value with # in it in quotes';

function withoutComment(text: string): UnwrappedValue {
  return /\s#(?:\s|$)/.test(text) ? { problem: COMMENT } : { value: text };
}
