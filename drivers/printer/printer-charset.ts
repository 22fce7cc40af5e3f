import { receiptline } from './receiptline.js';

/**
 * The characters of the printer's fonts. `ascii`: any printer. `gbk`: a printer with the Chinese font (characters of GBK;
 * the four-byte ones of GB18030 print as garbage on most). The rest are code pages, selected by `ESC t`.
 */
export const PRINTER_CHARSETS = ['ascii', 'cp437', 'cp852', 'cp858', 'cp866', 'cp1252', 'gbk'] as const;

export type PrinterCharset = (typeof PRINTER_CHARSETS)[number];

/** receiptline's name for it. Text for `ascii` is ASCII already, and the default page of every printer has that. */
export function encodingOf(charset: PrinterCharset): 'gb18030' | Exclude<PrinterCharset, 'ascii' | 'gbk'> {
  if (charset === 'gbk') return 'gb18030';
  return charset === 'ascii' ? 'cp437' : charset;
}

/** Whether one character above ASCII is in the printer's font. */
export function isInCharset(character: string, charset: PrinterCharset): boolean {
  if (charset === 'ascii') return false;
  if (charset === 'gbk') {
    gbkCharacters ??= charactersOfGbk();
    return gbkCharacters.has(character);
  }
  /* receiptline sends a question mark for what a page lacks. */
  return character.length === 1 && !receiptline().commands.generic.text(character, encodingOf(charset)).endsWith('?');
}

let gbkCharacters: ReadonlySet<string> | undefined;

/** Every character with a two-byte code in GBK (lead 81–FE, trail 40–FE without 7F), private ones left out. */
function charactersOfGbk(): Set<string> {
  const codes: number[] = [];
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    /* Decoded at once, one to a line: a code that is none must not take its neighbour with it. */
    for (let trail = 0x40; trail <= 0xfe; trail += 1) if (trail !== 0x7f) codes.push(lead, trail, LINE_END);
  }
  const decoded = new TextDecoder('gbk').decode(Uint8Array.from(codes)).split('\n');
  const characters = new Set(decoded.filter((text) => text.length === 1 && /[^\0-\x7f\ue000-\uf8ff\ufffd]/.test(text)));
  /* Newer than most such fonts. */
  characters.delete('\u20ac');
  return characters;
}

const LINE_END = 0x0a;
