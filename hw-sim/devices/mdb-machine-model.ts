import type { SerialCable, SerialDevice } from '../sim-serial.js';
import type { World } from '../world.js';

/** What machines say beside their outcome: that they are at rest, everything twice, errors in quotes, its opposite. */
export const MACHINE_HABITS = ['restsFirst', 'repeatsItself', 'quotesErrors', 'contradicts'] as const;

export type MachineHabit = (typeof MACHINE_HABITS)[number];

/** What passes between machine and reader about goods, as the machine sees it. */
export type GoodsTalk = 'approved' | 'fell' | 'failed' | 'failedAfterAll';

/** A vending machine and the MDB adapter between it and the terminal. */
export interface MdbMachineModel extends SerialDevice {
  /** A customer presses a button of the machine. */
  choose(item: string, price: string): void;
  /** The machine repeats what it asked, whether or not it had its answer. */
  askAgain(): void;
  /** The customer gives up at the machine. */
  giveUp(): void;
  /** The next goods hang fast: the machine reports a failure. */
  jam(): void;
  /** Somebody frees it. */
  free(): void;
  /** From now on goods take so long from the approval to their fall; undefined: as usual. */
  dawdle(vendMs: number | undefined): void;
  /** From now on it has this habit; undefined: none. */
  behave(habit: MachineHabit | undefined): void;
  /** Calls back as it hears an approval, and as it says a word on the goods. */
  listen(listener: (talk: GoodsTalk) => void): void;
  /** Off: the machine forgets what it was about, and what was moving falls or does not. */
  machinePower(on: boolean): void;
  /** The adapter starts anew, as after a brownout: switched off, settings forgotten, and not a word about it. */
  restartAdapter(): void;
  /** The adapter hangs: powered, and answering nothing. */
  hang(hung: boolean): void;
  /** Goods that fell, with the price that was asked and approved. */
  readonly fallen: readonly { readonly item: string; readonly price: string }[];
  /** Those of them of which the machine said afterwards that they had not. */
  readonly denied: readonly { readonly item: string; readonly price: string }[];
  /** How often a customer's choice was refused by the terminal. */
  refusals(): number;
  /** Approvals for which nothing was asked; a correct terminal sends none. */
  wrongApprovals(): number;
  settings(): ReadonlyMap<string, string>;
  /** Whether it asks without a session that the reader began: only then can somebody choose. */
  isAlwaysIdle(): boolean;
}

/** The settings it knows, and what it takes for them. */
const SETTINGS: Readonly<Record<string, RegExp>> = {
  'mdb-addr': /^0x(?:10|60)$/,
  'mdb-currency-code': /^0x1\d{3}$/,
  'mdb-always-idle': /^[01]$/,
};

const ANSWER_MS = 8;
const VEND_MS = 2_500;
const PATIENCE_MS = 60_000;

/** What an adapter says that is switched on once more: firmware differs. */
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
  /** What the motor moves: nothing stops it but the machine's own power. */
  let moving: { readonly item: string; readonly price: string } | undefined;
  let vendMs = VEND_MS;
  let habit: MachineHabit | undefined;
  /** At rest, and its word on the goods is still to come. */
  let owesWord = false;
  const listeners: ((talk: GoodsTalk) => void)[] = [];
  let wrong = 0;
  let refusals = 0;
  /** Counts what makes planned events void. */
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
      // The reader that the machine saw is gone; firmware differs in whether it says so.
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

  /** `1` is `1.00`. Whether every real adapter, or machine, compares what it is approved is not documented. */
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
      /* Switched off and on in the meantime, the reader is not told any more. */
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
