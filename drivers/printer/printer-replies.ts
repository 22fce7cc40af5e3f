export type PrinterReply =
  /** The answer to one DLE EOT; it does not name its n. */
  | { readonly kind: 'status'; readonly byte: number }
  /** Automatic status back: four bytes that the printer sends by itself. */
  | { readonly kind: 'automaticStatus'; readonly bytes: readonly [number, number, number, number] }
  /** GS ( H function 48: everything before the request with this id has been printed. */
  | { readonly kind: 'processId'; readonly id: string }
  /** The answer to GS r. */
  | { readonly kind: 'paperSensor'; readonly byte: number }
  | { readonly kind: 'flow'; readonly mayWrite: boolean };

export interface PrinterReplyParser {
  push(bytes: Uint8Array): void;
  /** The line has been quiet: an incomplete reply will not be completed. */
  silence(): void;
  /** A reply is incomplete. */
  isMidReply(): boolean;
  noiseBytes(): number;
}

const XON = 0x11;
const XOFF = 0x13;
const BLOCK_HEADER = 0x37;
const PROCESS_ID_TYPE = 0x22;
const PROCESS_ID_LENGTH = 4;

/**
 * Ids of fences use letters without bit 4, so that no byte of their answer looks like a real-time status, which the printer
 * may send in between.
 */
const ID_ALPHABET = 'ABCDEFGHIJKLMNO';

export function processIdOf(number: number): string {
  let rest = number;
  let id = '';
  for (let at = 0; at < PROCESS_ID_LENGTH; at += 1) {
    id += ID_ALPHABET[rest % ID_ALPHABET.length] ?? 'A';
    rest = Math.floor(rest / ID_ALPHABET.length);
  }
  return id;
}

/**
 * Separates the replies of an ESC/POS printer. Bytes come unasked (automatic status is on by default on some printers) and
 * interleaved, so they are distinguished by bit pattern and not by order (Epson ESC/POS reference, "status bytes"):
 * `0xx1xx10` real-time status · `0xx1xx00` first byte of automatic status · `0xx0xxxx` its further bytes and GS r ·
 * `37h 22h …00h` process id · 11h, 13h flow control.
 */
export function createPrinterReplyParser(reply: (reply: PrinterReply) => void): PrinterReplyParser {
  let automatic: number[] = [];
  let block: number[] = [];
  let noise = 0;

  function take(byte: number): void {
    if (byte === XON || byte === XOFF) {
      reply({ kind: 'flow', mayWrite: byte === XON });
    } else if ((byte & 0x93) === 0x12) {
      reply({ kind: 'status', byte });
    } else if (block.length > 0) {
      takeOfBlock(byte);
    } else if (byte === BLOCK_HEADER) {
      noise += automatic.length;
      automatic = [];
      block = [byte];
    } else if ((byte & 0x93) === 0x10) {
      noise += automatic.length;
      automatic = [byte];
    } else if ((byte & 0x90) === 0x00) {
      if (automatic.length > 0) takeOfAutomatic(byte);
      else reply({ kind: 'paperSensor', byte });
    } else {
      noise += automatic.length + 1;
      automatic = [];
    }
  }

  function takeOfAutomatic(byte: number): void {
    automatic.push(byte);
    const [first, second, third, fourth] = automatic;
    if (first === undefined || second === undefined || third === undefined || fourth === undefined) return;
    automatic = [];
    reply({ kind: 'automaticStatus', bytes: [first, second, third, fourth] });
  }

  function takeOfBlock(byte: number): void {
    block.push(byte);
    const position = block.length - 1;
    const last = 2 + PROCESS_ID_LENGTH;
    const fits =
      position === 1 ? byte === PROCESS_ID_TYPE : position === last ? byte === 0 : byte >= 0x20 && byte <= 0x7e;
    if (!fits) {
      noise += block.length;
      block = [];
    } else if (position === last) {
      const id = String.fromCharCode(...block.slice(2, last));
      block = [];
      reply({ kind: 'processId', id });
    }
  }

  return {
    push(bytes) {
      for (const byte of bytes) take(byte);
    },
    silence() {
      noise += automatic.length + block.length;
      automatic = [];
      block = [];
    },
    isMidReply: () => automatic.length > 0 || block.length > 0,
    noiseBytes: () => noise,
  };
}
