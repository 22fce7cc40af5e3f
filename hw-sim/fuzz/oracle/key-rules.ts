import type { Sale } from '../../../firmware/for-simulator.js';
import type { KeyPress, KeypadModel } from '../../devices/keypad-model.js';
import type { Violate } from './violate.js';

/** What is sold is the whole number that was typed. Judged by the contacts of the keys, not by what the terminal read. */
export interface KeyRules {
  /** The terminal published a change of a sale; `before`: how it was. */
  saleChanged(sale: Sale, before: Sale | undefined): void;
}

/** Two presses no further apart belong to one number: less than the pause after which the terminal starts a new entry. */
const IN_ONE_GO_MS = 1_700;
/** A shorter contact is not certainly a press. */
const CERTAIN_MS = 40;
/** A key that was up for a shorter time only bounced. */
const LIFTED_MS = 60;

export function createKeyRules(keypad: KeypadModel, violate: Violate): KeyRules {
  /** Digits that were pressed without a pause before a `#`; undefined where that is not certain. */
  function typedBefore(confirm: number, presses: readonly KeyPress[]): string | undefined {
    let digits = '';
    for (let at = confirm - 1; at >= 0; at -= 1) {
      const [press, next] = [presses[at], presses[at + 1]];
      if (press === undefined || next === undefined || next.fromMs - press.fromMs > IN_ONE_GO_MS) break;
      if (press.key === '#' || press.key === '*') break;
      if ((press.toMs ?? Number.POSITIVE_INFINITY) - press.fromMs < CERTAIN_MS) return undefined;
      const again = presses.slice(at + 1).find(({ key }) => key === press.key);
      if (again !== undefined && again.fromMs - (press.toMs ?? again.fromMs) < LIFTED_MS) return undefined;
      digits = press.key + digits;
    }
    return digits.replace(/^0+/, '');
  }

  return {
    saleChanged(sale, before) {
      if (before !== undefined || !sale.orderId.startsWith('k')) return;
      const presses = keypad.presses();
      const candidates = presses.flatMap(({ key }, at) => (key === '#' ? [typedBefore(at, presses)] : []));
      if (candidates.some((typed) => typed === undefined || sale.amount.value.endsWith(typed))) return;
      violate('rule 2, a part of what was typed was sold', `${sale.amount.value} of ${candidates.join(' or ')}`);
    },
  };
}
