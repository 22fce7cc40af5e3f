import type { ReversalView, SaleView } from '../api/output-schemas.js';
import type { QueueAbout } from './queue-source.js';

/**
 * The queue as JSON lines: what it was read from, then every reversal that is kept, then the sales they belong to. No
 * payment code, key or token is among them.
 */
export const queueLines = { head, sale };

function head({ from, about, troubles }: QueueAbout, reversals: readonly ReversalView[]): string[] {
  return [
    JSON.stringify({ type: 'queue', from, ...about, troubles, reversals: reversals.length }),
    ...reversals.map((reversal) => JSON.stringify({ type: 'reversal', ...reversal })),
  ];
}

function sale(view: SaleView): string {
  return JSON.stringify({ type: 'sale', ...view });
}
