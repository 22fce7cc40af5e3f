import type { Sale } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Oracle } from './oracle.js';

/** A host app that asks again for orders which were paid long ago, as it may after a restart of its own. */
export interface RepeatOrders {
  saleChanged(sale: Sale): void;
  windDown(): void;
}

export interface RepeatOrdersParts {
  readonly kiosk: Kiosk;
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

export function repeatOrders({ kiosk, oracle, chance, coverage }: RepeatOrdersParts): RepeatOrders {
  const { world } = kiosk;
  /** By order: the sale that paid it. */
  const paid = new Map<string, Sale>();
  let over = false;

  function ask(sale: Sale): void {
    const { orderId, amount } = sale;
    kiosk.terminal?.kernel.ask({ type: 'saleRequested', orderId, amount }, (answer) => {
      count(coverage, `order again ${answer.kind}${answer.kind === 'conflict' ? ` ${answer.code}` : ''}`);
      if (answer.kind !== 'sale' || paid.get(orderId)?.saleId !== sale.saleId) return;
      if (answer.created) oracle.violate('rule 3, an order that was paid is sold again', orderId);
    });
  }

  function comeAgain(): void {
    world.after(chance.between(200, 5_000), () => {
      if (over) return;
      const [first, ...more] = paid.values();
      if (first !== undefined) ask(chance.pick([first, ...more]));
      comeAgain();
    });
  }

  comeAgain();
  return {
    saleChanged(sale) {
      if (sale.state === 'settled') paid.set(sale.orderId, sale);
      else if (paid.get(sale.orderId)?.saleId === sale.saleId) paid.delete(sale.orderId);
    },
    windDown() {
      over = true;
    },
  };
}
