import type { SerialCable, SerialDevice } from '../sim-serial.js';
import type { World } from '../world.js';

/** Properties in which engines differ. */
export interface ScanEngineModelOptions {
  /** `gm65` understands the frames of the Grow family; `plain` only sends. */
  readonly kind: 'gm65' | 'plain';
  /** Appended to every code where the tail is switched on (or always, for `plain`). */
  readonly terminator: string;
}

/** A scan engine, and what is held in front of it. */
export interface ScanEngineModel extends SerialDevice {
  /** A person holds a phone or a paper in front of it, with one code or more. */
  show(...codes: readonly string[]): void;
  /** The person takes it away. */
  hide(): void;
  /** The codes in front of it now. */
  onGlass(): readonly string[];
  /** The trigger line, for engines that have one: true is pressed. */
  press(pressed: boolean): void;
  power(on: boolean): void;
  /** It hangs: powered, but without answers. */
  hang(hung: boolean): void;
  /** Sets the delay of its answers, as of a busy engine; undefined: as usual. */
  answerAfter(delayMs: number | undefined): void;
  /** All registers, also the stored ones, get their factory values, as after a brownout or by another host. */
  forgetSettings(): void;
  /** Ignores writes to this register, as firmware that does not know it. */
  refuseRegister(address: number): void;
  acceptRegister(address: number): void;
  /** Sets a fault of its commands; undefined: none. */
  spoil(how: CommandTrouble | undefined): void;
  /** Sets what it adds to each code. */
  decorate(how: Decoration): void;
  register(address: number): number;
  /** Whether a printed setup code changes its registers. */
  obeysSetupCodes(): boolean;
  /** How often it was told to store its registers. */
  saves(): number;
}

/** What engines may be set up to add to a code. */
const DECORATIONS = {
  plain: (code: string) => code,
  eci: (code: string) => `\\000026${code}`,
  aim: (code: string) => `]Q1${code}`,
  aimAndEci: (code: string) => `]Q2\\\\000026${code}`,
  framed: (code: string) => `\x02${code}\x03`,
  fnc1: (code: string) => `]C1\x1d${code}`,
  blanks: (code: string) => ` \0\t${code}\t `,
  mark: (code: string) => `\xef\xbb\xbf${code}`,
} as const satisfies Readonly<Record<string, (code: string) => string>>;

export type Decoration = keyof typeof DECORATIONS;
export const DECORATION_NAMES = [
  'plain',
  'eci',
  'aim',
  'aimAndEci',
  'framed',
  'fnc1',
  'blanks',
  'mark',
] as const satisfies readonly Decoration[];

/** Faults of the commands of an engine that still reads codes. `lies`: it answers the opposite of a register. */
export const COMMAND_TROUBLES = [
  'ignoresWrites',
  'refusesWrites',
  'losesWrites',
  'refusesReads',
  'losesReads',
  'lies',
] as const;

export type CommandTrouble = (typeof COMMAND_TROUBLES)[number];

/** Registers of the GM65 manual that the model obeys, with their factory values. */
const MODE = 0x0000;
const TRIGGER = 0x0002;
const SETUP_CODES = 0x0003;
const TIMEOUT = 0x0006;
const TAIL = 0x0060;
const FACTORY: readonly (readonly [number, number])[] = [
  [MODE, 0xd6],
  [SETUP_CODES, 0x00],
  [TIMEOUT, 0x32],
  [0x000d, 0xa0],
  [TAIL, 0x00],
];

/** A setup barcode that any manual prints: back to the factory values. */
export const FACTORY_RESET_BARCODE = '.FactoryReset';

/** Status byte of a reply. */
const DONE = 0x00;
const REFUSED = 0x01;

const READ_MS = 120;
const REPLY_MS = 4;
const SAME_CODE_MS = 1_000;

/**
 * A GM65-like scan engine, or a plain one that always looks and sends. Written from the manual, not from the driver.
 */
export function createScanEngineModel(
  world: Pick<World, 'after'>,
  cable: SerialCable,
  options: ScanEngineModelOptions,
): ScanEngineModel {
  let registers = new Map<number, number>(FACTORY);
  let saved = new Map<number, number>(FACTORY);
  const refused = new Set<number>();
  let powered = true;
  let hung = false;
  let replyMs = REPLY_MS;
  let trouble: CommandTrouble | undefined;
  let glass: readonly string[] = [];
  let decoration: Decoration = 'plain';
  let looking = false;
  let pressed = false;
  let saveCount = 0;
  let frame: number[] = [];
  /** Counts what invalidates planned readings. */
  let look = 0;

  function register(address: number): number {
    return registers.get(address) ?? 0;
  }

  function mode(): 'manual' | 'command' | 'continuous' {
    if (options.kind === 'plain') return 'continuous';
    const bits = register(MODE) & 3;
    return bits === 0 ? 'manual' : bits === 1 ? 'command' : 'continuous';
  }

  function mayLook(): boolean {
    if (!powered || hung) return false;
    switch (mode()) {
      case 'manual':
        return pressed && looking;
      case 'command':
        return looking;
      case 'continuous':
        return true;
    }
  }

  function planReading(delayMs: number): void {
    const mine = ++look;
    if (glass.length === 0 || !mayLook()) return;
    world.after(delayMs, () => {
      if (mine !== look || glass.length === 0 || !mayLook()) return;
      readGlass();
      if (mode() === 'continuous') planReading(SAME_CODE_MS);
    });
  }

  function obeysSetupCodes(): boolean {
    return options.kind === 'gm65' && (register(SETUP_CODES) & 0x02) === 0;
  }

  function readGlass(): void {
    looking = false;
    if (obeysSetupCodes() && glass.includes(FACTORY_RESET_BARCODE)) {
      forgetSettings();
      return;
    }
    const tail = options.kind === 'plain' || (register(TAIL) & 1) === 1 ? options.terminator : '';
    cable.send(Buffer.from(glass.map((code) => DECORATIONS[decoration](code) + tail).join(''), 'latin1'));
  }

  function forgetSettings(): void {
    registers = new Map(FACTORY);
    saved = new Map(FACTORY);
  }

  function startLooking(): void {
    looking = true;
    planReading(READ_MS);
    const mine = look;
    world.after(register(TIMEOUT) * 100, () => {
      if (mine === look) looking = false;
    });
  }

  function receive(byte: number): void {
    frame.push(byte);
    while (frame.length > 0 && !beginsCommand(frame)) frame.shift();
    const length = frame[3];
    if (length === undefined || frame.length < 8 + length) return;
    const body = frame.slice(2, 6 + length);
    const crc = ((frame[6 + length] ?? 0) << 8) | (frame[7 + length] ?? 0);
    frame = [];
    if (crc !== 0xabcd && crc !== modelCrc(body)) return;
    execute(body);
  }

  function execute([type, , high, low, ...data]: readonly number[]): void {
    const address = ((high ?? 0) << 8) | (low ?? 0);
    const value = data[0] ?? 0;
    switch (type) {
      case 0x07:
        return read(address, value || 256);
      case 0x08:
        return obey(() => write(address, value));
      case 0x09:
        return obey(() => {
          saved = new Map(registers);
          saveCount += 1;
        });
      case 0x0a:
        return answer(0x03, [0]);
    }
  }

  function read(address: number, count: number): void {
    if (trouble === 'losesReads') return;
    if (trouble === 'refusesReads') return answer(0x02, [], REFUSED);
    const told = trouble === 'lies' ? 0xff : 0;
    answer(
      0x02,
      [...Array(count).keys()].map((offset) => register(address + offset) ^ told),
    );
  }

  function obey(act: () => void): void {
    if (trouble === 'losesWrites') return;
    if (trouble === 'refusesWrites') return answer(0x02, [], REFUSED);
    answer(0x02, [0]);
    if (trouble !== 'ignoresWrites') act();
  }

  function write(address: number, value: number): void {
    if (refused.has(address)) return;
    if (address === TRIGGER) {
      if (mode() !== 'command') return;
      if (value & 1) startLooking();
      else looking = false;
      return;
    }
    registers.set(address, value);
    if (address === MODE) planReading(READ_MS);
  }

  function answer(head: number, data: readonly number[], status = DONE): void {
    const body = [status, data.length & 0xff, ...data];
    const crc = modelCrc(body);
    world.after(replyMs, () => {
      if (powered && !hung) cable.send(Uint8Array.from([head, 0x00, ...body, crc >> 8, crc & 0xff]));
    });
  }

  return {
    receive(bytes) {
      if (!powered || hung || options.kind === 'plain') return;
      for (const byte of bytes) receive(byte);
    },
    show(...codes) {
      glass = codes;
      planReading(READ_MS);
    },
    hide() {
      glass = [];
      look += 1;
    },
    onGlass: () => glass,
    decorate(how) {
      decoration = how;
    },
    press(value) {
      if (value === pressed) return;
      pressed = value;
      if (pressed) startLooking();
      else looking = false;
    },
    power(on) {
      if (on === powered) return;
      powered = on;
      look += 1;
      looking = false;
      frame = [];
      if (!on) return;
      registers = new Map(saved);
      // A byte from the floating line while the engine starts.
      cable.send(Uint8Array.of(0x00, 0xff, 0x00));
      planReading(SAME_CODE_MS);
    },
    hang(value) {
      hung = value;
      frame = [];
    },
    answerAfter(delayMs) {
      replyMs = delayMs ?? REPLY_MS;
    },
    forgetSettings,
    refuseRegister(address) {
      refused.add(address);
    },
    acceptRegister(address) {
      refused.delete(address);
    },
    spoil(how) {
      trouble = how;
    },
    register,
    obeysSetupCodes,
    saves: () => saveCount,
  };
}

function beginsCommand(frame: readonly number[]): boolean {
  return frame[0] === 0x7e && (frame.length < 2 || frame[1] === 0x00);
}

/** CRC-CCITT by nibbles, without a table: not the driver's code on purpose. */
function modelCrc(bytes: readonly number[]): number {
  let crc = 0;
  for (const byte of bytes) {
    let x = ((crc >> 8) ^ byte) & 0xff;
    x ^= x >> 4;
    crc = ((crc << 8) ^ (x << 12) ^ (x << 5) ^ x) & 0xffff;
  }
  return crc;
}
