/**
 * Judges a scanned text: 17–32 digits starting 25–30 (Alipay's best-practice page; longer codes by configuration).
 * Other wallets' codes, EAN goods codes and URLs all fall outside.
 */
export function isPaymentCode(text: string, lengthLimit: number): boolean {
  return text.length >= 17 && text.length <= lengthLimit && /^(?:2[5-9]|30)\d+$/.test(text);
}

/** What may be shown or traced of a code: the first 2 and last 4 digits, the rest as zeros, the length kept. */
export function maskPaymentCode(text: string): string {
  if (!/^\d{12,}$/.test(text)) return `?${text.length}`;
  return `${text.slice(0, 2)}${'0'.repeat(text.length - 6)}${text.slice(-4)}`;
}
