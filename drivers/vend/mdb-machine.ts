import { DEVICE_OK, DEVICE_STARTING, type DeviceStatus, sameDeviceStatus, type VendFault } from '../device-status.js';
import type { Clock, SerialHost, Timer } from '../host.js';
import { createMdbAdapter, type MdbAdapterOptions } from './mdb-adapter.js';
import { type MdbLine, minorUnitsOf, priceOf } from './mdb-lines.js';
import type { VendOutcome } from './vend-outcome.js';

export interface MdbMachineOptions extends MdbAdapterOptions {
  readonly currencyDecimals: number;
  /** From the approval to the machine's word that it vended. */
  readonly timeoutMs: number;
}

/** What the machine is asked to vend, or asks for. */
export interface MdbOrder {
  /** An integer of the smallest unit, as a string. */
  readonly amountMinorUnits: string;
  /** The machine's own number of the item; empty where it tells none. */
  readonly item: string;
}

export interface MdbSelection extends MdbOrder {
  /** Counts the selections of this driver's life. */
  readonly number: number;
}

export interface MdbMachineEvents {
  /** A customer chose something at the machine, and the machine waits for our word. */
  selectionMade(selection: MdbSelection): void;
  /** The machine waits no longer: the customer gave up, or it did. */
  selectionEnded(): void;
  /** The machine says that it vended when its word was not waited for any more: goods of a sale that was given up. */
  vendedLate(): void;
  statusChanged(status: DeviceStatus<VendFault>): void;
}

export interface MdbMachine {
  /**
   * Approves what was chosen: that item, for exactly that amount. `yes` and `no` are the machine's own word; `unknown`
   * is silence, a reset or a lost cable after the approval left. `done` is called exactly once.
   */
  vend(order: MdbOrder, done: (outcome: VendOutcome, why?: MdbRefusal) => void): void;
  /** The customer did not pay for that selection. Nothing happens where the machine does not wait for it any more. */
  refuse(selectionNumber: number): void;
  status(): DeviceStatus<VendFault>;
  /**
   * Answers what is under way, and switches the adapter off unless goods may be moving. Nothing is called afterwards but
   * `done`, once, when the port was let go: at most 250 ms later.
   */
  close(done?: () => void): void;
}

export type MdbRefusal = VendFault | 'vendNothingChosen' | 'vendMachineFailed' | 'vendClosed';

/**
 * A vending machine behind a Qibixx MDB adapter, in "always idle" mode: the machine asks, we charge, it vends.
 *
 * Invariants
 * - Nothing is approved that the machine did not ask for, nor for another amount, nor twice.
 * - After the approval left, only the machine's own success or failure is yes or no.
 * - A selection is told once, and its end once, unless it was approved.
 */
export function createMdbMachine(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: MdbMachineOptions,
  events: MdbMachineEvents,
): MdbMachine {
  const { clock } = parts;
  let current: DeviceStatus<VendFault> = DEVICE_STARTING;
  let selection: MdbSelection | undefined;
  let vending: { readonly done: (outcome: VendOutcome, why?: MdbRefusal) => void; readonly timer: Timer } | undefined;
  let closed = false;
  let selections = 0;

  const adapter = createMdbAdapter(
    { ...parts, busy: () => selection !== undefined || vending !== undefined },
    options,
    {
      heard,
      answers() {
        if (current.state === 'starting') tellMachineAway();
      },
      lost(status) {
        breakOff(status.faults[0]);
        tell(status);
      },
    },
  );

  function tellMachineAway(): void {
    tell({
      state: 'fault',
      faults: ['vendMachineSilent'],
      warnings: [],
      detail: 'the vending machine does not talk to its cashless reader',
    });
  }

  function heard(line: MdbLine): void {
    switch (line.kind) {
      case 'state':
        heardState(line.state);
        return;
      case 'vendAsked':
        heardAsked(line.price, line.item);
        return;
      case 'vendSucceeded':
        if (vending === undefined) events.vendedLate();
        else finish('yes');
        return;
      case 'vendFailed':
        finish('no', 'vendMachineFailed');
        return;
      case 'version':
      case 'set':
      case 'refused':
        return;
    }
  }

  function heardState(state: 'inactive' | 'disabled' | 'enabled' | 'idle'): void {
    if (state === 'inactive' || state === 'disabled') {
      breakOff('vendMachineSilent');
      tellMachineAway();
      return;
    }
    // Back at rest without a word on the goods: nobody knows.
    finish('unknown', 'vendMachineSilent');
    endSelection();
    tell(DEVICE_OK);
  }

  function heardAsked(price: string, item: string): void {
    if (vending !== undefined) return;
    const amountMinorUnits = minorUnitsOf(price, options.currencyDecimals);
    if (amountMinorUnits === undefined || !/^[\w.-]{0,16}$/.test(item)) {
      sayNo();
      return;
    }
    if (selection?.amountMinorUnits === amountMinorUnits && selection.item === item) return;
    endSelection();
    tell(DEVICE_OK);
    selections += 1;
    selection = { number: selections, amountMinorUnits, item };
    events.selectionMade(selection);
  }

  /**
   * The vendor's documents name both commands. One byte that noise takes out of the second makes it an approval of 1.00, so
   * the other one goes first: then there is nothing left to approve.
   */
  function sayNo(): void {
    adapter.say('C,STOP');
    adapter.say('C,VEND,-1');
  }

  function endSelection(): void {
    if (selection === undefined) return;
    selection = undefined;
    events.selectionEnded();
  }

  function finish(outcome: VendOutcome, why?: MdbRefusal): void {
    const ended = vending;
    if (ended === undefined) return;
    vending = undefined;
    ended.timer.cancel();
    ended.done(outcome, why);
  }

  /** The machine forgot what it was about. */
  function breakOff(why: MdbRefusal | undefined): void {
    finish('unknown', why);
    endSelection();
  }

  function tell(status: DeviceStatus<VendFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    vend({ amountMinorUnits, item }, done) {
      const chosen = selection?.amountMinorUnits === amountMinorUnits && selection.item === item;
      if (closed || vending !== undefined || !chosen || !adapter.isOpen()) {
        const why = closed ? 'vendClosed' : (current.faults[0] ?? 'vendNothingChosen');
        clock.after(0, () => done('no', why));
        return;
      }
      selection = undefined;
      const timeout = clock.after(options.timeoutMs, () => finish('unknown', 'vendMachineSilent'));
      vending = { done, timer: timeout };
      adapter.say(`C,VEND,${priceOf(amountMinorUnits, options.currencyDecimals)}`);
    },
    refuse(selectionNumber) {
      if (selection?.number !== selectionNumber) return;
      selection = undefined;
      sayNo();
    },
    status: () => current,
    close(done = () => undefined) {
      if (closed) return;
      closed = true;
      selection = undefined;
      // Switched off, the machine shows that it takes no cashless payment.
      adapter.close(vending === undefined ? 'C,0' : undefined, done);
      finish('unknown', 'vendClosed');
    },
  };
}
