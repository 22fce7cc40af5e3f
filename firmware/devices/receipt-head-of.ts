import type { Config } from '../config/config.js';
import type { ReceiptHead } from './receipt-layout.js';

/** The part of the configuration that stands on every receipt. */
export function receiptHeadOf({ devices, merchant, terminal }: Config): ReceiptHead {
  const { printer } = devices;
  /* Words in the wrong language read better than a row of question marks. */
  const chinese = printer.kind === 'none' || printer.charset === 'gbk';
  return {
    merchantName: merchant.name,
    storeName: merchant.store.name,
    terminalNumber: terminal.number,
    locale: chinese ? terminal.locale : 'en',
    zoneShown: !terminal.timeZoneSet,
  };
}
