import { type Gm65Reply, gm65ParseReply } from './gm65-protocol.js';

/** The content of the bytes between two silences. */
export interface ScanBurst {
  /** The codes in their order, without repetitions. */
  readonly codes: readonly string[];
  /** Bytes that made no code: line breaks, power-up noise, a wrong baud rate, a burst over the limit. */
  readonly noiseBytes: number;
}

export interface ScanFramer {
  push(bytes: Uint8Array): void;
  /** So far it is one whole code with its terminator, and nothing behind it. */
  isOneWhole(): boolean;
  /** The line has been quiet: ends the burst. */
  silence(): ScanBurst;
}

/** A QR code of a GM65 holds at most 256 characters in this mode; anything longer is noise. */
const BURST_LIMIT_BYTES = 512;

const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;

/**
 * Splits a byte stream into codes: at CR, LF and TAB, at reply frames, and at silence. `content` removes what the engine
 * adds; where nothing is left there was no code. The result, and whether it is one whole code, depends only on the bytes
 * since the last silence, not on how they were split into chunks.
 *
 * A reply frame in the middle ends the text before it: two codes with a frame between them must not become one.
 */
export function createScanFramer(options: {
  readonly replies: boolean;
  readonly onReply: (reply: Gm65Reply) => void;
  /** Removes what engines add to a code, given as one character a byte. */
  readonly content: (text: string) => string;
}): ScanFramer {
  let text: number[] = [];
  let maybeReply: number[] = [];
  let codes: string[] = [];
  let burstBytes = 0;
  let noiseBytes = 0;
  /** The last text ended with a terminator, and not with a reply. */
  let terminated = false;

  function endText(): void {
    const bytes = text;
    text = [];
    let from = 0;
    let to = bytes.length;
    // A break condition and an idle line read as these; they may come before or after a good code.
    while (from < to && isLineNoise(bytes[from])) from += 1;
    while (to > from && isLineNoise(bytes[to - 1])) to -= 1;
    noiseBytes += bytes.length - (to - from);
    if (from === to) return;
    const code = options.content(String.fromCharCode(...bytes.slice(from, to)));
    if (holdsControl(code)) {
      noiseBytes += to - from;
      return;
    }
    const shown = code.replace(/[^ -~]/g, '?');
    if (shown !== '' && !codes.includes(shown)) codes.push(shown);
  }

  /** It started like a reply and is text, in which a reply may start one byte later. */
  function giveUpReply(): void {
    const [first, ...rest] = maybeReply;
    maybeReply = [];
    if (first !== undefined) text.push(first);
    for (const byte of rest) take(byte);
  }

  function take(byte: number): void {
    if (maybeReply.length > 0) {
      maybeReply.push(byte);
      const reply = gm65ParseReply(maybeReply);
      if (reply === 'incomplete') return;
      if (reply === 'no') {
        giveUpReply();
        return;
      }
      maybeReply = [];
      if (text.length > 0) terminated = false;
      endText();
      options.onReply(reply);
    } else if (options.replies && (byte === 0x02 || byte === 0x03)) maybeReply.push(byte);
    else if (byte === CR || byte === LF || byte === TAB) {
      endText();
      terminated = true;
    } else text.push(byte);
  }

  return {
    push(bytes) {
      for (const byte of bytes) {
        burstBytes += 1;
        if (burstBytes <= BURST_LIMIT_BYTES) take(byte);
      }
    },
    isOneWhole: () =>
      terminated &&
      codes.length === 1 &&
      text.length === 0 &&
      maybeReply.length === 0 &&
      burstBytes <= BURST_LIMIT_BYTES,
    silence() {
      while (maybeReply.length > 0) giveUpReply();
      endText();
      const overflow = burstBytes > BURST_LIMIT_BYTES;
      // The rest of such a burst is not known, so all of it is dropped.
      const burst = overflow ? { codes: [], noiseBytes: burstBytes } : { codes, noiseBytes };
      codes = [];
      burstBytes = 0;
      noiseBytes = 0;
      terminated = false;
      return burst;
    },
  };
}

/** Control characters except the separators GS and RS: codes never contain them, noise does. */
function holdsControl(code: string): boolean {
  return [...code].some((one) => (one < ' ' && one !== '\u001d' && one !== '\u001e') || one === '\u007f');
}

function isLineNoise(byte: number | undefined): boolean {
  return byte === 0x00 || byte === 0xff;
}
