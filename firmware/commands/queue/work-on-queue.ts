import { present } from '../../../flows/present.js';
import type { ReversalView } from '../../api/output-schemas.js';
import { exportQueue } from './export-queue.js';
import { pickReversal } from './pick-reversal.js';
import type { QueueOrder } from './queue-order.js';
import type { CutOffView, QueueSource } from './queue-source.js';
import { queueText } from './queue-text.js';

/** Does what was asked and writes what there is to say. Rejects with a `QueueTrouble`. */
export async function workOnQueue(
  source: QueueSource,
  order: Exclude<QueueOrder, { action: 'accept-new-card' }>,
  out: (text: string) => void,
): Promise<void> {
  const { from, troubles } = source;
  const json = (facts: object): void => out(`${JSON.stringify({ from, ...facts }, undefined, 2)}\n`);
  const told = async (entry: ReversalView | CutOffView): Promise<void> => {
    const sale = await source.sale(entry.saleId);
    const cutOff = 'atStart' in entry;
    if (order.json) json({ [cutOff ? 'cutOff' : 'reversal']: entry, ...present({ sale }) });
    else out(cutOff ? queueText.cutOff(entry) : queueText.entry(entry, sale));
  };

  if (order.action === 'export') return exportQueue(source, (line) => out(`${line}\n`));
  const reversals = await source.reversals();
  const cutOff = await source.cutOff();
  const all = [...reversals, ...cutOff];
  switch (order.action) {
    case 'list': {
      const shown = order.all ? reversals : reversals.filter(({ state }) => state !== 'finished');
      if (order.json) return json({ troubles, reversals: shown, cutOff });
      return out(queueText.table({ reversals, shown, cutOff, whole: troubles.length === 0 }));
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
