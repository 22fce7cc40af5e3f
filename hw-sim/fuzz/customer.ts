import type { Sale } from '../../firmware/terminal/terminal.js';
import { createHostCustomer } from './host-customer.js';
import { createKeypadCustomer } from './keypad-customer.js';
import { createMachineCustomer } from './machine-customer.js';
import type { VisitParts } from './visit.js';

/** One customer before the box. They leave when the sale is over, when the box goes dark or when they lose patience. */
export interface Customer {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** The box went dark. */
  powerLost(): void;
}

/** The customer that a kiosk so configured has. */
export function createCustomer(parts: VisitParts): Customer {
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
