import type { ReversalView, SaleView } from '../../api/output-schemas.js';
import type { CutOffView, QueueAbout } from './queue-source.js';

/**
 * The queue as JSON lines: what it was read from, then every reversal that is kept, then what was cut off before it could
 * come into the queue, then the sales. They contain no payment code, key or token.
 */
export const queueLines = { head, sale };

function head(
  { from, about, troubles }: QueueAbout,
  reversals: readonly ReversalView[],
  cutOff: readonly CutOffView[],
): string[] {
  const counts = { reversals: reversals.length, cutOff: cutOff.length };
  return [
    JSON.stringify({ type: 'queue', from, ...about, troubles, ...counts }),
    ...reversals.map((reversal) => JSON.stringify({ type: 'reversal', ...reversal })),
    ...cutOff.map((sale) => JSON.stringify({ type: 'cutOff', ...sale })),
  ];
}

function sale(view: SaleView): string {
  return JSON.stringify({ type: 'sale', ...view });
}
