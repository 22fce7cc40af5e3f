/** Text from outside on one line of a terminal window: line ends, controls and marks that turn text around are shown. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu, '\ufffd');
}
