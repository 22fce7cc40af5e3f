import type { Config } from './config/config.js';
import type { ReceiptHead } from './receipt-layout.js';

/** The part of the configuration that stands on every receipt. */
export function receiptHeadOf({ merchant, terminal }: Config): ReceiptHead {
  return {
    merchantName: merchant.name,
    storeName: merchant.store.name,
    terminalNumber: terminal.number,
    locale: terminal.locale,
    zoneShown: !terminal.timeZoneSet,
  };
}
