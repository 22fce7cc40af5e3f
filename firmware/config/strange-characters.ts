/** Invisible characters: zero-width, soft hyphens, direction marks. Joiners are allowed: scripts and emoji need them. */
const INVISIBLE = /[\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]/;
const CONTROL = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * Why a text is no good as a name or id, to be read after what it belongs to: a character that another program decoded wrongly,
 * or that nobody sees, would go to the acquirer. Undefined where it is good.
 */
export function strangeCharacter(text: string): string | undefined {
  if (text.includes('\ufffd'))
    return 'has � in it, a character that was lost in another encoding; write it anew in UTF-8';
  const invisible = INVISIBLE.exec(text)?.[0];
  if (invisible !== undefined) return `has an invisible character in it (${codeOf(invisible)}); type it anew`;
  return CONTROL.test(text) ? 'has a control character or line end in it' : undefined;
}

/** Why a value that looks right may be wrong. */
export function strangeHint(text: string): string {
  if (/[\uff01-\uff5e]/.test(text)) return '; it has full-width characters in it';
  const other = INVISIBLE.exec(text)?.[0] ?? /\s/.exec(text.replace(/[ \n]/g, ''))?.[0];
  return other === undefined ? '' : `; it has the character ${codeOf(other)} in it`;
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
