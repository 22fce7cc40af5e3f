import type { ReversalView } from '../api/output-schemas.js';
import { exportQueue } from './export-queue.js';
import { pickReversal } from './pick-reversal.js';
import type { QueueOrder } from './queue-order.js';
import type { QueueSource } from './queue-source.js';
import { queueText } from './queue-text.js';

/** Does what was asked and writes what there is to say. Rejects with a `QueueTrouble`. */
export async function workOnQueue(source: QueueSource, order: QueueOrder, out: (text: string) => void): Promise<void> {
  const { from, troubles } = source;
  const json = (facts: object): void => out(`${JSON.stringify({ from, ...facts }, undefined, 2)}\n`);
  const told = async (reversal: ReversalView): Promise<void> => {
    const sale = await source.sale(reversal.saleId);
    if (order.json) json({ reversal, ...(sale === undefined ? {} : { sale }) });
    else out(queueText.entry(reversal, sale));
  };

  if (order.action === 'export') return exportQueue(source, (line) => out(`${line}\n`));
  const all = await source.reversals();
  switch (order.action) {
    case 'list': {
      const shown = order.all ? all : all.filter(({ state }) => state !== 'finished');
      if (order.json) return json({ troubles, reversals: shown });
      return out(queueText.table(all, shown, troubles.length === 0));
    }
    case 'show':
      return told(pickReversal(all, order.id));
    case 'retry':
      return told(await source.retry(pickReversal(all, order.id).reversalId));
    case 'settle': {
      const { reversalId } = pickReversal(all, order.id);
      return told(await source.settle(reversalId, order.settlement));
    }
  }
}
