import type { Book } from '../../../flows/book.js';
import { exitCode } from '../../log/exit-code.js';
import { QueueError, type QueueSource, type Settlement } from './queue-source.js';
import { type ViewCardParts, viewCard } from './view-card.js';

/**
 * The queue on a box whose terminal does not run, or on a card in a laptop. `settle` makes a settlement durable on the card,
 * and resolves with the book.
 */
export function createCardQueue(
  parts: ViewCardParts,
  settle: (reversalId: string, settlement: Settlement) => Promise<Book>,
): QueueSource {
  let card = viewCard(parts);
  return {
    from: card.from,
    about: card.about,
    troubles: card.troubles,
    reversals: () => Promise.resolve(card.reversals),
    cutOff: () => Promise.resolve(card.cutOff),
    sales: () => Promise.resolve(card.sales),
    sale: (saleId) => Promise.resolve(card.sale(saleId)),
    retry: () =>
      Promise.reject(
        new QueueError(
          exitCode.unavailable,
          'a retry is sent by the terminal, which has to run; what is in the queue it sends at its start by itself',
        ),
      ),
    async settle(reversalId, settlement) {
      card = viewCard(parts, await settle(reversalId, settlement));
      const settled = card.reversals.find((reversal) => reversal.reversalId === reversalId);
      if (settled === undefined) throw new Error(`the book lost the reversal ${reversalId}`);
      return settled;
    },
  };
}
