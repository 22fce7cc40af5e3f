import { queueLines } from './queue-lines.js';
import type { QueueSource } from './queue-source.js';

/** Tells the whole queue, line by line. */
export async function exportQueue(source: QueueSource, line: (text: string) => void): Promise<void> {
  const reversals = await source.reversals();
  for (const text of queueLines.head(source, reversals)) line(text);
  for (const saleId of new Set(reversals.map((reversal) => reversal.saleId))) {
    const sale = await source.sale(saleId);
    if (sale !== undefined) line(queueLines.sale(sale));
  }
}
