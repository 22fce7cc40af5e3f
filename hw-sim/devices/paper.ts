/** What is on a paper strip, from top to bottom; positions and sizes in dots (8 a millimetre). */
export type PaperItem =
  | { readonly kind: 'textLine'; readonly runs: readonly TextRun[]; readonly heightDots: number }
  | {
      readonly kind: 'barcode';
      readonly modules: readonly boolean[];
      readonly moduleDots: number;
      readonly heightDots: number;
      readonly leftDots: number;
    }
  | {
      readonly kind: 'raster';
      readonly rowBytes: number;
      /** Both grow while rows of the same picture follow. */
      rows: number;
      readonly data: number[];
      readonly leftDots: number;
    }
  | { readonly kind: 'feed'; readonly heightDots: number };

export interface TextRun {
  readonly text: string;
  readonly leftDots: number;
  readonly bold: boolean;
  readonly wide: boolean;
  readonly tall: boolean;
  /** Characters above ASCII take one column, as those of a code page do, and not two. */
  readonly narrow: boolean;
}

export const FONT_DOTS = { width: 12, height: 24 } as const;

/** Adds items to a strip, which owns them from then on; rows of one picture are joined. */
export function addToStrip(strip: PaperItem[], items: readonly PaperItem[]): void {
  for (const item of items) {
    const last = strip.at(-1);
    const joins = item.kind === 'raster' && last?.kind === 'raster' && last.rowBytes === item.rowBytes;
    if (joins && last.leftDots === item.leftDots) {
      last.rows += item.rows;
      for (const byte of item.data) last.data.push(byte);
    } else strip.push(item);
  }
}

/** A strip as text, one string a line; graphics as a note in brackets. */
export function paperText(strip: readonly PaperItem[]): string[] {
  return strip.flatMap((item) => itemText(item) ?? []);
}

function itemText(item: PaperItem): string | undefined {
  switch (item.kind) {
    case 'textLine':
      return lineText(item.runs);
    case 'barcode':
      return `[barcode ${item.modules.length * item.moduleDots} dots]`;
    case 'raster':
      return `[picture ${item.rowBytes * 8} x ${item.rows} dots]`;
    case 'feed':
      return undefined;
  }
}

/** How many columns a character takes in the printer's font. */
export function columnsOf(character: string, narrow = false): number {
  return narrow || (character.codePointAt(0) ?? 0) < 0x80 ? 1 : 2;
}

function lineText(runs: readonly TextRun[]): string {
  let line = '';
  let column = 0;
  for (const run of runs) {
    const at = Math.round(run.leftDots / FONT_DOTS.width);
    if (at > column) {
      line += ' '.repeat(at - column);
      column = at;
    }
    line += run.text;
    for (const character of run.text) column += columnsOf(character, run.narrow) * (run.wide ? 2 : 1);
  }
  return line.trimEnd();
}

/** A picture of one bit a dot; 1 is black. */
export interface Dots {
  readonly width: number;
  readonly height: number;
  /** Row by row, one byte a dot. */
  readonly black: Uint8Array;
}

/** The graphics of a strip as dots, for a barcode decoder. Text is left white, as the printer's font is not known. */
export function paperDots(strip: readonly PaperItem[], widthDots: number): Dots {
  const height = strip.reduce((sum, item) => sum + itemHeight(item), 0);
  const black = new Uint8Array(widthDots * height);
  let top = 0;
  for (const item of strip) {
    if (item.kind === 'barcode') {
      item.modules.forEach((bar, index) => {
        if (bar) fill(black, widthDots, item.leftDots + index * item.moduleDots, top, item.moduleDots, item.heightDots);
      });
    } else if (item.kind === 'raster') {
      for (let y = 0; y < item.rows; y += 1) {
        for (let x = 0; x < item.rowBytes * 8; x += 1) {
          const byte = item.data[y * item.rowBytes + (x >> 3)] ?? 0;
          if ((byte >> (7 - (x & 7))) & 1) fill(black, widthDots, item.leftDots + x, top + y, 1, 1);
        }
      }
    }
    top += itemHeight(item);
  }
  return { width: widthDots, height, black };
}

export function itemHeight(item: PaperItem): number {
  return item.kind === 'raster' ? item.rows : item.heightDots;
}

function fill(black: Uint8Array, width: number, left: number, top: number, across: number, down: number): void {
  for (let y = top; y < top + down; y += 1) {
    for (let x = left; x < Math.min(width, left + across); x += 1) black[y * width + x] = 1;
  }
}
