import { isInCharset, type PrinterCharset } from './printer-charset.js';

/** Characters that every font lacks, and their replacements. */
const RELATIVES: Readonly<Record<string, string>> = {
  '\u00a0': ' ',
  '\u202f': ' ',
  '\u2013': '-',
  '\u2014': '-',
  '\u2018': "'",
  '\u2019': "'",
  '\u201c': '"',
  '\u201d': '"',
  '\u2026': '...',
};

/** Characters that some fonts lack, and replacements that are better than a question mark. */
const SUBSTITUTES: Readonly<Record<string, string>> = {
  '\u00a5': '\uffe5' /* ¥ has no place in GBK, its full-width form has */,
  '\uffe5': 'Y',
  '\u20ac': 'EUR',
  '\u00a3': 'GBP',
  '\u2010': '-',
  '\u2011': '-',
  '\u2022': '\u00b7',
  '\u00b7': '-',
  '\u00d7': 'x',
  '\u2122': 'TM',
  '\u00ab': '"',
  '\u00bb': '"',
  '\u201a': "'",
  '\u201e': '"',
  '\u02bb': "'",
  '\u02bc': "'",
  '\u2032': "'",
  '\u2033': '"',
  '\u2039': "'",
  '\u203a': "'",
  '\u2212': '-',

  /* Latin letters that are not a letter with an accent. */
  '\u0110': 'D',
  '\u0111': 'd',
  '\u00d0': 'D',
  '\u00f0': 'd',
  '\u0141': 'L',
  '\u0142': 'l',
  '\u00d8': 'O',
  '\u00f8': 'o',
  '\u00c6': 'AE',
  '\u00e6': 'ae',
  '\u0152': 'OE',
  '\u0153': 'oe',
  '\u00df': 'ss',
  '\u1e9e': 'SS',
  '\u00de': 'Th',
  '\u00fe': 'th',
  '\u0131': 'i',
  '\u0126': 'H',
  '\u0127': 'h',
  '\u0132': 'IJ',
  '\u0133': 'ij',
  '\u0138': 'k',
  '\u013f': 'L',
  '\u0140': 'l',
  '\u0149': "'n",
  '\u014a': 'NG',
  '\u014b': 'ng',
  '\u0166': 'T',
  '\u0167': 't',
  '\u017f': 's',
  '\u0192': 'f',
  '\u018f': 'A',
  '\u0259': 'a',
  '\u0197': 'I',
  '\u0268': 'i',
  '\u01e4': 'G',
  '\u01e5': 'g',
  '\u0180': 'b',
  '\u0243': 'B',
  '\u0181': 'B',
  '\u0253': 'b',
  '\u0189': 'D',
  '\u0256': 'd',
  '\u018a': 'D',
  '\u0257': 'd',
  '\u0190': 'E',
  '\u025b': 'e',
  '\u018e': 'E',
  '\u01dd': 'e',
  '\u0191': 'F',
  '\u0193': 'G',
  '\u0260': 'g',
  '\u0194': 'G',
  '\u0263': 'g',
  '\u0196': 'I',
  '\u0269': 'i',
  '\u0198': 'K',
  '\u0199': 'k',
  '\u023d': 'L',
  '\u019a': 'l',
  '\u019d': 'N',
  '\u0272': 'n',
  '\u0186': 'O',
  '\u0254': 'o',
  '\u01a4': 'P',
  '\u01a5': 'p',
  '\u01ac': 'T',
  '\u01ad': 't',
  '\u023e': 'T',
  '\u2c66': 't',
  '\u0244': 'U',
  '\u0289': 'u',
  '\u01b2': 'V',
  '\u028b': 'v',
  '\u01b3': 'Y',
  '\u01b4': 'y',
  '\u024e': 'Y',
  '\u024f': 'y',
  '\u01b5': 'Z',
  '\u01b6': 'z',
  '\u023a': 'A',
  '\u2c65': 'a',
  '\u023b': 'C',
  '\u023c': 'c',
  '\u0246': 'E',
  '\u0247': 'e',
  '\u0248': 'J',
  '\u0249': 'j',
  '\u024c': 'R',
  '\u024d': 'r',
  '\u0237': 'j',
  '\ufb00': 'ff',
  '\ufb01': 'fi',
  '\ufb02': 'fl',
  '\ufb03': 'ffi',
  '\ufb04': 'ffl',
};

/** Made when first needed: that takes longer than printing a receipt of plain letters. */
let visible: Intl.Segmenter | undefined;
const PLAIN = /^[ -~]*$/;

/**
 * The text as this printer can print it, on one line: no control characters, nothing outside its font. A Latin letter that
 * the font lacks becomes the plain letter; anything else that people see as one character becomes one `?`.
 */
export function printableText(text: string, charset: PrinterCharset): string {
  if (PLAIN.test(text)) return text;
  visible ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  let result = '';
  for (const { segment } of visible.segment(text.normalize('NFC'))) result += printableSegment(segment, charset);
  return result;
}

/** Whether the printed text differs from the text for its reader. */
export function isPrintedOtherwise(text: string, charset: PrinterCharset): boolean {
  if (PLAIN.test(text)) return false;
  const meant = [...text.normalize('NFC')].map((one) => RELATIVES[one] ?? one).join('');
  return printableText(meant, charset) !== meant;
}

/** `segment`: what people see as one character, such as a letter with its accents or a joined emoji. */
function printableSegment(segment: string, charset: PrinterCharset): string {
  if (/^[\t\r\n]+$/.test(segment)) return ' ';
  const seen = segment.replace(INVISIBLE, '');
  return whole(seen, charset) ?? withoutAccents(seen, charset) ?? '?';
}

/** Control and format characters, joiners, and variation selectors. */
const INVISIBLE = /\p{Cc}|\p{Cf}|\p{Variation_Selector}/gu;

function whole(text: string, charset: PrinterCharset): string | undefined {
  let result = '';
  for (const character of text) {
    const printed = printableCharacter(character, charset);
    if (printed === undefined) return undefined;
    result += printed;
  }
  return result;
}

/**
 * A letter without its accent reads better than none. Only for letters and digits: without its stroke ≠ means the
 * opposite. Compatibility forms only for Latin letters (ǆ is dz, Ⅻ is XII): ½ would become 12.
 */
function withoutAccents(text: string, charset: PrinterCharset): string | undefined {
  const base = /^([\p{L}\p{N}])\p{M}*$/u.exec(text.normalize('NFD'))?.[1];
  const plain = base === undefined ? undefined : printableCharacter(base, charset);
  if (plain !== undefined || !/^\p{Script=Latin}\p{M}*$/u.test(text)) return plain;
  const letters = /^[A-Za-z]+$/.exec(text.normalize('NFKD').replace(/\p{M}/gu, ''));
  return letters?.[0];
}

function printableCharacter(character: string, charset: PrinterCharset): string | undefined {
  if (/^[ -~]$/.test(character)) return character;
  const relative = RELATIVES[character];
  if (relative !== undefined) return relative;
  if (isInCharset(character, charset)) return character;
  const substitute = SUBSTITUTES[character] ?? halfWidth(character);
  return substitute === undefined ? undefined : whole(substitute, charset);
}

/** Full-width forms of ASCII. */
function halfWidth(character: string): string | undefined {
  if (character === '\u3000') return ' ';
  return /^[\uff01-\uff5e]$/.test(character) ? String.fromCharCode(character.charCodeAt(0) - 0xfee0) : undefined;
}
