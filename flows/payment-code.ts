/**
 * Whether a scanned text is a payment code: 17 to 32 digits that start with 25–30 (Alipay's best-practice page; the length
 * can be configured). EAN codes of goods, URLs and other wallets' codes are not.
 */
export function isPaymentCode(text: string, digits: { readonly least: number; readonly most: number }): boolean {
  return text.length >= digits.least && text.length <= digits.most && /^(?:2[5-9]|30)\d+$/.test(text);
}

/** The form of a code that may be shown or traced: the first 2 and last 4 digits, the others as zeros. */
export function maskPaymentCode(text: string): string {
  if (!/^\d{12,}$/.test(text)) return `?${text.length}`;
  return `${text.slice(0, 2)}${'0'.repeat(text.length - 6)}${text.slice(-4)}`;
}
