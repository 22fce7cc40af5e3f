import { present } from '../../firmware/for-simulator.js';
import type { Chance } from './chance.js';
import type { QueueEntry, Settling } from './oracle/hand-rules.js';

/** What a person declares when they settle an entry of the queue by hand. */
export function chooseSettling(entry: QueueEntry, chance: Chance): Settling {
  const { reversalId, saleId, paymentRequestId, refundRequestId, cause } = entry;
  const by = `op${chance.digits(2)}`;
  const note = `looked at it, slip ${chance.digits(5)}`;
  /* With an empty tray the person believes the customer. With other causes nobody knows whether the goods are out. */
  const outcome = chance.likely(cause === 'vendUnknown' ? 0.5 : 0.1) ? 'paid' : 'reversed';
  return { reversalId, saleId, paymentRequestId, cause, ...present({ refundRequestId }), by, note, outcome };
}
