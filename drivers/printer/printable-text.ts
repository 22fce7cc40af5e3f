/**
 * What the printer's built-in fonts hold: `gbk` is a printer with the Chinese font (characters of GBK; the four-byte
 * ones of GB18030 print as garbage on most), `ascii` any printer.
 */
export type PrinterCharset = 'gbk' | 'ascii';

/** Characters that are better replaced by a relative than by a question mark. */
const RELATIVES: Readonly<Record<string, string>> = {
  '\u00a0': ' ',
  '\u00a5': '\uffe5' /* ¥ has no place in GBK, its full-width form has */,
  '\u20ac': 'EUR',
  '\u2022': '\u00b7',
  '\u2013': '-',
  '\u2014': '-',
  '\u2018': "'",
  '\u2019': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u2026': '...',
};

const ASCII_RELATIVES: Readonly<Record<string, string>> = {
  '\u00a5': 'Y',
  '\uffe5': 'Y',
  '\u00a3': 'GBP',
  '\u00d7': 'x',
};

let gbkCharacters: ReadonlySet<string> | undefined;

/**
 * The text as this printer can print it, on one line: no control characters, nothing outside its font. One `?` stands
 * for each character that it lacks.
 */
export function printableText(text: string, charset: PrinterCharset): string {
  let result = '';
  for (const character of text.normalize('NFC')) {
    const relative =
      (charset === 'ascii' ? ASCII_RELATIVES[character] : undefined) ?? RELATIVES[character] ?? character;
    for (const one of relative) result += printableCharacter(one, charset);
  }
  return result;
}

function printableCharacter(character: string, charset: PrinterCharset): string {
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x09 || code === 0x0a || code === 0x0d) return ' ';
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return '';
  if (code < 0x7f) return character;
  if (charset === 'gbk') {
    gbkCharacters ??= charactersOfGbk();
    if (gbkCharacters.has(character)) return character;
  }
  // A letter without its accent reads better than none; compatibility forms do not: ½ would become 12.
  const plain = character.normalize('NFD').replace(/[^ -~]/g, '');
  return plain === '' ? '?' : plain;
}

/** Every character with a two-byte code in GBK (lead 81–FE, trail 40–FE without 7F), private ones left out. */
function charactersOfGbk(): ReadonlySet<string> {
  const decoder = new TextDecoder('gbk');
  const characters = new Set<string>();
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail === 0x7f) continue;
      const decoded = decoder.decode(Uint8Array.of(lead, trail));
      const code = decoded.codePointAt(0) ?? 0xfffd;
      const isPrivate = code >= 0xe000 && code <= 0xf8ff;
      if (decoded.length === 1 && code !== 0xfffd && code > 0x7f && !isPrivate) characters.add(decoded);
    }
  }
  return characters;
}
