import { type Sale, view } from '../../firmware/for-simulator.js';
import type { Chance } from './chance.js';
import { count } from './coverage.js';
import { type Customer, createVisit, type VisitParts } from './visit.js';

const LIFT_MS = 70;

/**
 * A customer at the keypad: types an amount or a slot, sometimes wrongly, checks the display or not, corrects, confirms,
 * shows a phone, presses `*` at any time, walks away. They pay whatever sale is open.
 */
export function createKeypadCustomer(parts: VisitParts): Customer {
  const { kiosk, devices, chance, coverage, config } = parts;
  const { world } = kiosk;
  const visit = createVisit(parts);
  const { soon, leave } = visit;
  /** Presses the next key before the last one is released. */
  const fast = chance.likely(0.3);
  const wanted = config.sale.mode === 'selection' ? chooseSlot(chance) : chooseAmount(chance);

  /** Presses each key in turn, with the small mistakes of a finger. */
  function type(keys: string, typed: () => void): void {
    const key = keys[0];
    if (key === undefined) return typed();
    const pressed = chance.likely(0.01) ? `${chance.between(0, 9)}` : key;
    const heldMs = fast ? chance.between(60, 140) : chance.between(40, 300);
    devices.keypad.tap(pressed, heldMs);
    if (chance.likely(0.01)) devices.keypad.tap(`${chance.between(0, 9)}`, chance.between(40, 300));
    const times = chance.likely(0.01) ? keys : keys.slice(1);
    /* A key has to be released before it can be pressed again. */
    const leastMs = times[0] === pressed ? heldMs + LIFT_MS : 50;
    if (fast) soon(leastMs, leastMs + 100, () => type(times, typed));
    else soon(120, 700, () => type(times, typed));
  }

  function begin(): void {
    if (visit.saleId !== undefined || !visit.triesAgain()) return;
    soon(30_000, 50_000, begin);
    if (chance.likely(0.03)) return type('#', () => undefined);
    type(wanted, () => {
      if (chance.likely(0.03)) return leave('walked away from what was typed');
      const shown = displayed();
      if (shown === undefined) return;
      if (shown.replace('.', '').replace(/^0+/, '') === wanted.replace(/^0+/, '') || chance.likely(0.3)) confirm();
      else {
        count(coverage, 'customer took back what was typed');
        type('*', () => soon(200, 3_000, begin));
      }
    });
  }

  /** The entry on the display. */
  function displayed(): string | undefined {
    return kiosk.terminal === undefined ? undefined : view(kiosk.terminal.kernel.state).entry;
  }

  function confirm(): void {
    type(chance.likely(0.05) ? '##' : '#', () =>
      soon(1_000, 8_000, () => {
        if (visit.saleId === undefined) begin();
      }),
    );
  }

  function cancel(): void {
    type('*', () => undefined);
  }

  function react(sale: Sale): void {
    if (sale.state === 'awaitingCode') visit.claim(sale.saleId);
    if (!visit.notices(sale)) return;
    switch (sale.state) {
      case 'awaitingCode':
        if (chance.likely(0.05)) return soon(100, 10_000, cancel);
        if (chance.likely(0.1)) soon(100, 5_000, () => type(`${chance.between(0, 9)}#`, () => undefined));
        return visit.bringPhone();
      case 'paying':
        return visit.growImpatient(cancel);
      case 'vending':
        if (chance.likely(0.1)) cancel();
        return;
      case 'settled':
        if (chance.likely(0.1)) visit.wantMoneyBack(sale.saleId, sale.amount.value);
        if (chance.likely(0.05)) cancel();
        return soon(0, 5_000, () => leave('got the goods'));
      default:
        return;
    }
  }

  /** Where an earlier customer left a sale open, cancels it by key, or pays it. */
  function arrive(): void {
    const open = Object.values(kiosk.terminal?.kernel.state.book.sales ?? {}).at(-1);
    if (open?.state !== 'awaitingCode' || chance.likely(0.2)) return begin();
    if (chance.likely(0.6)) return type('*', () => soon(200, 2_000, begin));
    react(open);
  }

  world.after(chance.between(0, 3_000), () => visit.gone || arrive());

  return {
    saleChanged: react,
    powerLost: () => leave('saw it go dark'),
  };
}

/** With and without leading zeros; most are in the catalogue. */
function chooseSlot(chance: Chance): string {
  return chance.pick(['05', '5', '12', '12', '7', '07', '31', '31', '8', '99', '0']);
}

function chooseAmount(chance: Chance): string {
  if (chance.likely(0.03)) return chance.digits(chance.between(8, 10));
  return chance.likely(0.6) ? '1250' : `${chance.between(0, 9_999_999)}`;
}
