import { openSale } from '../../flows/book.js';
import type { Reversal } from '../../flows/reversal.js';
import { isOpen, type Sale } from '../../flows/sale.js';
import type { Live } from '../../flows/terminal-state.js';
import type { Kernel } from '../kernel.js';

export interface BookWatcher {
  saleChanged(sale: Sale, before: Sale | undefined): void;
  reversalChanged(reversal: Reversal, before: Reversal | undefined): void;
  /** Readiness, queue, acquirer, clock or the open sale changed. Called after the change that caused it. */
  statusChanged(): void;
}

/**
 * Calls the watchers with what changed in each published state; unchanged entries are the same objects. Returns the function
 * that stops it. It runs at each decision of the kernel, so it compares the book once, for all watchers.
 */
export function watchBook(kernel: Kernel, watchers: readonly BookWatcher[]): () => void {
  let openSaleId = openSale(kernel.state.book)?.saleId;

  function noteSale(sale: Sale, before: Sale | undefined): boolean {
    for (const watcher of watchers) watcher.saleChanged(sale, before);
    const wasOpen = openSaleId;
    if (isOpen(sale)) openSaleId = sale.saleId;
    else if (sale.saleId === openSaleId) openSaleId = undefined;
    return openSaleId !== wasOpen;
  }

  return kernel.onChange(({ book, live }, before) => {
    let statusChanged = changesStatus(live, before.live) || book.reversals !== before.book.reversals;
    eachChange(book.sales, before.book.sales, (sale, was) => {
      if (noteSale(sale, was)) statusChanged = true;
    });
    eachChange(book.reversals, before.book.reversals, (reversal, was) => {
      for (const watcher of watchers) watcher.reversalChanged(reversal, was);
    });
    if (statusChanged) for (const watcher of watchers) watcher.statusChanged();
  });
}

type Entries<T> = Readonly<Record<string, T>>;

function eachChange<T>(now: Entries<T>, before: Entries<T>, changed: (entry: T, was: T | undefined) => void): void {
  if (now === before) return;
  for (const id in now) {
    const entry = now[id];
    const was = before[id];
    if (entry !== undefined && entry !== was) changed(entry, was);
  }
}

function changesStatus(live: Live, before: Live): boolean {
  return (
    live.booted !== before.booted ||
    live.clockTrusted !== before.clockTrusted ||
    live.acquirer !== before.acquirer ||
    live.doorOpen !== before.doorOpen ||
    live.updating !== before.updating ||
    (live.faults !== before.faults && faultText(live) !== faultText(before))
  );
}

function faultText({ faults }: Live): string {
  return Object.entries(faults)
    .map(([device, codes]) => `${device} ${codes.join()}`)
    .join();
}
