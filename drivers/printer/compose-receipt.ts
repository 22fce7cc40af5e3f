import type { Printer, QRCode } from 'receiptline';
import { printableText } from './printable-text.js';
import { encodingOf, type PrinterCharset } from './printer-charset.js';
import type { ReceiptDocument, ReceiptLine } from './receipt-document.js';
import { receiptline } from './receiptline.js';

/** 58 mm paper holds 32 columns (384 dots), 80 mm paper 48 (576 dots), at 203 dpi. */
export type PaperColumns = 32 | 48;

export interface ComposeOptions {
  readonly columns: PaperColumns;
  readonly charset: PrinterCharset;
}

export type ComposedReceipt =
  /** Pieces of whole commands: between two of them the printer can be asked for its condition. */
  { readonly ok: true; readonly pieces: readonly Uint8Array[] } | { readonly ok: false; readonly why: string };

/** receiptline's commands are characters below 256; this one marks where a command ends. */
const COMMAND_END = '\ue000';
/** Half a second at 9600 baud, less than any printer needs to start. */
const PIECE_BYTES = 480;
const LINE_LIMIT = 200;
const TEXT_LIMIT_CHARACTERS = 1_000;
const CODE_LIMIT_CHARACTERS = 200;
const DOTS_PER_COLUMN = 12;
/** A blank line of 30 dots is the quiet zone above and below: four modules of at most six dots. */
const QR_MODULE_DOTS = [6, 5, 4, 3] as const;
/** Thinner bars than two dots (0.25 mm) do not read on thermal paper. */
const BAR_DOTS = [3, 2] as const;

/**
 * ESC/POS bytes of a receipt, from the printer's reset to the feed before the cut; without fence and cut, which the
 * sender adds. Composed by receiptline, whose markup would allow injection: all text is reduced to what the printer can
 * print, and every mark in it is escaped.
 *
 * The bytes never contain a real-time command (DLE EOT, DLE ENQ, DLE DC4): printers act on those even in the middle of
 * the data of another command, and the digits 160502 in a CODE128 set C are DLE ENQ 2, "clear the buffer".
 */
export function composeReceipt(document: ReceiptDocument, options: ComposeOptions): ComposedReceipt {
  const fault = faultOf(document);
  if (fault !== undefined) return { ok: false, why: fault };
  for (const codes of ['barcodes', 'qrOnly'] as const) {
    const markup = document.lines.map((line) => lineMarkup(line, options, codes)).join('\n');
    const pieces = piecesOf(receiptline().transform(markup, printerOf(options)));
    if (!hasRealTimeCommand(Buffer.concat(pieces))) return { ok: true, pieces };
  }
  return { ok: false, why: 'the receipt would contain a real-time printer command' };
}

function faultOf(document: ReceiptDocument): string | undefined {
  if (document.lines.length > LINE_LIMIT) return `more than ${LINE_LIMIT} lines`;
  for (const line of document.lines) {
    if (line.kind === 'text' && line.text.length > TEXT_LIMIT_CHARACTERS) return 'a text is too long';
    if (line.kind === 'pair' && line.left.length + line.right.length > TEXT_LIMIT_CHARACTERS)
      return 'a pair is too long';
    if (line.kind === 'code' && !/^[!-~]+$/.test(line.payload)) return 'a code must be printable ASCII without spaces';
    if (line.kind === 'code' && line.payload.length > CODE_LIMIT_CHARACTERS) return 'a code is too long';
    if (line.kind === 'feed' && !(Number.isInteger(line.lines) && line.lines >= 0 && line.lines <= 20)) {
      return 'a feed must be 0 to 20 lines';
    }
  }
  return undefined;
}

function printerOf(options: ComposeOptions): Printer {
  return {
    cpl: options.columns,
    encoding: encodingOf(options.charset),
    spacing: true,
    cutting: false,
    // The generic dialect prints QR codes as raster, which every printer can. receiptline ends with a fence of its own.
    command: {
      ...receiptline().commands.generic,
      close: () => '',
      lf: () => `\n${COMMAND_END}`,
      qrcode: (symbol: QRCode) => rasterOf(receiptline().qrcode.generate(symbol), symbol.cell),
    },
  };
}

/** Bands of a picture print without a gap, and each takes a short time only. */
function rasterOf(matrix: readonly Uint8Array[], cell: number): string {
  const rowBytes = (matrix.length * cell + 7) >> 3;
  let commands = '';
  for (const modules of matrix) {
    const row = new Uint8Array(rowBytes);
    for (let x = 0; x < matrix.length * cell; x += 1) {
      if (modules[Math.floor(x / cell)] === 1) row[x >> 3] = (row[x >> 3] ?? 0) | (0x80 >> (x & 7));
    }
    const header = String.fromCharCode(0x1d, 0x76, 0x30, 0, rowBytes & 255, rowBytes >> 8, cell, 0);
    commands += header + String.fromCharCode(...row).repeat(cell) + COMMAND_END;
  }
  return commands;
}

/** Splits at the ends of commands, and joins small pieces. */
function piecesOf(commands: string): Buffer[] {
  const pieces: Buffer[] = [];
  let piece = '';
  for (const part of commands.split(COMMAND_END)) {
    if (piece.length + part.length > PIECE_BYTES && piece !== '') {
      pieces.push(Buffer.from(piece, 'latin1'));
      piece = '';
    }
    piece += part;
  }
  return piece === '' ? pieces : [...pieces, Buffer.from(piece, 'latin1')];
}

function lineMarkup(line: ReceiptLine, options: ComposeOptions, codes: 'barcodes' | 'qrOnly'): string {
  switch (line.kind) {
    case 'text':
      return aligned(decorated(escaped(printableText(line.text, options.charset).trim()), line), line.align ?? 'left');
    case 'pair':
      return pairMarkup(line, options);
    case 'rule':
      // Plain hyphens: the rule of receiptline needs a code page that Chinese printers lack.
      return aligned(escaped('-'.repeat(options.columns)), 'left');
    case 'code':
      return codeMarkup(line.payload, line.symbology === 'qr' || codes === 'qrOnly' ? 'qr' : 'auto', options);
    case 'feed':
      return Array.from({ length: line.lines }, () => BLANK_LINE).join('\n');
  }
}

const BLANK_LINE = '|\\x20|';

function pairMarkup(line: Extract<ReceiptLine, { kind: 'pair' }>, options: ComposeOptions): string {
  const left = printableText(line.left, options.charset).trim();
  const right = printableText(line.right, options.charset).trim();
  const gap = options.columns - textWidth(left, options) - textWidth(right, options);
  if (gap >= 1) return aligned(decorated(escaped(left + ' '.repeat(gap) + right), line), 'left');
  // A value that wraps reads better from the left edge.
  const side = textWidth(right, options) <= options.columns ? 'right' : 'left';
  return `${aligned(decorated(escaped(left), line), 'left')}\n${aligned(decorated(escaped(right), line), side)}`;
}

function codeMarkup(payload: string, symbology: 'auto' | 'qr', options: ComposeOptions): string {
  const option = (symbology === 'auto' ? barcodeOption(payload, options) : undefined) ?? qrOption(payload, options);
  return [
    BLANK_LINE,
    `{option:${option};code:${escaped(payload)}}`,
    BLANK_LINE,
    aligned(escaped(payload), 'centre'),
  ].join('\n');
}

/** CODE128 with the widest bars that leave room for its quiet zones; undefined where none do. */
function barcodeOption(payload: string, options: ComposeOptions): string | undefined {
  for (const width of BAR_DOTS) {
    const { length } = receiptline().barcode.generate({
      data: payload,
      type: 'code128',
      width,
      height: 72,
      hri: false,
      quietZone: true,
    });
    if (length <= options.columns * DOTS_PER_COLUMN) return `code128,${width},72`;
  }
  return undefined;
}

function qrOption(payload: string, options: ComposeOptions): string {
  const dots = options.columns * DOTS_PER_COLUMN;
  const modules = qrModules(payload);
  // Not wider than two thirds of the paper: a larger one takes longer to send and reads no better.
  const cell = QR_MODULE_DOTS.find((size) => (modules + 8) * size <= (dots * 2) / 3) ?? 3;
  return `qrcode,${cell},m`;
}

/** Cached: the size of a QR code depends only on how many bytes it holds, and finding it out is as slow as drawing it. */
function qrModules(payload: string): number {
  const known = MODULES_OF_LENGTH.get(payload.length);
  if (known !== undefined) return known;
  const modules = receiptline().qrcode.generate({ data: payload, type: 'qrcode', cell: 3, level: 'm' }).length;
  MODULES_OF_LENGTH.set(payload.length, modules);
  return modules;
}

/** At most one entry for each length that a code may have. */
const MODULES_OF_LENGTH = new Map<number, number>();

function aligned(markup: string, align: 'left' | 'centre' | 'right'): string {
  if (markup === '') return BLANK_LINE;
  switch (align) {
    case 'left':
      return `|${markup}`;
    case 'centre':
      return markup;
    case 'right':
      return `${markup}|`;
  }
}

function decorated(
  markup: string,
  how: { readonly size?: 'normal' | 'tall' | 'double'; readonly bold?: boolean },
): string {
  if (markup === '') return markup;
  const size = { normal: '', tall: '^^', double: '^^^' }[how.size ?? 'normal'];
  return how.bold ? `"${size}${markup}${size}"` : `${size}${markup}${size}`;
}

/** Every ASCII character that is neither letter nor digit, as receiptline's hexadecimal escape. */
function escaped(text: string): string {
  return text.replace(/[ -/:-@[-`{-~]/g, (mark) => `\\x${mark.charCodeAt(0).toString(16)}`);
}

function textWidth(text: string, options: ComposeOptions): number {
  return receiptline().commands.generic.measureText(text, encodingOf(options.charset));
}

function hasRealTimeCommand(bytes: Uint8Array): boolean {
  for (let at = bytes.indexOf(0x10); at !== -1; at = bytes.indexOf(0x10, at + 1)) {
    if ([0x04, 0x05, 0x14].includes(bytes[at + 1] ?? 0)) return true;
  }
  return false;
}
