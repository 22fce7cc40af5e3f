import type { Config } from '../../firmware/for-simulator.js';
import { paperText } from '../devices/paper.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Papers } from './oracle/receipt-rules.js';

/** What came out of a kiosk's printer. */
export function papersOf({ printer }: KioskDevices, { merchant }: Config): Papers {
  const joined = (lines: readonly string[]): string => lines.join('').replace(/\s/g, '');
  return {
    strips: () => printer.receipts().map((strip) => joined(paperText(strip))),
    tape: () => joined(printer.tape()),
    beginning: joined([merchant.name]),
  };
}
