/** One command or character as an ESC/POS printer takes it from the line. */
export type EscposToken =
  | { readonly kind: 'text'; readonly bytes: readonly number[] }
  | { readonly kind: 'lineFeed' }
  /** DLE EOT n: answered when it arrives, not in its turn. */
  | { readonly kind: 'realTimeStatus'; readonly n: number }
  /** DLE ENQ and DLE DC4: also executed at once. No receipt may contain them. */
  | { readonly kind: 'realTimeCommand'; readonly bytes: readonly number[] }
  | { readonly kind: 'command'; readonly name: string; readonly args: readonly number[] }
  /** GS k and GS ( with their data, and one row of GS v 0. */
  | { readonly kind: 'barcode'; readonly symbology: number; readonly data: readonly number[] }
  | { readonly kind: 'raster'; readonly mode: number; readonly rowBytes: number; readonly data: readonly number[] }
  | { readonly kind: 'block'; readonly name: string; readonly data: readonly number[] };

export interface EscposTokenizer {
  push(byte: number): void;
  /** Bytes of a command that is not complete yet. */
  pendingBytes(): number;
  /** True outside of a command and its data. */
  isComplete(): boolean;
  reset(): void;
}

/** Commands of fixed length: their letter and how many bytes follow. */
const ESC: Readonly<Record<number, number>> = {
  32: 1,
  33: 1,
  36: 2,
  45: 1,
  50: 0,
  51: 1,
  64: 0,
  69: 1,
  71: 1,
  77: 1,
  82: 1,
  92: 2,
  97: 1,
  100: 1,
  116: 1,
  123: 1,
};
const FS: Readonly<Record<number, number>> = { 38: 0, 45: 1, 46: 0, 67: 1, 83: 2, 87: 1 };
const GS: Readonly<Record<number, number>> = {
  33: 1,
  66: 1,
  72: 1,
  76: 2,
  87: 2,
  97: 1,
  102: 1,
  104: 1,
  114: 1,
  119: 1,
};

const DLE = 0x10;
const PREFIXES: Readonly<Record<number, readonly [name: string, lengths: Readonly<Record<number, number>>]>> = {
  27: ['ESC', ESC],
  28: ['FS', FS],
  29: ['GS', GS],
};

/**
 * Splits the byte stream of a printer into commands, byte by byte, as the printer does: inside the data of a command
 * nothing is a command, and what it does not know it prints or drops (Epson ESC/POS reference, command list).
 * Without a multi-byte font lead bytes are ordinary characters; with FS & two bytes make one.
 */
export function createEscposTokenizer(token: (token: EscposToken) => void): EscposTokenizer {
  let bytes: number[] = [];
  let twoByte = false;
  let raster: { readonly mode: number; readonly rowBytes: number; rowsLeft: number } | undefined;
  let row: number[] = [];

  function emit(one: EscposToken): void {
    bytes = [];
    if (one.kind === 'command') {
      if (one.name === 'FS &') twoByte = true;
      if (one.name === 'FS .' || one.name === 'ESC @') twoByte = false;
    }
    token(one);
  }

  function push(byte: number): void {
    if (raster !== undefined) {
      takeRow(raster, byte);
      return;
    }
    bytes.push(byte);
    const first = bytes[0] ?? 0;
    const second = bytes[1];
    const prefix = PREFIXES[first];
    if (prefix !== undefined) {
      if (second !== undefined) takePrefixed(prefix[0], prefix[1], second);
    } else if (first === DLE) {
      if (second !== undefined) takeRealTime(second);
    } else if (first === 0x0a) emit({ kind: 'lineFeed' });
    else if (first < 0x20 || first === 0x7f) emit({ kind: 'command', name: `C${first}`, args: [] });
    else if (first < 0x80 || !twoByte) emit({ kind: 'text', bytes: [first] });
    else if (second !== undefined) emit({ kind: 'text', bytes: [first, second] });
  }

  /** Rows are passed on as they come: a picture may be larger than the buffer. */
  function takeRow(open: { readonly mode: number; readonly rowBytes: number; rowsLeft: number }, byte: number): void {
    row.push(byte);
    if (row.length < open.rowBytes) return;
    const data = row;
    row = [];
    open.rowsLeft -= 1;
    if (open.rowsLeft === 0) raster = undefined;
    emit({ kind: 'raster', mode: open.mode, rowBytes: open.rowBytes, data });
  }

  function takeRealTime(second: number): void {
    const third = bytes[2];
    if (second === 0x04) {
      if (third !== undefined) emit({ kind: 'realTimeStatus', n: third });
    } else if (second === 0x05) {
      if (third !== undefined) emit({ kind: 'realTimeCommand', bytes });
    } else if (second === 0x14) {
      if (bytes.length === 5) emit({ kind: 'realTimeCommand', bytes });
    } else emit({ kind: 'command', name: `DLE ${second}`, args: [] });
  }

  function takePrefixed(name: string, lengths: Readonly<Record<number, number>>, second: number): void {
    const given = bytes.length - 2;
    const length = lengths[second];
    if (length !== undefined) {
      if (given === length) emit({ kind: 'command', name: nameOf(name, second), args: bytes.slice(2) });
      return;
    }
    const letter = nameOf(name, second);
    switch (letter) {
      case 'GS k':
        return takeBarcode(given);
      case 'GS v':
        return takeRaster(given);
      case 'GS V': {
        const mode = bytes[2];
        const plain = mode !== undefined && (mode < 0x30 ? mode < 2 : mode < 0x32);
        if (plain || given === 2) emit({ kind: 'command', name: letter, args: bytes.slice(2) });
        return;
      }
      case 'GS (':
      case 'FS (': {
        const [, , kind = 0, low = 0, high = 0] = bytes;
        if (given < 3 || given < 3 + low + high * 256) return;
        return emit({ kind: 'block', name: `${letter}${String.fromCharCode(kind)}`, data: bytes.slice(5) });
      }
      default:
        // Unknown: the printer throws away the two bytes and goes on.
        return emit({ kind: 'command', name: `${letter}?`, args: [] });
    }
  }

  function takeBarcode(given: number): void {
    const symbology = bytes[2];
    const length = bytes[3];
    if (symbology === undefined || length === undefined) return;
    if (symbology < 65) {
      if (bytes.at(-1) === 0) emit({ kind: 'barcode', symbology, data: bytes.slice(3, -1) });
    } else if (given === 2 + length) emit({ kind: 'barcode', symbology, data: bytes.slice(4) });
  }

  function takeRaster(given: number): void {
    if (given < 6) return;
    const [, , , mode = 0, xLow = 0, xHigh = 0, yLow = 0, yHigh = 0] = bytes;
    const rowBytes = xLow + xHigh * 256;
    const rows = yLow + yHigh * 256;
    if (rowBytes * rows === 0) emit({ kind: 'command', name: 'GS v', args: bytes.slice(2) });
    else {
      bytes = [];
      raster = { mode, rowBytes, rowsLeft: rows };
    }
  }

  return {
    push,
    pendingBytes: () => bytes.length + row.length,
    isComplete: () => bytes.length === 0 && raster === undefined,
    reset() {
      bytes = [];
      row = [];
      raster = undefined;
      twoByte = false;
    },
  };
}

function nameOf(prefix: string, letter: number): string {
  return `${prefix} ${String.fromCharCode(letter)}`;
}
