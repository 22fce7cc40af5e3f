import { digitsTime } from './civil-time.js';
import type { Moment } from './moment.js';

/**
 * Makes the id of one payment request: local time to the second, terminal number (8), amount, serial number (6), random
 * digits. Digits only and an even count, so that it prints as CODE128 set C; at most 52 characters, of the 64 that the
 * acquirer takes; 42 or fewer, which is what 80 mm paper holds, for amounts up to 6 digits.
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

/** Whether such an id names this terminal. Never that of a probe, which is shorter. */
export function isOfTerminal(id: string, terminalNumber: string): boolean {
  return /^\d{38,52}$/.test(id) && id.length % 2 === 0 && id.slice(14, 22) === terminalNumber.padStart(8, '0');
}
