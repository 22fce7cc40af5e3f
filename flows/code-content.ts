/**
 * The content of a barcode, without what scan engines and readers add to it. In front, in any order and number: the AIM
 * symbology identifier (`]Q1`, `]C0`; ISO/IEC 15424), the ECI of the character set (`\000026`, also with the backslash
 * doubled; ISO/IEC 18004), a byte order mark; on both sides STX, ETX and EOT, GS (FNC1) and RS, NUL, line breaks and
 * blanks.
 *
 * One letter in front (a maker's own "code id") is not removed: it may be part of the content.
 */
export function codeContent(text: string): string {
  let from = 0;
  for (;;) {
    const length = lengthOfAddition(text.slice(from, from + LONGEST_ADDITION));
    if (length === 0) break;
    from += length;
  }
  let to = text.length;
  while (to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

/** A byte order mark is three characters where each byte was read as a character. */
const MARK = /^(?:\][A-Za-z][0-9A-Za-z]|\\{1,2}[0-9]{6}|\u00ef\u00bb\u00bf)/;
const LONGEST_ADDITION = 8;

function lengthOfAddition(text: string): number {
  return isBlank(text[0]) ? 1 : (MARK.exec(text)?.[0].length ?? 0);
}

/** NUL, STX, ETX, EOT, GS and RS. `trim` removes white space and the byte order mark. */
const FRAMING: ReadonlySet<number> = new Set([0x00, 0x02, 0x03, 0x04, 0x1d, 0x1e]);

function isBlank(character: string | undefined): boolean {
  return character !== undefined && (character.trim() === '' || FRAMING.has(character.charCodeAt(0)));
}
