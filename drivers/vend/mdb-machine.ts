import { DEVICE_STARTING, type DeviceStatus, sameDeviceStatus, type VendFault } from '../device-status.js';
import type { Clock, SerialHost, Timer } from '../host.js';
import { createRateLimit } from '../rate-limit.js';
import { createMdbAdapter, type MdbAdapterOptions } from './mdb-adapter.js';
import { type MdbLine, mayBeCommaInPrice, minorUnitsOf, priceOf } from './mdb-lines.js';
import type { VendOutcome } from './vend-outcome.js';

export interface MdbMachineOptions extends MdbAdapterOptions {
  readonly currencyDecimals: number;
  /** Whether an amount, in the smallest unit, can be paid at all; missing: each one. */
  readonly isPayable?: (amountMinorUnits: string) => boolean;
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

/** Why a choice at the machine was refused, or dropped, by the driver. */
export type MdbSelectionRefusal = 'price' | 'item' | 'tooMany';

export interface MdbMachineEvents {
  /** A customer chose something at the machine, and the machine waits for our word. */
  selectionMade(selection: MdbSelection): void;
  /** The machine waits no longer: the customer gave up, or it did. */
  selectionEnded(): void;
  /** Somebody chose, so many times, what is not sold; `asked` is the machine's own text. A few a second are told. */
  selectionRefused(why: MdbSelectionRefusal, times: number, asked: string): void;
  /**
   * The machine told of goods before anything was approved in this driver's life: that they came out, or did not, of a sale
   * of an earlier one. At most once with each word.
   */
  toldLate(word: 'yes' | 'no'): void;
  statusChanged(status: DeviceStatus<VendFault>): void;
}

export interface MdbMachine {
  /**
   * Approves what was chosen: that item, for exactly that amount. `yes` and `no` are the machine's own word; `unknown`
   * is silence, a reset or a lost cable after the approval left. `told` is called exactly once with the outcome. Where the
   * machine says otherwise afterwards it is called again, at most once with each word.
   */
  vend(order: MdbOrder, told: (outcome: VendOutcome, why?: MdbRefusal) => void): void;
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

/** A word on the goods is not far from the end of what the machine does. */
const WORD_WAIT_MS = 3_000;
/** More than a hand chooses. */
const CHOICES = { burst: 4, everyMs: 400 } as const;
/** So many that had to be dropped while one waited for its turn are no hand's. */
const BABBLE_DROPPED = 5;
const BABBLE_TOLD_MS = 60_000;
/** So many prices in a row that fit tell that the one that did not is no matter of the machine's decimals any more. */
const PRICES_WELL = 10;

/**
 * A vending machine behind a Qibixx MDB adapter, in "always idle" mode: the machine asks, we charge, it vends.
 *
 * Invariants
 * - Nothing is approved that the machine did not ask for, nor for another amount, nor twice.
 * - After the approval left, only the machine's own success or failure is yes or no. What it says of its state, a lost
 *   cable and a silent adapter shorten the wait for that word, and end nothing.
 * - A selection is told once, and its end once, unless it was approved. However often the machine asks, a few selections
 *   a second are told.
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
  /** What was asked last and too soon, until its turn comes. */
  let waiting: { readonly price: string; readonly item: string } | undefined;
  let turn: Timer | undefined;
  let vending: { readonly told: VendTold; readonly untilMs: number; readonly timer: Timer } | undefined;
  /** The last vend that ended, and the words on it so far. */
  let ended: { readonly told: VendTold; readonly words: Set<VendOutcome> } | undefined;
  let closed = false;
  let selections = 0;
  let dropped = 0;
  /** The price that did not fit, until enough others did. */
  let misfit: { readonly price: string; fitting: number } | undefined;
  let babbles: Timer | undefined;
  let notSet: readonly string[] = [];
  let everAsked = false;
  const lateWords = new Set<'yes' | 'no'>();

  const adapter = createMdbAdapter(
    { ...parts, busy: () => selection !== undefined || vending !== undefined },
    options,
    {
      heard,
      answers() {
        if (current.state === 'starting') tellMachineAway();
      },
      notSet(setting) {
        if (!notSet.includes(setting)) notSet = [...notSet, setting];
      },
      lost(status) {
        notSet = [];
        breakOff();
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

  /** With what needs a visit although the machine takes payments. */
  function tellWell(state?: 'enabled' | 'idle'): void {
    const found: (readonly [warning: VendFault, detail: string])[] = [];
    if (misfit !== undefined) found.push(['vendPrices', `asked for ${misfit.price}`]);
    if (babbles !== undefined) found.push(['vendBabbles', 'asks without a pause']);
    if (notSet.length > 0) found.push(['vendSettings', `not set: ${notSet.join(', ')}`]);
    const details = found.map(([, detail]) => detail);
    if (state === 'enabled' && !everAsked) details.push('enabled, not idle: see "always idle" where it never asks');
    tell({
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
        else saidAfterwards('yes');
        return;
      case 'vendFailed':
        if (vending !== undefined) finish('no', 'vendMachineFailed');
        // A refusal that came too late for the machine is answered so as well, and says nothing of goods.
        else if (line.of === 'goods') saidAfterwards('no', 'vendMachineFailed');
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
      tellMachineAway();
      return;
    }
    // Back at rest: the word on the goods has come, or comes now.
    awaitWord(WORD_WAIT_MS);
    // A machine repeats that the reader is enabled while its customer stands there; at rest it waits for nobody.
    if (state === 'idle') endSelection();
    tellWell(state);
  }

  function heardAsked(price: string, item: string): void {
    if (vending !== undefined) return;
    const amountMinorUnits = amountOf(price, item);
    if (selection !== undefined && selection.amountMinorUnits === amountMinorUnits && selection.item === item) return;
    // The machine waits for a word on this one now, and not on the one before.
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

  /** The last of them is decided when its turn comes: whoever changes their mind quickly gets what they chose last. */
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
      babbles = clock.after(BABBLE_TOLD_MS, () => {
        babbles = undefined;
        if (current.state === 'ok') tellWell();
      });
    }
    events.selectionRefused('tooMany', dropped, '');
    dropped = 0;
  }

  function refusePrice(price: string, item: string): void {
    const asked = mayBeCommaInPrice(price, item, options.currencyDecimals) ? `${price},${item}` : price;
    sayNo();
    misfit = { price: printable(asked), fitting: 0 };
    tellWell();
    events.selectionRefused('price', 1, misfit.price);
  }

  function priceFits(): void {
    if (misfit !== undefined) {
      misfit.fitting += 1;
      if (misfit.fitting >= PRICES_WELL) misfit = undefined;
    }
    tellWell();
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
    const { told, timer } = vending;
    vending = undefined;
    timer.cancel();
    ended = { told, words: new Set([outcome]) };
    told(outcome, why);
  }

  /** The same word again is no news. */
  function saidAfterwards(word: 'yes' | 'no', why?: MdbRefusal): void {
    const words = ended?.words ?? lateWords;
    if (words.has(word)) return;
    words.add(word);
    if (ended === undefined) events.toldLate(word);
    else ended.told(word, why);
  }

  /** The machine's word comes within that time, or never. */
  function awaitWord(waitMs: number): void {
    if (vending === undefined || vending.untilMs <= clock.monotonicMs() + waitMs) return;
    vending.timer.cancel();
    vending = wordDue(vending.told, waitMs);
  }

  function wordDue(told: VendTold, waitMs: number) {
    const timer = clock.after(waitMs, () => finish('unknown', 'vendMachineSilent'));
    return { told, untilMs: clock.monotonicMs() + waitMs, timer };
  }

  /** The machine forgot what it was about, or cannot be heard: its word may be on its way. */
  function breakOff(): void {
    awaitWord(WORD_WAIT_MS);
    endSelection();
  }

  function tell(status: DeviceStatus<VendFault>): void {
    if (closed || sameDeviceStatus(status, current)) return;
    current = status;
    events.statusChanged(status);
  }

  return {
    vend({ amountMinorUnits, item }, told) {
      const chosen = selection?.amountMinorUnits === amountMinorUnits && selection.item === item;
      if (closed || vending !== undefined || !chosen || !adapter.isOpen()) {
        const why = closed ? 'vendClosed' : (current.faults[0] ?? 'vendNothingChosen');
        clock.after(0, () => told('no', why));
        return;
      }
      selection = undefined;
      vending = wordDue(told, options.timeoutMs);
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
      // Switched off, the machine shows that it takes no cashless payment.
      adapter.close(vending === undefined ? 'C,0' : undefined, done);
      finish('unknown', 'vendClosed');
    },
  };
}

type VendTold = (outcome: VendOutcome, why?: MdbRefusal) => void;

/** Of a line that may hold anything. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?').slice(0, 24);
}
