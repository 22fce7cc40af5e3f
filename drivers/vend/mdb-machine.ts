import { DEVICE_OK, DEVICE_STARTING, type DeviceStatus, sameDeviceStatus, type VendFault } from '../device-status.js';
import type { Clock, SerialHost, Timer } from '../host.js';
import { lostPortStatus } from '../lost-port-status.js';
import { createReconnectingPort } from '../reconnecting-port.js';
import { createLineSplitter } from './line-splitter.js';
import { type MdbLine, minorUnitsOf, parseMdbLine, priceOf } from './mdb-lines.js';
import type { VendOutcome } from './vend-outcome.js';

export interface MdbMachineOptions {
  readonly path: string;
  readonly baud: number;
  /** ISO 4217 number, e.g. 156 for CNY, and its decimals. */
  readonly currencyNumber: number;
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
   * Approves what was chosen: that item, for exactly that amount. `yes` and `no` are the machine's own word; `unknown` is silence,
   * a reset or a lost cable after the approval left. `done` is called exactly once.
   */
  vend(order: MdbOrder, done: (outcome: VendOutcome, why?: MdbRefusal) => void): void;
  /** The customer did not pay for that selection. Nothing happens where the machine does not wait for it any more. */
  refuse(selectionNumber: number): void;
  status(): DeviceStatus<VendFault>;
  close(): void;
}

export type MdbRefusal = VendFault | 'vendNothingChosen' | 'vendMachineFailed' | 'vendClosed';

const PORT_FAULTS = { absent: 'vendMachineAbsent', denied: 'vendPortDenied' } as const;
const LINE_LIMIT_BYTES = 128;
const REPLY_TIMEOUT_MS = 1_000;
const TRIES = 3;
const SETUP_RETRY_MS = 5_000;
const HEARTBEAT_MS = 10_000;
const OFF_PAUSE_MS = 200;

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
  let expecting: ((line: MdbLine) => boolean) | undefined;
  let timer: Timer | undefined;
  let closed = false;
  let selections = 0;
  /** This adapter answers "switch on" with an error while it is on, so that the answer tells. */
  let tellsWhetherOn = false;

  const split = createLineSplitter(LINE_LIMIT_BYTES, (text) => {
    const line = parseMdbLine(text);
    if (line !== undefined) heard(line);
  });

  const port = createReconnectingPort(
    parts,
    { path: options.path, baud: options.baud, flowControl: 'none' },
    {
      opened() {
        tellsWhetherOn = false;
        // Ends whatever half a line the adapter holds from an earlier life.
        say('');
        setUp();
      },
      data: split,
      lost(error) {
        const status = lostPortStatus(error, PORT_FAULTS);
        reset(status.faults[0]);
        tell(status);
      },
    },
  );

  function say(line: string): void {
    port.write(Buffer.from(`${line}\n`, 'latin1'), () => undefined);
  }

  function later(delayMs: number, callback: () => void): void {
    timer?.cancel();
    timer = clock.after(delayMs, callback);
  }

  /** Asks until the answer comes; after three tries the adapter counts as silent. */
  function ask(command: string, answers: (line: MdbLine) => boolean, then: () => void, tried = 1): void {
    say(command);
    expecting = (line) => {
      if (!answers(line)) return false;
      expecting = undefined;
      timer?.cancel();
      then();
      return true;
    };
    later(REPLY_TIMEOUT_MS, () => {
      expecting = undefined;
      if (tried < TRIES) ask(command, answers, then, tried + 1);
      else silent('the MDB adapter does not answer');
    });
  }

  function silent(detail: string): void {
    reset('vendMachineSilent');
    tell({ state: 'fault', faults: ['vendMachineSilent'], warnings: [], detail });
    later(SETUP_RETRY_MS, setUp);
  }

  function setUp(): void {
    const isVersion = (line: MdbLine): boolean => line.kind === 'version';
    const isSet = (line: MdbLine): boolean => line.kind === 'set' || line.kind === 'refused';
    const currency = `0x1${String(options.currencyNumber).padStart(3, '0')}`;
    const settings = ['mdb-addr=0x10', `mdb-currency-code=${currency}`, 'mdb-always-idle=1'];
    const set = (at: number): void => {
      const setting = settings[at];
      if (setting !== undefined) ask(`C,SETCONF,${setting}`, isSet, () => set(at + 1));
      else {
        // The states that follow tell whether the machine talks to the adapter.
        say('C,1');
        later(HEARTBEAT_MS, heartbeat);
      }
    };
    // Settings are taken only while the reader is off.
    say('C,0');
    later(OFF_PAUSE_MS, () => ask('V', isVersion, () => set(0)));
  }

  function heartbeat(): void {
    ask(
      'V',
      (line) => line.kind === 'version',
      () => {
        if (current.state === 'starting') tellMachineAway();
        if (selection === undefined && vending === undefined) lookWhetherOn();
        else later(HEARTBEAT_MS, heartbeat);
      },
    );
  }

  /**
   * An adapter that started anew by itself (a brownout) is off and has forgotten its settings, but answers as before.
   * Switching it on once more is an error to one that is on; only of one that is known to say so it can be concluded that
   * another answer means that it was off.
   */
  function lookWhetherOn(): void {
    say('C,1');
    expecting = (line) => {
      if (line.kind === 'refused') tellsWhetherOn = true;
      else if (line.kind !== 'state') return false;
      expecting = undefined;
      if (line.kind === 'state' && tellsWhetherOn) setUp();
      else later(HEARTBEAT_MS, heartbeat);
      return line.kind === 'refused';
    };
    later(REPLY_TIMEOUT_MS, () => {
      expecting = undefined;
      later(HEARTBEAT_MS, heartbeat);
    });
  }

  function tellMachineAway(): void {
    tell({
      state: 'fault',
      faults: ['vendMachineSilent'],
      warnings: [],
      detail: 'the vending machine does not talk to its cashless reader',
    });
  }

  function heard(line: MdbLine): void {
    if (expecting?.(line)) return;
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
      // The adapter itself answers: the conversation with it goes on.
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
      say('C,VEND,-1');
      return;
    }
    if (selection?.amountMinorUnits === amountMinorUnits && selection.item === item) return;
    endSelection();
    tell(DEVICE_OK);
    selections += 1;
    selection = { number: selections, amountMinorUnits, item };
    events.selectionMade(selection);
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

  /** The adapter is away: the conversation has to begin anew. */
  function reset(why: MdbRefusal): void {
    expecting = undefined;
    timer?.cancel();
    breakOff(why);
  }

  /** The machine forgot what it was about. */
  function breakOff(why: MdbRefusal): void {
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
      if (closed || vending !== undefined || !chosen || !port.isOpen()) {
        const why = closed ? 'vendClosed' : (current.faults[0] ?? 'vendNothingChosen');
        clock.after(0, () => done('no', why));
        return;
      }
      selection = undefined;
      const timeout = clock.after(options.timeoutMs, () => finish('unknown', 'vendMachineSilent'));
      vending = { done, timer: timeout };
      say(`C,VEND,${priceOf(amountMinorUnits, options.currencyDecimals)}`);
    },
    refuse(selectionNumber) {
      if (selection?.number !== selectionNumber) return;
      selection = undefined;
      say('C,VEND,-1');
    },
    status: () => current,
    close() {
      if (closed) return;
      closed = true;
      timer?.cancel();
      expecting = undefined;
      selection = undefined;
      // Switched off, the machine shows that it takes no cashless payment.
      if (vending === undefined) say('C,0');
      finish('unknown', 'vendClosed');
      port.close();
    },
  };
}
