import { queueLines } from './queue-lines.js';
import type { QueueSource } from './queue-source.js';

/** Tells everything, line by line. */
export async function exportQueue(source: QueueSource, line: (text: string) => void): Promise<void> {
  const reversals = await source.reversals();
  for (const text of queueLines.head(source, reversals, await source.cutOff())) line(text);
  for (const sale of await source.sales()) line(queueLines.sale(sale));
}
