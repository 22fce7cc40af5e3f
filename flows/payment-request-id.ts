import { digitsTime } from './civil-time.js';
import type { Moment } from './moment.js';

/**
 * The id of a payment request: local time to the second, terminal number (8), amount, serial number (6), random digits. An
 * even number of digits, so that it prints as CODE128 set C. At most 52 of the 64 characters that the acquirer accepts; at most
 * 42, which is what 80 mm paper holds, for amounts up to 6 digits.
 *
 * It must never repeat: not after a reset clock (serial and random differ), not after a wiped counter (time and random
 * differ). The fixed-width ends make ids of different inputs different.
 */
export function paymentRequestId(
  terminalNumber: string,
  amountValue: string,
  serialNumber: number,
  at: Moment,
): string {
  const time = digitsTime(at.wallMs, at.utcOffsetMinutes).slice(-14);
  const serial = `${serialNumber % 1_000_000}`.padStart(6, '0');
  const head = `${time}${terminalNumber.padStart(8, '0')}${amountValue}${serial}`;
  return head + at.randomDigits.slice(0, head.length % 2 === 0 ? 8 : 9);
}

/** Whether it is the id of a payment of this terminal. The id of a probe is not: it is shorter. */
export function isOfTerminal(id: string, terminalNumber: string): boolean {
  return /^\d{38,52}$/.test(id) && id.length % 2 === 0 && id.slice(14, 22) === terminalNumber.padStart(8, '0');
}
