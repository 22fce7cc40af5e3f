/**
 * Judges a scanned text: digits starting 25–30, 17 to 32 of them (Alipay's best-practice page; other lengths by
 * configuration).
 * Other wallets' codes, EAN goods codes and URLs all fall outside.
 */
export function isPaymentCode(text: string, digits: { readonly least: number; readonly most: number }): boolean {
  return text.length >= digits.least && text.length <= digits.most && /^(?:2[5-9]|30)\d+$/.test(text);
}

/** What may be shown or traced of a code: the first 2 and last 4 digits, the rest as zeros, the length kept. */
export function maskPaymentCode(text: string): string {
  if (!/^\d{12,}$/.test(text)) return `?${text.length}`;
  return `${text.slice(0, 2)}${'0'.repeat(text.length - 6)}${text.slice(-4)}`;
}
