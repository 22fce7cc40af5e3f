import type { Chance } from './chance.js';
import type { Settling } from './oracle/hand-rules.js';

/** What a person declares who settles an entry of the queue by hand. */
export function chooseSettling(
  {
    reversalId,
    paymentRequestId,
    cause,
  }: Pick<Settling, 'reversalId' | 'paymentRequestId'> & { readonly cause: string },
  chance: Chance,
): Settling {
  const by = `op${chance.digits(2)}`;
  const note = `looked at it, slip ${chance.digits(5)}`;
  /* Who finds the tray empty believes the customer; of other causes nobody can say that the goods are out. */
  const outcome = chance.likely(cause === 'vendUnknown' ? 0.5 : 0.1) ? 'paid' : 'reversed';
  return { reversalId, paymentRequestId, by, note, outcome };
}
