import { CODE_PAGES } from './code-pages.js';
import { code128Modules } from './code128.js';
import type { EscposToken } from './escpos-tokens.js';
import { FONT_DOTS, itemHeight, type PaperItem, type TextRun } from './paper.js';

/** The page layout of an ESC/POS printer: commands in, paper items out. It does not handle time, paper or cables. */
export interface EscposPage {
  /** The items that this token prints, often none. Cuts, status and GS ( H are handled elsewhere. */
  take(token: EscposToken): readonly PaperItem[];
  /** ESC @ and a power cut: drops everything that is not on paper yet. */
  reset(): void;
}

const DEFAULT_SPACING_DOTS = 30;
const CODE128 = 73;

const gbk = new TextDecoder('gbk');

/** A run of text that the next character may join. */
interface GrowingRun extends TextRun {
  text: string;
}

const NOTHING: readonly PaperItem[] = [];

export function createEscposPage(widthDots: number): EscposPage {
  let line: GrowingRun[] = [];
  let x = 0;
  /** Where the last run ends. */
  let runEnd = 0;
  let bold = false;
  let wide = false;
  let tall = false;
  let align = 0;
  let marginDots = 0;
  let areaDots = widthDots;
  let spacingDots = DEFAULT_SPACING_DOTS;
  let barDots = 3;
  let barcodeDots = 162;
  let lineHeight = 0;
  let codePage = 0;

  function reset(): void {
    line = [];
    x = 0;
    runEnd = 0;
    bold = false;
    wide = false;
    tall = false;
    align = 0;
    marginDots = 0;
    areaDots = widthDots;
    spacingDots = DEFAULT_SPACING_DOTS;
    barDots = 3;
    barcodeDots = 162;
    lineHeight = 0;
    codePage = 0;
  }

  function area(): number {
    return Math.max(0, Math.min(areaDots, widthDots - marginDots));
  }

  function endLine(): PaperItem[] {
    const heightDots = Math.max(spacingDots, lineHeight);
    const room = area() - x;
    const shift = marginDots + (align === 1 ? room >> 1 : align === 2 ? room : 0);
    const runs = line.map((run) => ({ ...run, leftDots: run.leftDots + Math.max(0, shift) }));
    line = [];
    x = 0;
    lineHeight = 0;
    return runs.length === 0 ? [{ kind: 'feed', heightDots }] : [{ kind: 'textLine', runs, heightDots }];
  }

  function putText(bytes: readonly number[]): readonly PaperItem[] {
    const [first = 0x20] = bytes;
    const narrow = bytes.length === 1 && first >= 0x80;
    // A character of an unknown code page is printed as a box.
    const letter = narrow ? (CODE_PAGES[codePage]?.[first - 0x80] ?? '\u25a1') : String.fromCharCode(first);
    const shown = bytes.length === 2 ? gbk.decode(Uint8Array.from(bytes)) : letter;
    const columns = bytes.length === 2 ? 2 : 1;
    const advance = columns * FONT_DOTS.width * (wide ? 2 : 1);
    const wrapped = x + advance > area() ? endLine() : NOTHING;
    const last = line.at(-1);
    const joins =
      last !== undefined && last.bold === bold && last.wide === wide && last.tall === tall && last.narrow === narrow;
    if (joins && runEnd === x) last.text += shown;
    else line.push({ text: shown, leftDots: x, bold, wide, tall, narrow });
    x += advance;
    runEnd = x;
    lineHeight = Math.max(lineHeight, FONT_DOTS.height * (tall ? 2 : 1));
    return wrapped;
  }

  function graphicLeft(width: number): number {
    const room = area() - width;
    return marginDots + Math.max(0, align === 1 ? room >> 1 : align === 2 ? room : 0);
  }

  function putBarcode(symbology: number, data: readonly number[]): PaperItem[] {
    const before = line.length > 0 ? endLine() : [];
    const modules = symbology === CODE128 ? code128Modules(data) : undefined;
    // Wrong data, or too wide for the area: the printer prints nothing and reports nothing.
    if (modules === undefined || modules.length * barDots > area()) return before;
    const leftDots = graphicLeft(modules.length * barDots);
    return [...before, { kind: 'barcode', modules, moduleDots: barDots, heightDots: barcodeDots, leftDots }];
  }

  function putRaster(token: Extract<EscposToken, { kind: 'raster' }>): PaperItem[] {
    const before = line.length > 0 ? endLine() : [];
    const { rowBytes, data } = token;
    return [...before, { kind: 'raster', rowBytes, rows: 1, data: [...data], leftDots: graphicLeft(rowBytes * 8) }];
  }

  function command(name: string, args: readonly number[]): readonly PaperItem[] {
    const a = args[0] ?? 0;
    const b = args[1] ?? 0;
    switch (name) {
      case 'ESC @':
        reset();
        return NOTHING;
      case 'ESC t':
        codePage = a;
        return NOTHING;
      case 'ESC E':
        bold = (a & 1) === 1;
        return NOTHING;
      case 'GS !':
        wide = a >> 4 > 0;
        tall = (a & 15) > 0;
        return NOTHING;
      case 'ESC a':
        align = a % 48;
        return NOTHING;
      case 'GS L':
        marginDots = a + b * 256;
        return NOTHING;
      case 'GS W':
        areaDots = a + b * 256;
        return NOTHING;
      case 'ESC $':
        x = a + b * 256;
        return NOTHING;
      case 'ESC \\':
        x += a + b * 256;
        return NOTHING;
      case 'ESC 2':
        spacingDots = DEFAULT_SPACING_DOTS;
        return NOTHING;
      case 'ESC 3':
        spacingDots = a;
        return NOTHING;
      case 'ESC d':
        return [...endLine(), { kind: 'feed', heightDots: a * spacingDots }];
      case 'GS w':
        barDots = a;
        return NOTHING;
      case 'GS h':
        barcodeDots = a;
        return NOTHING;
      default:
        return NOTHING;
    }
  }

  return {
    reset,
    take(token) {
      switch (token.kind) {
        case 'text':
          return putText(token.bytes);
        case 'lineFeed':
          return endLine();
        case 'barcode':
          return putBarcode(token.symbology, token.data);
        case 'raster':
          return putRaster(token);
        case 'command':
          return command(token.name, token.args);
        case 'block':
        case 'realTimeStatus':
        case 'realTimeCommand':
          return NOTHING;
      }
    },
  };
}

/** The length of paper that items take. */
export function heightOf(items: readonly PaperItem[]): number {
  return items.reduce((sum, item) => sum + itemHeight(item), 0);
}
