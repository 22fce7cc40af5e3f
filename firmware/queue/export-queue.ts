import type { QueueSource } from './queue-source.js';

/**
 * The whole queue as JSON lines: first what it was read from, then every reversal that is kept, then the sales they belong
 * to. No payment code, key or token is among them.
 */
export async function exportQueue(source: QueueSource, line: (text: string) => void): Promise<void> {
  const { from, about, troubles } = source;
  const reversals = await source.reversals();
  line(JSON.stringify({ type: 'queue', from, ...about, troubles, reversals: reversals.length }));
  for (const reversal of reversals) line(JSON.stringify({ type: 'reversal', ...reversal }));
  for (const saleId of new Set(reversals.map((reversal) => reversal.saleId))) {
    const sale = await source.sale(saleId);
    if (sale !== undefined) line(JSON.stringify({ type: 'sale', ...sale }));
  }
}
