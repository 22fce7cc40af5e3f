/**
 * The text protocol of Qibixx MDB adapters (MDB-USB, MDB Pi Hat), from the vendor's published examples: lines of ASCII,
 * ended by LF or CRLF, fields between commas, some of them in double quotes.
 */
export type MdbLine =
  | { readonly kind: 'version'; readonly text: string }
  /** Answer to a setting. */
  | { readonly kind: 'set'; readonly ok: boolean }
  /** The machine's view of our cashless reader. */
  | { readonly kind: 'state'; readonly state: 'inactive' | 'disabled' | 'enabled' | 'idle' }
  /** Somebody chose an item and the machine asks for its price, which may not be the one that was meant. */
  | { readonly kind: 'vendAsked'; readonly price: string; readonly item: string }
  | { readonly kind: 'vendSucceeded' }
  /** `command`: the adapter did not expect our approval or refusal; otherwise the goods did not come out. */
  | { readonly kind: 'vendFailed'; readonly of: 'command' | 'goods' }
  | { readonly kind: 'refused'; readonly why: string };

/** Undefined for a line that is not of this protocol, or not needed here. */
export function parseMdbLine(line: string): MdbLine | undefined {
  const fields = fieldsOf(line);
  const [head, word, ...rest] = fields;
  if (head === 'v') return { kind: 'version', text: fields.slice(1).join(',') };
  if (head !== 'c') return undefined;
  switch (word) {
    case 'SET':
      return { kind: 'set', ok: rest[0] === 'OK' };
    case 'STATUS':
      return parseState(rest);
    case 'VEND':
      return rest[0] === 'SUCCESS' ? { kind: 'vendSucceeded' } : undefined;
    case 'ERR':
      return parseError(rest.join(','));
    default:
      return undefined;
  }
}

/** Splits at commas outside of double quotes, and removes the quotes. */
function fieldsOf(line: string): string[] {
  const fields = [''];
  let quoted = false;
  for (const character of line) {
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) fields.push('');
    else fields.push(`${fields.pop()}${character}`);
  }
  return fields.map((field) => field.trim());
}

/** Errors name the command and a number: `VEND 3` is a failure of the machine, `VEND -3` an unexpected command. */
function parseError(why: string): MdbLine {
  const [, code] = /^VEND\b[\s,:]*(.*)$/.exec(why) ?? [];
  if (code === undefined) return { kind: 'refused', why };
  return { kind: 'vendFailed', of: code.startsWith('-') ? 'command' : 'goods' };
}

function parseState([state, price, item = '', ...more]: readonly string[]): MdbLine | undefined {
  switch (state) {
    // Older firmware sends OFFLINE and ONLINE.
    case 'INACTIVE':
    case 'OFFLINE':
      return { kind: 'state', state: 'inactive' };
    case 'DISABLED':
      return { kind: 'state', state: 'disabled' };
    case 'ENABLED':
    case 'ONLINE':
      return { kind: 'state', state: 'enabled' };
    case 'IDLE':
      return { kind: 'state', state: 'idle' };
    case 'VEND':
      if (price === undefined) return undefined;
      // With too many fields the end of the price is not known: all of it becomes the price, which is then invalid.
      return more.length > 0
        ? { kind: 'vendAsked', price: [price, item, ...more].join(','), item: '' }
        : { kind: 'vendAsked', price, item };
    default:
      return undefined;
  }
}

/**
 * `1.50` with two decimals is `150`, an integer of the smallest unit. Undefined for anything that is not exactly an
 * amount above zero: a price that is not understood is not charged. Three digits after the point are wrong for such a
 * currency, or thousands (`10.000`), even where they are zeros.
 */
export function minorUnitsOf(price: string, decimals: number): string | undefined {
  const match = /^(\d{1,7})(?:\.(\d{1,4}))?$/.exec(price);
  if (match === null) return undefined;
  if (match[2]?.length === 3 && decimals !== 3) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return undefined;
  const minor = `${match[1]}${fraction.padEnd(decimals, '0')}`.replace(/^0+(?=\d)/, '');
  return minor === '0' ? undefined : minor;
}

/**
 * Whether price and item may be one price with a comma of its own: `1,50` is the item 50 for 1.00, or 1.50; `1,500` is
 * the item 500 for 1, or 1500. Without decimals `150,101` is an item of three digits, as machines number them, unless the
 * price were one digit, or the item began with a zero. Also `1,500.00`, which is no item either way.
 */
export function mayBeCommaInPrice(price: string, item: string, decimals: number): boolean {
  if (!/^\d+$/.test(price)) return false;
  if (/^\d+\.\d+$/.test(item)) return true;
  if (/^\d{3}$/.test(item) && (decimals > 0 || price.length === 1 || item.startsWith('0'))) return true;
  return decimals > 0 && item.length === decimals && /^\d+$/.test(item);
}

/** The opposite: `150` with two decimals is `1.50`. */
export function priceOf(minorUnits: string, decimals: number): string {
  if (decimals === 0) return minorUnits;
  const padded = minorUnits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}
