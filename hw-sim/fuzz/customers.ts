import type { Sale } from '../../firmware/for-simulator.js';
import { DECORATION_NAMES } from '../devices/scan-engine-model.js';
import { count } from './coverage.js';
import type { FuzzMode } from './fuzz-settings.js';
import { createHostCustomer } from './host-customer.js';
import { createKeypadCustomer } from './keypad-customer.js';
import { createMachineCustomer } from './machine-customer.js';
import type { Customer, VisitParts } from './visit.js';

/** One customer after the other in front of the kiosk. */
export interface Customers extends Customer {
  /** Lets the first one come; each next one follows when the last one has left. */
  start(): void;
  /** How many have come. */
  served(): number;
  /** All have come and left. */
  done(): boolean;
}

export interface CustomersParts extends Omit<VisitParts, 'orderId' | 'left'> {
  readonly seed: number;
  readonly mode: FuzzMode;
  /** How many come. */
  readonly count: number;
}

export function createCustomers(parts: CustomersParts): Customers {
  const { kiosk, devices, config, chance, coverage } = parts;
  let customer: Customer | undefined;
  let served = 0;
  let lastOrder = '';

  /** Sometimes the same order again, where its first sale was not paid. */
  function chooseOrder(): string {
    const sales = Object.values(kiosk.terminal?.kernel.state.book.sales ?? {});
    const last = sales.findLast(({ orderId }) => orderId === lastOrder);
    if (last !== undefined && last.state !== 'settled' && chance.likely(0.4)) return lastOrder;
    lastOrder = `o${parts.seed}-${served}`;
    return lastOrder;
  }

  function next(): void {
    customer = undefined;
    if (served === parts.count) return;
    served += 1;
    count(coverage, `mode ${parts.mode}`);
    if (config.devices.scanner.kind !== 'none') {
      const decoration = chance.pick(DECORATION_NAMES);
      count(coverage, `scanner ${decoration}`);
      devices.scanner.decorate(decoration);
    }
    const orderId = chooseOrder();
    customer = createCustomer({ ...parts, orderId, left: () => kiosk.world.after(chance.between(0, 2_000), next) });
  }

  return {
    start: next,
    served: () => served,
    done: () => served === parts.count && customer === undefined,
    saleChanged: (sale: Sale) => customer?.saleChanged(sale),
    powerLost: () => customer?.powerLost(),
  };
}

function createCustomer(parts: VisitParts): Customer {
  switch (parts.config.sale.mode) {
    case 'host':
      return createHostCustomer(parts);
    case 'amount':
    case 'selection':
      return createKeypadCustomer(parts);
    case 'mdb':
      return createMachineCustomer(parts);
  }
}
