import { DEVICE_STARTING, type DeviceStatus, sameDeviceStatus, type VendFault } from '../device-status.js';
import type { Clock, SerialHost, Timer } from '../host.js';
import { createRateLimit } from '../rate-limit.js';
import { createMdbAdapter, type MdbAdapterOptions } from './mdb-adapter.js';
import { type MdbLine, mayBeCommaInPrice, minorUnitsOf, priceOf } from './mdb-lines.js';
import type { VendOutcome } from './vend-outcome.js';

export interface MdbMachineOptions extends MdbAdapterOptions {
  readonly currencyDecimals: number;
  /** Whether an amount, in the smallest unit, can be paid at all; missing: every amount. */
  readonly isPayable?: (amountMinorUnits: string) => boolean;
  /** From the approval to the machine's report. */
  readonly timeoutMs: number;
}

/** An item that the machine vends, or asks for. */
export interface MdbOrder {
  /** An integer of the smallest unit, as a string. */
  readonly amountMinorUnits: string;
  /** The machine's own number of the item; empty where it sends none. */
  readonly item: string;
}

export interface MdbSelection extends MdbOrder {
  /** Counts the selections since the driver started. */
  readonly number: number;
}

/** Why a choice at the machine was refused, or dropped, by the driver. */
export type MdbSelectionRefusal = 'price' | 'item' | 'tooMany';

export interface MdbMachineEvents {
  /** A customer chose something at the machine, and the machine waits for an answer. */
  selectionMade(selection: MdbSelection): void;
  /** The machine waits no longer: the customer or the machine cancelled. */
  selectionEnded(): void;
  /** This many choices were refused; `asked` is the machine's own text. Reported a few times a second at most. */
  selectionRefused(why: MdbSelectionRefusal, times: number, asked: string): void;
  /**
   * The machine reported on goods before this driver approved anything: whether those of a sale of an earlier process came
   * out. At most once with each outcome.
   */
  reportedLate(outcome: 'yes' | 'no'): void;
  statusChanged(status: DeviceStatus<VendFault>): void;
}

export interface MdbMachine {
  /**
   * Approves what was chosen: that item, for exactly that amount. `yes` and `no` are the machine's own report; `unknown`
   * is silence, a reset or a lost cable after the approval was sent. `reportOutcome` is called exactly once with the outcome. Where
   * the machine contradicts it afterwards it is called again, at most once with each outcome.
   */
  vend(order: MdbOrder, reportOutcome: (outcome: VendOutcome, why?: MdbRefusal) => void): void;
  /** The customer did not pay for that selection. Does nothing where the machine no longer waits for it. */
  refuse(selectionNumber: number): void;
  status(): DeviceStatus<VendFault>;
  /**
   * Answers a pending selection, and switches the adapter off unless goods may be moving. Nothing is called afterwards but
   * `done`, once, when the port was released: at most 250 ms later.
   */
  close(done?: () => void): void;
}

export type MdbRefusal = VendFault | 'vendNothingChosen' | 'vendMachineFailed' | 'vendClosed';

/** The report on the goods comes soon after the machine has finished. */
const REPORT_WAIT_MS = 3_000;
/** Faster than people choose. */
const CHOICES = { burst: 4, everyMs: 400 } as const;
/** More choices than this, dropped while one waits for its turn, are not made by people. */
const BABBLE_DROPPED = 5;
const BABBLE_WARNING_MS = 60_000;
/** After this many right prices in a row a wrong one was not caused by the machine's decimals. */
const PRICES_WELL = 10;

/**
 * A vending machine behind a Qibixx MDB adapter, in "always idle" mode: the machine asks, we charge, it vends.
 *
 * Invariants
 * - Nothing is approved that the machine did not ask for, nor for another amount, nor twice.
 * - After the approval was sent, only the machine's own success or failure is yes or no. Its state, a lost cable and a
 *   silent adapter only shorten the wait for that report.
 * - A selection is reported once, and its end once, unless it was approved. However often the machine asks, a few selections
 *   a second are reported.
 */
export function createMdbMachine(
  parts: { readonly clock: Clock; readonly serial: SerialHost },
  options: MdbMachineOptions,
  events: MdbMachineEvents,
): MdbMachine {
  const { clock } = parts;
  const choices = createRateLimit(clock, CHOICES);
  let current: DeviceStatus<VendFault> = DEVICE_STARTING;
  let selection: MdbSelection | undefined;
  /** The last request, where it came too soon, until its turn comes. */
  let waiting: { readonly price: string; readonly item: string } | undefined;
  let turn: Timer | undefined;
  let vending: { readonly reportOutcome: ReportOutcome; readonly untilMs: number; readonly timer: Timer } | undefined;
  /** The last vend that ended, and the outcomes reported for it so far. */
  let ended: { readonly reportOutcome: ReportOutcome; readonly outcomes: Set<VendOutcome> } | undefined;
  let closed = false;
  let selections = 0;
  let dropped = 0;
  /** The last wrong price, until enough right ones came. */
  let misfit: { readonly price: string; fitting: number } | undefined;
  let babbles: Timer | undefined;
  let notSet: readonly string[] = [];
  let everAsked = false;
  const lateOutcomes = new Set<'yes' | 'no'>();

  const adapter = createMdbAdapter(
    { ...parts, busy: () => selection !== undefined || vending !== undefined },
    options,
    {
      heard,
      answers() {
        if (current.state === 'starting') reportMachineAway();
      },
      notSet(setting) {
        if (!notSet.includes(setting)) notSet = [...notSet, setting];
      },
      lost(status) {
        notSet = [];
        breakOff();
        report(status);
      },
    },
  );

  function reportMachineAway(): void {
    report({
      state: 'fault',
      faults: ['vendMachineSilent'],
      warnings: [],
      detail: 'the vending machine does not talk to its cashless reader',
    });
  }

  /** Adds the warnings. */
  function reportWell(state?: 'enabled' | 'idle'): void {
    const found: (readonly [warning: VendFault, detail: string])[] = [];
    if (misfit !== undefined) found.push(['vendPrices', `asked for ${misfit.price}`]);
    if (babbles !== undefined) found.push(['vendBabbles', 'asks without a pause']);
    if (notSet.length > 0) found.push(['vendSettings', `not set: ${notSet.join(', ')}`]);
    const details = found.map(([, detail]) => detail);
    if (state === 'enabled' && !everAsked) details.push('enabled, not idle: see "always idle" where it never asks');
    report({
      state: 'ok',
      faults: [],
      warnings: found.map(([warning]) => warning),
      ...(details.length === 0 ? {} : { detail: details.join('; ') }),
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
        if (vending !== undefined) finish('yes');
        else reportedAfterwards('yes');
        return;
      case 'vendFailed':
        if (vending !== undefined) finish('no', 'vendMachineFailed');
        // The answer to a refusal that came too late; it says nothing about goods.
        else if (line.of === 'goods') reportedAfterwards('no', 'vendMachineFailed');
        return;
      case 'version':
      case 'set':
      case 'refused':
        return;
    }
  }

  function heardState(state: 'inactive' | 'disabled' | 'enabled' | 'idle'): void {
    if (state === 'inactive' || state === 'disabled') {
      breakOff();
      reportMachineAway();
      return;
    }
    // Idle again: the report on the goods has come, or comes now.
    awaitReport(REPORT_WAIT_MS);
    // A machine may repeat that the reader is enabled while its customer waits; an idle one waits for nobody.
    if (state === 'idle') endSelection();
    reportWell(state);
  }

  function heardAsked(price: string, item: string): void {
    if (vending !== undefined) return;
    const amountMinorUnits = amountOf(price, item);
    if (selection !== undefined && selection.amountMinorUnits === amountMinorUnits && selection.item === item) return;
    // The machine waits for an answer to this one now, and not to the one before.
    dropSelection();
    if (!choices.take()) return putOff(price, item);
    everAsked = true;
    if (amountMinorUnits === undefined) return refusePrice(price, item);
    if (!/^[\w.-]{0,16}$/.test(item)) {
      sayNo();
      events.selectionRefused('item', 1, printable(item));
      return;
    }
    priceFits();
    selections += 1;
    selection = { number: selections, amountMinorUnits, item };
    events.selectionMade(selection);
  }

  function amountOf(price: string, item: string): string | undefined {
    if (mayBeCommaInPrice(price, item, options.currencyDecimals)) return undefined;
    const amount = minorUnitsOf(price, options.currencyDecimals);
    return amount === undefined || options.isPayable?.(amount) === false ? undefined : amount;
  }

  /** The last of them is handled when its turn comes: a customer who changes the choice quickly gets the last one. */
  function putOff(price: string, item: string): void {
    if (waiting !== undefined) dropped += 1;
    waiting = { price, item };
    turn ??= clock.after(choices.waitMs(), () => {
      turn = undefined;
      tellDropped();
      const asked = waiting;
      waiting = undefined;
      if (asked !== undefined) heardAsked(asked.price, asked.item);
    });
  }

  function tellDropped(): void {
    if (dropped === 0) return;
    if (dropped >= BABBLE_DROPPED) {
      babbles?.cancel();
      babbles = clock.after(BABBLE_WARNING_MS, () => {
        babbles = undefined;
        if (current.state === 'ok') reportWell();
      });
    }
    events.selectionRefused('tooMany', dropped, '');
    dropped = 0;
  }

  function refusePrice(price: string, item: string): void {
    const asked = mayBeCommaInPrice(price, item, options.currencyDecimals) ? `${price},${item}` : price;
    sayNo();
    misfit = { price: printable(asked), fitting: 0 };
    reportWell();
    events.selectionRefused('price', 1, misfit.price);
  }

  function priceFits(): void {
    if (misfit !== undefined) {
      misfit.fitting += 1;
      if (misfit.fitting >= PRICES_WELL) misfit = undefined;
    }
    reportWell();
  }

  /**
   * The vendor documents both commands. If noise drops one byte of the second it becomes an approval of 1.00, so the other
   * one is sent first: then there is nothing left to approve.
   */
  function sayNo(): void {
    adapter.say('C,STOP');
    adapter.say('C,VEND,-1');
  }

  function endSelection(): void {
    if (waiting !== undefined) dropped += 1;
    waiting = undefined;
    dropSelection();
  }

  function dropSelection(): void {
    if (selection === undefined) return;
    selection = undefined;
    events.selectionEnded();
  }

  function finish(outcome: VendOutcome, why?: MdbRefusal): void {
    if (vending === undefined) return;
    const { reportOutcome, timer } = vending;
    vending = undefined;
    timer.cancel();
    ended = { reportOutcome, outcomes: new Set([outcome]) };
    reportOutcome(outcome, why);
  }

  /** The same outcome again is not reported. */
  function reportedAfterwards(outcome: 'yes' | 'no', why?: MdbRefusal): void {
    const outcomes = ended?.outcomes ?? lateOutcomes;
    if (outcomes.has(outcome)) return;
    outcomes.add(outcome);
    if (ended === undefined) events.reportedLate(outcome);
    else ended.reportOutcome(outcome, why);
  }

  /** The machine's report comes within that time, or never. */
  function awaitReport(waitMs: number): void {
    if (vending === undefined || vending.untilMs <= clock.monotonicMs() + waitMs) return;
    vending.timer.cancel();
    vending = vendUntilReport(vending.reportOutcome, waitMs);
  }

  function vendUntilReport(reportOutcome: ReportOutcome, waitMs: number) {
    const timer = clock.after(waitMs, () => finish('unknown', 'vendMachineSilent'));
    return { reportOutcome, untilMs: clock.monotonicMs() + waitMs, timer };
  }

  /** The machine lost its state, or cannot be reached: its report may be on its way. */
  function breakOff(): void {
    awaitReport(REPORT_WAIT_MS);
    endSelection();
  }

  function report(status: DeviceStatus<VendFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    vend({ amountMinorUnits, item }, reportOutcome) {
      const chosen = selection?.amountMinorUnits === amountMinorUnits && selection.item === item;
      if (closed || vending !== undefined || !chosen || !adapter.isOpen()) {
        const why = closed ? 'vendClosed' : (current.faults[0] ?? 'vendNothingChosen');
        clock.after(0, () => reportOutcome('no', why));
        return;
      }
      selection = undefined;
      vending = vendUntilReport(reportOutcome, options.timeoutMs);
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
      turn?.cancel();
      babbles?.cancel();
      // With the reader off, the machine shows that it takes no cashless payment.
      adapter.close(vending === undefined ? 'C,0' : undefined, done);
      finish('unknown', 'vendClosed');
    },
  };
}

type ReportOutcome = (outcome: VendOutcome, why?: MdbRefusal) => void;

/** Of a line that may hold anything. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, 24);
}
