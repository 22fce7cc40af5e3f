import type { SerialCable, SerialDevice } from '../sim-serial.js';
import type { World } from '../world.js';
import { createEscposPage, heightOf } from './escpos-page.js';
import { automaticStatus, type PrinterState, paperSensor, realTimeStatus } from './escpos-status.js';
import { createEscposTokenizer, type EscposToken } from './escpos-tokens.js';
import { addToStrip, type PaperItem, paperText } from './paper.js';

/** Properties in which printers differ. */
export interface ReceiptPrinterModelOptions {
  /** 384 for 58 mm paper, 576 for 80 mm. */
  readonly widthDots: number;
  readonly rollDots: number;
  readonly bufferBytes: number;
  /** Whether it sends XOFF and XON. */
  readonly flowControl: 'none' | 'xonXoff';
  /** It sends XOFF when less than this is free, and XON at twice that. */
  readonly stopAtFreeBytes: number;
  /** It also sends XOFF while it is offline, the usual DIP switch setting: then no question reaches it. */
  readonly stopsWhenOffline: boolean;
  /** GS ( H is answered, skipped, or unknown and printed as text; `mute`: skipped, and GS r too. */
  readonly processIds: 'answered' | 'skipped' | 'printed' | 'mute';
  /** Reports every change by itself from power-up on, as with Epson's DIP switch 2-1. */
  readonly automaticStatus: boolean;
  readonly dotsPerSecond: number;
  /** From power-on until it accepts and answers bytes. */
  readonly startMs: number;
}

export const USUAL_PRINTER: ReceiptPrinterModelOptions = {
  widthDots: 576,
  rollDots: 640_000,
  bufferBytes: 4_096,
  flowControl: 'none',
  stopAtFreeBytes: 160,
  stopsWhenOffline: false,
  processIds: 'answered',
  automaticStatus: false,
  dotsPerSecond: 1_200,
  startMs: 1_500,
};

/** A receipt printer, and what a person does to it. */
export interface ReceiptPrinterModel extends SerialDevice {
  openCover(): void;
  closeCover(): void;
  /** Loads a roll of this length; a new one by default. Zero removes the paper. */
  loadPaper(rollDots?: number): void;
  /** The cutter jams at the next cut, until `freeCutter`. */
  jamCutter(): void;
  freeCutter(): void;
  overheat(hot: boolean): void;
  breakDown(): void;
  repair(): void;
  /** Somebody holds the feed button: offline without another cause. */
  holdFeed(held: boolean): void;
  power(on: boolean): void;
  /** Powered, and answering nothing. */
  hang(hung: boolean): void;
  /** The strips that were cut off, oldest first. */
  receipts(): readonly (readonly PaperItem[])[];
  /** The paper after the last cut. */
  unfinished(): readonly PaperItem[];
  /** Everything that was ever printed, as text. */
  tape(): readonly string[];
  /** How many bytes came while the buffer was full. */
  lostBytes(): number;
  /** How many DLE ENQ and DLE DC4 were received; receipts must never contain them. */
  realTimeCommands(): number;
}

const NEAR_END_DOTS = 20_000;
const CUT_MS = 250;
/** From freeing the cutter until the printer has moved it home and clears the error. */
const KNIFE_HOME_MS = 1_000;
/** Rows of a picture are handled in batches, to save hundreds of events. */
const WORK_SLICE_MS = 20;
const ANSWER_MS = 3;
const XON = 0x11;
const XOFF = 0x13;

/**
 * An ESC/POS printer: bytes are read at once and split into commands; DLE EOT is answered as it arrives (not inside the
 * data of another command, and not with a full buffer), everything else waits in the buffer for its turn.
 * Faults stop the paper, not the line.
 */
export function createReceiptPrinterModel(
  world: Pick<World, 'after'>,
  cable: SerialCable,
  options: ReceiptPrinterModelOptions,
): ReceiptPrinterModel {
  const page = createEscposPage(options.widthDots);
  const tokenizer = createEscposTokenizer(arrived);
  let buffer: { readonly token: EscposToken; readonly bytes: number }[] = [];
  let bufferedBytes = 0;
  let tokenBytes = 0;
  let paperLeftDots = options.rollDots;
  let strip: PaperItem[] = [];
  const strips: PaperItem[][] = [];
  let switchedOn = true;
  /** Switched on, and ready after its start. */
  let powered = true;
  let hung = false;
  let coverOpen = false;
  let knife: 'free' | 'willJam' | 'jammed' = 'free';
  let hot = false;
  let broken = false;
  let feedHeld = false;
  let tellsChanges = options.automaticStatus;
  let held = false;
  let printing = false;
  /** Counts power cuts, which invalidate planned events. */
  let life = 0;
  let lost = 0;
  let realTimeCommands = 0;

  function offline(): boolean {
    return coverOpen || paperLeftDots <= 0 || knife === 'jammed' || hot || broken || feedHeld;
  }

  function say(...bytes: readonly number[]): void {
    const mine = life;
    world.after(ANSWER_MS, () => {
      if (mine === life && powered && !hung) cable.send(Uint8Array.from(bytes));
    });
  }

  function receive(byte: number): void {
    if (bufferedBytes + tokenizer.pendingBytes() >= options.bufferBytes) {
      lost += 1;
      return;
    }
    tokenBytes += 1;
    tokenizer.push(byte);
  }

  function arrived(token: EscposToken): void {
    const bytes = tokenBytes;
    tokenBytes = 0;
    if (token.kind === 'realTimeStatus') say(realTimeStatus(token.n, state()));
    else if (token.kind === 'realTimeCommand') realTimeCommands += 1;
    else {
      buffer.push({ token, bytes });
      bufferedBytes += bytes;
    }
  }

  function state(): PrinterState {
    return {
      offline: offline(),
      coverOpen,
      paperOut: paperLeftDots <= 0,
      paperNearEnd: paperLeftDots < NEAR_END_DOTS,
      knifeJammed: knife === 'jammed',
      hot,
      broken,
    };
  }

  function changed(): void {
    if (tellsChanges) say(...automaticStatus(state()));
    work();
  }

  /** Takes the next commands from the buffer until one needs the paper to move. */
  function work(): void {
    if (!powered || printing) return;
    let busyMs = 0;
    while (!offline() && busyMs < WORK_SLICE_MS) {
      const next = buffer.shift();
      if (next === undefined) break;
      bufferedBytes -= next.bytes;
      busyMs += execute(next.token);
    }
    if (busyMs > 0) {
      printing = true;
      const mine = life;
      world.after(busyMs, () => {
        if (mine !== life) return;
        printing = false;
        work();
      });
    }
    flow();
  }

  function flow(): void {
    if (options.flowControl === 'none' || hung) return;
    const free = options.bufferBytes - bufferedBytes - tokenizer.pendingBytes();
    const stopped = options.stopsWhenOffline && offline();
    if (!held && (stopped || free < options.stopAtFreeBytes)) {
      held = true;
      cable.send(Uint8Array.of(XOFF));
    } else if (held && !stopped && free > 2 * options.stopAtFreeBytes) {
      held = false;
      cable.send(Uint8Array.of(XON));
    }
  }

  /** How long the paper moves, in milliseconds. */
  function execute(token: EscposToken): number {
    if (token.kind === 'command') {
      if (token.name === 'GS V') return cut(token.args);
      if (token.name === 'GS r' && options.processIds !== 'mute') say(paperSensor(state()));
      if (token.name === 'GS a') tellsChanges = (token.args[0] ?? 0) !== 0;
    }
    if (token.kind === 'block' && token.name === 'GS (H') return processId(token.data);
    return put(page.take(token));
  }

  function processId(data: readonly number[]): number {
    if (options.processIds === 'answered') say(0x37, 0x22, ...data.slice(2, 6), 0x00);
    if (options.processIds === 'printed')
      return data.reduce((sum, byte) => sum + put(page.take({ kind: 'text', bytes: [byte] })), 0);
    return 0;
  }

  function put(items: readonly PaperItem[]): number {
    if (items.length === 0) return 0;
    addToStrip(strip, items);
    const used = heightOf(items);
    const wasNear = paperLeftDots < NEAR_END_DOTS;
    paperLeftDots = Math.max(0, paperLeftDots - used);
    if (paperLeftDots === 0 || (!wasNear && paperLeftDots < NEAR_END_DOTS)) changed();
    return (used * 1_000) / options.dotsPerSecond;
  }

  function cut(args: readonly number[]): number {
    // GS V 65 and 66 feed to the cutter first.
    const feeds = (args[0] ?? 0) >= 65;
    const feedMs = feeds ? put([{ kind: 'feed', heightDots: 100 + (args[1] ?? 0) }]) : 0;
    if (knife === 'willJam') {
      knife = 'jammed';
      changed();
      return feedMs;
    }
    strips.push(strip);
    strip = [];
    return feedMs + CUT_MS;
  }

  function started(): void {
    powered = true;
    // A byte from the floating line while the printer starts.
    say(0x00, 0xff, ...(options.flowControl === 'xonXoff' ? [XON] : []));
  }

  return {
    receive(bytes) {
      if (!powered || hung) return;
      for (const byte of bytes) receive(byte);
      // Also while the paper moves.
      flow();
      work();
    },
    openCover() {
      coverOpen = true;
      changed();
    },
    closeCover() {
      coverOpen = false;
      changed();
    },
    loadPaper(rollDots = options.rollDots) {
      paperLeftDots = rollDots;
      changed();
    },
    jamCutter() {
      if (knife === 'free') knife = 'willJam';
    },
    freeCutter() {
      if (knife === 'willJam') knife = 'free';
      const mine = life;
      world.after(KNIFE_HOME_MS, () => {
        if (mine !== life || knife !== 'jammed') return;
        knife = 'free';
        changed();
      });
    },
    overheat(value) {
      hot = value;
      changed();
    },
    breakDown() {
      broken = true;
      changed();
    },
    repair() {
      broken = false;
      changed();
    },
    holdFeed(value) {
      feedHeld = value;
      changed();
    },
    power(on) {
      if (on === switchedOn) return;
      switchedOn = on;
      powered = false;
      life += 1;
      printing = false;
      held = false;
      buffer = [];
      bufferedBytes = 0;
      tokenBytes = 0;
      tokenizer.reset();
      page.reset();
      tellsChanges = options.automaticStatus;
      if (knife === 'jammed') knife = 'free';
      const mine = life;
      if (on) world.after(options.startMs, () => mine === life && started());
    },
    hang(value) {
      hung = value;
    },
    receipts: () => strips,
    unfinished: () => strip,
    tape: () => [...strips.flatMap((one) => [...paperText(one), '-- cut --']), ...paperText(strip)],
    lostBytes: () => lost,
    realTimeCommands: () => realTimeCommands,
  };
}
