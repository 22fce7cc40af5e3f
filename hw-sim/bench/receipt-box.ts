import { columnsOf, FONT_DOTS, type PaperItem, paperText } from '../devices/paper.js';
import { readCode128 } from '../devices/read-code128.js';

/** A shorter feed than half a line makes no gap in the text. */
const GAP_DOTS = 15;

/** True where nothing is printed: after a power cut the terminal cuts the paper, as something may hang from it. */
export function isBlankStrip(strip: readonly PaperItem[]): boolean {
  return strip.every(({ kind }) => kind === 'feed');
}

/**
 * A strip of paper as a box of text. Barcodes are decoded from their bars, not from the text beside them; a QR code is
 * drawn so that a phone can read it from the screen.
 */
export function receiptBox(strip: readonly PaperItem[], widthDots: number): string[] {
  const columns = Math.floor(widthDots / FONT_DOTS.width);
  const lines: string[] = [];
  for (const item of strip) {
    const text = itemLines(item, columns);
    /* Several gaps in a row become one. */
    if (text.length > 0 || (lines.at(-1) !== '' && item.kind === 'feed' && item.heightDots >= GAP_DOTS)) {
      lines.push(...(text.length > 0 ? text : ['']));
    }
  }
  while (lines[0] === '') lines.shift();
  while (lines.at(-1) === '') lines.pop();
  /* A QR code with its quiet zone may take a character more than a narrow line has. */
  const inner = Math.max(columns, ...lines.map(widthOf));
  const edge = '─'.repeat(inner + 2);
  return [`┌${edge}┐`, ...lines.map((line) => `│ ${padded(line, inner)} │`), `└${edge}┘`];
}

function itemLines(item: PaperItem, columns: number): string[] {
  switch (item.kind) {
    case 'textLine':
      return paperText([item]);
    case 'barcode':
      return barcodeLines(readCode128(item.modules)).map((line) => centred(line, columns));
    case 'raster':
      return qrLines(item) ?? paperText([item]);
    case 'feed':
      return [];
  }
}

function barcodeLines(payload: string | undefined): string[] {
  if (payload === undefined) return ['[a barcode that cannot be read]'];
  return ['║▌│║│▌║ CODE128 reads ║▌│║▌│║', payload];
}

/**
 * Two rows of modules a line, white as blocks: right on a dark screen. Undefined for a picture that is no square of
 * modules.
 */
function qrLines(item: Extract<PaperItem, { kind: 'raster' }>): string[] | undefined {
  const dot = (x: number, y: number): boolean =>
    (((item.data[y * item.rowBytes + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1) === 1;
  const width = item.rowBytes * 8;
  let first: { readonly x: number; readonly y: number } | undefined;
  for (let y = 0; y < item.rows && first === undefined; y += 1) {
    for (let x = 0; x < width && first === undefined; x += 1) if (dot(x, y)) first = { x, y };
  }
  if (first === undefined) return undefined;
  const { x: left, y: top } = first;
  /* The finder pattern's upper edge is seven modules. */
  let edge = 0;
  while (dot(left + edge, top)) edge += 1;
  const size = edge / 7;
  if (!Number.isInteger(size) || size < 1) return undefined;
  const modules = Math.floor(Math.min(width - left, item.rows - top) / size);
  const black = (column: number, row: number): boolean =>
    column >= 0 && row >= 0 && column < modules && row < modules && dot(left + column * size, top + row * size);
  const lines: string[] = [];
  for (let row = -2; row < modules + 2; row += 2) {
    let line = '';
    for (let column = -2; column < modules + 2; column += 1) {
      const upper = black(column, row);
      const lower = black(column, row + 1);
      line += upper ? (lower ? ' ' : '▄') : lower ? '▀' : '█';
    }
    lines.push(line);
  }
  return lines;
}

function centred(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, (columns - widthOf(text)) >> 1)) + text;
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += /[─-▟□]/u.test(character) ? 1 : columnsOf(character, character < '\u1100');
  return width;
}
