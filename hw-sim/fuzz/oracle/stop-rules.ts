import type { Book } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** An orderly stop keeps what was answered, also what a power cut may lose. */
export interface StopRules {
  /** The process stopped on request, and had shown these sales to people. */
  stoppedInOrder(sales: Book['sales']): void;
  /** A process started, and found these sales on flash. */
  salesFound(sales: Book['sales']): void;
}

export function createStopRules(violate: Violate): StopRules {
  let told: Book['sales'] = {};
  return {
    stoppedInOrder(sales) {
      told = sales;
    },
    salesFound(sales) {
      for (const { saleId, state } of Object.values(told)) {
        if (!Object.hasOwn(sales, saleId)) violate('flash forgot', `${saleId} ${state}, over an orderly stop`);
      }
      told = {};
    },
  };
}
