import { present } from '../../../flows/present.js';
import type { ReversalView } from '../../api/output-schemas.js';
import { pickReversal } from './pick-reversal.js';
import { queueLines } from './queue-lines.js';
import type { QueueRequest } from './queue-request.js';
import type { CutOffView, QueueSource } from './queue-source.js';
import { queueText } from './queue-text.js';

/** Carries out a request and writes its result. Rejects with a `QueueError`. */
export async function workOnQueue(
  source: QueueSource,
  request: Exclude<QueueRequest, { action: 'accept-new-card' }>,
  out: (text: string) => void,
): Promise<void> {
  const { from, troubles } = source;
  const json = (facts: object): void => out(`${JSON.stringify({ from, ...facts }, undefined, 2)}\n`);
  const show = async (entry: ReversalView | CutOffView): Promise<void> => {
    const sale = await source.sale(entry.saleId);
    const cutOff = 'atStart' in entry;
    if (request.json) json({ [cutOff ? 'cutOff' : 'reversal']: entry, ...present({ sale }) });
    else out(cutOff ? queueText.cutOff(entry) : queueText.entry(entry, sale));
  };

  if (request.action === 'export') return exportQueue(source, (line) => out(`${line}\n`));
  const reversals = await source.reversals();
  const cutOff = await source.cutOff();
  const all = [...reversals, ...cutOff];
  switch (request.action) {
    case 'list': {
      const shown = request.all ? reversals : reversals.filter(({ state }) => state !== 'finished');
      if (request.json) return json({ troubles, reversals: shown, cutOff });
      return out(queueText.table({ reversals, shown, cutOff, whole: troubles.length === 0 }));
    }
    case 'show':
      return show(pickReversal(all, request.id));
    case 'retry':
      return show(await source.retry(pickReversal(all, request.id).reversalId));
    case 'settle': {
      const { reversalId } = pickReversal(all, request.id);
      return show(await source.settle(reversalId, request.settlement));
    }
  }
}

/** Writes everything, line by line. */
async function exportQueue(source: QueueSource, line: (text: string) => void): Promise<void> {
  const reversals = await source.reversals();
  for (const text of queueLines.head(source, reversals, await source.cutOff())) line(text);
  for (const sale of await source.sales()) line(queueLines.sale(sale));
}
