import type { Canary } from './canary.js';

/** Terminals that forget what they have to remember for longer than a sale is kept, or than a card lasts. */
export const MEMORY_CANARIES: readonly Canary[] = [
  {
    name: 'a paid order dropped with its sale',
    only: 'host',
    file: 'flows/sale-requests.js',
    find: 'if (gone !== undefined)',
    put: 'if (false)',
  },
  {
    name: 'a paid order that is pruned leaves nothing',
    only: 'host',
    file: 'flows/book-draft.js',
    find: "if (sale.state === 'settled')\n        paidOrders",
    put: 'if (false)\n        paidOrders',
  },
  {
    name: 'ids of refunds from random digits alone',
    only: 'host',
    file: 'flows/refund-request-id.js',
    find: 'highest < 0',
    put: 'true',
  },
  {
    name: 'the payment of a lost card is ignored',
    only: 'host',
    file: 'flows/payment.js',
    find: 'holdUnknown(turn, id, paymentId, amount);',
    put: "turn.ignore('notification of an unknown payment');",
  },
  {
    name: 'the payment of a lost card is reversed without a person',
    only: 'host',
    file: 'flows/unknown-payment.js',
    find: 'manual: true',
    put: 'manual: false',
  },
  {
    name: 'the payment of another terminal counts as our own',
    only: 'host',
    file: 'flows/payment-request-id.js',
    find: "&& id.slice(14, 22) === terminalNumber.padStart(8, '0')",
    put: '',
  },
];
