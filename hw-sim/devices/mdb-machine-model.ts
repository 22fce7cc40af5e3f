import type { SerialCable, SerialDevice } from '../sim-serial.js';
import type { World } from '../world.js';

/** Habits of real machines: they add idle reports, repeat everything, quote errors, or contradict their outcome. */
export const MACHINE_HABITS = ['restsFirst', 'repeatsItself', 'quotesErrors', 'contradicts'] as const;

export type MachineHabit = (typeof MACHINE_HABITS)[number];

/** Messages about goods between machine and reader, as the machine sees them. */
export type GoodsTalk = 'approved' | 'fell' | 'failed' | 'failedAfterAll';

/** A vending machine and the MDB adapter between it and the terminal. */
export interface MdbMachineModel extends SerialDevice {
  /** A customer presses a button of the machine. */
  choose(item: string, price: string): void;
  /** The machine repeats its request, whether or not it had an answer. */
  askAgain(): void;
  /** The customer cancels at the machine. */
  giveUp(): void;
  /** The next goods get stuck: the machine reports a failure. */
  jam(): void;
  /** Somebody frees it. */
  free(): void;
  /** Sets the time from the approval to the fall of goods; undefined: as usual. */
  dawdle(vendMs: number | undefined): void;
  /** Sets its habit; undefined: none. */
  behave(habit: MachineHabit | undefined): void;
  /** Calls back when it receives an approval, and when it reports on the goods. */
  listen(listener: (talk: GoodsTalk) => void): void;
  /** Off: the machine loses its state, and what was moving may or may not fall. */
  machinePower(on: boolean): void;
  /** The adapter restarts, as after a brownout: reader off, settings lost, and no message about it. */
  restartAdapter(): void;
  /** The adapter hangs: powered, and answering nothing. */
  hang(hung: boolean): void;
  /** Goods that fell, with the price that was asked and approved. */
  readonly fallen: readonly { readonly item: string; readonly price: string }[];
  /** Those of them that the machine denied afterwards. */
  readonly denied: readonly { readonly item: string; readonly price: string }[];
  /** How often a customer's choice was refused by the terminal. */
  refusals(): number;
  /** Approvals for which nothing was asked; a correct terminal sends none. */
  wrongApprovals(): number;
  settings(): ReadonlyMap<string, string>;
  /** Whether a choice needs no session of the reader. */
  isAlwaysIdle(): boolean;
}

/** The settings that it knows, and the values that it accepts. */
const SETTINGS: Readonly<Record<string, RegExp>> = {
  'mdb-addr': /^0x(?:10|60)$/,
  'mdb-currency-code': /^0x1\d{3}$/,
  'mdb-always-idle': /^[01]$/,
};

const ANSWER_MS = 8;
const VEND_MS = 2_500;
const PATIENCE_MS = 60_000;

/** The answer of an adapter that is switched on again: firmware differs. */
export interface MdbMachineModelOptions {
  readonly onAgain: 'refuses' | 'tellsState';
}

export function createMdbMachineModel(
  world: Pick<World, 'after' | 'random'>,
  cable: SerialCable,
  options: MdbMachineModelOptions = { onAgain: 'refuses' },
): MdbMachineModel {
  const settings = new Map<string, string>();
  const fallen: { item: string; price: string }[] = [];
  const denied: { item: string; price: string }[] = [];
  let text = '';
  let on = false;
  let machineOn = true;
  let hung = false;
  let jammed = false;
  let asked: { readonly item: string; readonly price: string } | undefined;
  /** The goods that the motor moves. Only a power cut of the machine stops it. */
  let moving: { readonly item: string; readonly price: string } | undefined;
  let vendMs = VEND_MS;
  let habit: MachineHabit | undefined;
  /** Idle, with its report on the goods still to come. */
  let owesWord = false;
  const listeners: ((talk: GoodsTalk) => void)[] = [];
  let wrong = 0;
  let refusals = 0;
  /** Counts what invalidates planned events. */
  let turn = 0;

  function say(line: string): void {
    world.after(ANSWER_MS, () => {
      if (!hung) cable.send(Buffer.from(`${line}\r\n`, 'latin1'));
    });
  }

  function rest(): void {
    asked = undefined;
    turn += 1;
    if (on) say(machineOn ? 'c,STATUS,IDLE' : 'c,STATUS,INACTIVE');
  }

  function tell(talk: GoodsTalk): void {
    const error = habit === 'quotesErrors' || habit === 'contradicts' ? 'c,ERR,"VEND 3"' : 'c,ERR,VEND 3';
    const word = talk === 'fell' ? 'c,VEND,SUCCESS' : error;
    say(word);
    if (habit === 'repeatsItself') say(word);
    for (const listener of listeners) listener(talk);
  }

  function report(fell: boolean, goods: { readonly item: string; readonly price: string }): void {
    const talk = fell ? 'fell' : 'failed';
    if (habit !== 'restsFirst') tell(talk);
    rest();
    const mine = turn;
    if (habit === 'restsFirst') {
      owesWord = true;
      world.after(20 + world.random() * 2_000, () => {
        owesWord = false;
        if (mine === turn) tell(talk);
      });
    } else if (habit === 'contradicts' && fell) {
      world.after(100 + world.random() * 2_000, () => {
        if (mine !== turn) return;
        denied.push(goods);
        tell('failedAfterAll');
      });
    }
  }

  function command(line: string): void {
    const [head, word, value] = line.split(',');
    if (line === '') return;
    if (head === 'V') say('v,4.0.2.0,0123456789abcdef');
    else if (head === 'C' && word === '0') {
      on = false;
      rest();
      // The reader of the session is gone; firmware differs in whether it reports that.
      say('c,STATUS,INACTIVE');
    } else if (head === 'C' && word === '1') {
      if (!on) {
        on = true;
        rest();
      } else if (options.onAgain === 'refuses') say('c,ERR,"cashless is on"');
      else say(machineOn ? 'c,STATUS,IDLE' : 'c,STATUS,INACTIVE');
    } else if (head === 'C' && word === 'SETCONF' && value !== undefined) set(value);
    else if (head === 'C' && word === 'VEND' && value !== undefined) approve(value);
    else if (head === 'C' && word === 'STOP') refuse();
    else say('c,ERR,"unknown command"');
  }

  function set(assignment: string): void {
    const [name = '', value = ''] = assignment.split('=');
    if (on) say('c,ERR,"cashless is on"');
    else if (!Object.hasOwn(SETTINGS, name) || SETTINGS[name]?.test(value) !== true) say('c,ERR,"unknown setting"');
    else {
      settings.set(name, value);
      say('c,SET,OK');
    }
  }

  function refuse(): void {
    if (asked !== undefined && moving === undefined) refusals += 1;
    rest();
  }

  /** `1` equals `1.00`. Whether all real adapters or machines compare prices is not documented. */
  function isAskedPrice(price: string): boolean {
    return asked !== undefined && /^\d+(?:\.\d+)?$/.test(price) && Number(price) === Number(asked.price);
  }

  function isAlwaysIdle(): boolean {
    return settings.get('mdb-always-idle') === '1';
  }

  function approve(price: string): void {
    if (asked === undefined || moving !== undefined || !on || (price !== '-1' && !isAskedPrice(price))) {
      if (price !== '-1') wrong += 1;
      say('c,ERR,"no vend request"');
      return;
    }
    if (price === '-1') return refuse();
    const goods = asked;
    moving = goods;
    for (const listener of listeners) listener('approved');
    const mine = ++turn;
    world.after(vendMs, () => {
      if (moving !== goods) return;
      moving = undefined;
      const fell = !jammed;
      jammed = false;
      if (fell) fallen.push(goods);
      /* A reader that was switched off and on in the meantime gets no report. */
      if (mine !== turn) return;
      report(fell, goods);
    });
  }

  function losePower(): void {
    if (moving !== undefined && world.random() < 0.5) fallen.push(moving);
    moving = undefined;
  }

  return {
    receive(bytes) {
      if (hung) return;
      for (const byte of bytes) {
        if (byte === 0x0a || byte === 0x0d) {
          const line = text;
          text = '';
          command(line);
        } else text += String.fromCharCode(byte);
      }
    },
    choose(item, price) {
      if (!on || !machineOn || asked !== undefined || moving !== undefined || owesWord || !isAlwaysIdle()) return;
      asked = { item, price };
      say(`c,STATUS,VEND,${price},${item}`);
      const mine = ++turn;
      if (habit === 'repeatsItself') {
        say(`c,STATUS,VEND,${price},${item}`);
        world.after(world.random() * 5_000, () => mine === turn && say('c,STATUS,ENABLED'));
      }
      world.after(PATIENCE_MS, () => mine === turn && rest());
    },
    askAgain() {
      if (asked !== undefined) say(`c,STATUS,VEND,${asked.price},${asked.item}`);
    },
    giveUp() {
      if (asked !== undefined && moving === undefined) rest();
    },
    jam() {
      jammed = true;
    },
    free() {
      jammed = false;
    },
    dawdle(ms) {
      vendMs = ms ?? VEND_MS;
    },
    machinePower(value) {
      if (machineOn && !value) losePower();
      machineOn = value;
      rest();
    },
    restartAdapter() {
      text = '';
      on = false;
      settings.clear();
      rest();
    },
    hang(value) {
      hung = value;
    },
    behave(value) {
      habit = value;
    },
    listen: (listener) => void listeners.push(listener),
    fallen,
    denied,
    refusals: () => refusals,
    wrongApprovals: () => wrong,
    settings: () => settings,
    isAlwaysIdle,
  };
}
