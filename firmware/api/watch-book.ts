import { openSale } from '../../flows/book.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import type { TerminalState } from '../../flows/terminal-state.js';
import type { Kernel } from '../kernel.js';

export interface BookWatcher {
  saleChanged(sale: Sale, before: Sale | undefined): void;
  reversalChanged(reversal: Reversal): void;
  /** Something that the status tells of may have changed. */
  statusChanged(): void;
}

/** Tells what changed with each published state; unchanged entries are the same objects. Returns the way to stop. */
export function watchBook(kernel: Kernel, watcher: BookWatcher): () => void {
  return kernel.onChange((state, before) => {
    for (const [sale, was] of changes(state.book.sales, before.book.sales)) watcher.saleChanged(sale, was);
    for (const [reversal] of changes(state.book.reversals, before.book.reversals)) watcher.reversalChanged(reversal);
    if (mayChangeStatus(state, before)) watcher.statusChanged();
  });
}

function* changes<T>(now: Readonly<Record<string, T>>, before: Readonly<Record<string, T>>): Generator<[T, T?]> {
  if (now === before) return;
  for (const [id, entry] of Object.entries(now)) {
    const was = before[id];
    if (was !== entry) yield was === undefined ? [entry] : [entry, was];
  }
}

function mayChangeStatus({ book, live }: TerminalState, before: TerminalState): boolean {
  return (
    live.booted !== before.live.booted ||
    live.clockTrusted !== before.live.clockTrusted ||
    live.acquirer !== before.live.acquirer ||
    live.faults !== before.live.faults ||
    book.reversals !== before.book.reversals ||
    (book.sales !== before.book.sales && openSale(book)?.saleId !== openSale(before.book)?.saleId)
  );
}
