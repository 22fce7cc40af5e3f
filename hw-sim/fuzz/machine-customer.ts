import type { Sale } from '../../firmware/for-simulator.js';
import { MACHINE_HABITS } from '../devices/mdb-machine-model.js';
import { count } from './coverage.js';
import { type Customer, createVisit, type VisitParts } from './visit.js';

/** Items of the machine: their numbers, and their prices as the machine writes them. */
const MENU = [
  ['12', '2.50'],
  ['12', '2.50'],
  ['13', '2.50'],
  ['1', '1.00'],
  ['A7', '0.10'],
  ['', '3.00'],
  ['40', '12.5'],
  /* From a machine with wrong settings. */
  ['9', '0.00'],
  ['9', '1.005'],
] as const;

/**
 * A customer of a vending machine: presses a button of the machine, changes the choice, shows a phone, cancels at the
 * machine or, where there is a keypad, at the box.
 */
export function createMachineCustomer(parts: VisitParts): Customer {
  const { kiosk, devices, chance, config } = parts;
  const { machine, keypad } = devices;
  const hasKeys = config.devices.keypad.kind !== 'none';
  const visit = createVisit(parts);
  const { soon, leave } = visit;

  function choose(): void {
    const habit = chance.likely(0.6) ? chance.pick(MACHINE_HABITS) : undefined;
    if (habit !== undefined) count(parts.coverage, `machine ${habit}`);
    machine.behave(habit);
    if (visit.saleId !== undefined || !visit.triesAgain()) return;
    const [item, price] = chance.pick(MENU);
    machine.choose(item, price);
    if (chance.likely(0.1)) soon(1, 2_000, () => machine.askAgain());
    if (chance.likely(0.05)) soon(10, 3_000, chooseAnew);
    /* The machine was busy or off, or the box refused. */
    soon(3_000, 40_000, choose);
  }

  function chooseAnew(): void {
    machine.giveUp();
    const [item, price] = chance.pick(MENU);
    soon(0, 500, () => machine.choose(item, price));
  }

  function cancel(): void {
    if (hasKeys && chance.likely(0.5)) keypad.tap('*');
    else machine.giveUp();
  }

  function react(sale: Sale): void {
    if (sale.state === 'awaitingCode') visit.claim(sale.saleId);
    if (!visit.notices(sale)) return;
    switch (sale.state) {
      case 'awaitingCode':
        if (chance.likely(0.05)) return soon(10, 30_000, cancel);
        return visit.bringPhone();
      case 'paying':
        return visit.growImpatient(cancel);
      case 'vending':
        if (chance.likely(0.1)) soon(0, 2_000, cancel);
        if (chance.likely(0.1)) soon(0, 2_000, () => machine.askAgain());
        return;
      case 'settled':
        if (chance.likely(0.1)) visit.wantMoneyBack(sale.saleId, sale.amount.value);
        return soon(0, 5_000, () => leave('got the goods'));
      default:
        return;
    }
  }

  kiosk.world.after(chance.between(0, 3_000), () => visit.gone || choose());

  return {
    saleChanged: react,
    powerLost: () => leave('saw it go dark'),
  };
}
