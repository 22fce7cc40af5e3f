/**
 * The text protocol of Qibixx MDB adapters (MDB-USB, MDB Pi Hat), from the vendor's published examples: lines of ASCII,
 * ended by LF or CRLF.
 */
export type MdbLine =
  | { readonly kind: 'version'; readonly text: string }
  /** Answer to a setting. */
  | { readonly kind: 'set'; readonly ok: boolean }
  /** The machine's view of our cashless reader. */
  | { readonly kind: 'state'; readonly state: 'inactive' | 'disabled' | 'enabled' | 'idle' }
  /** Somebody chose an item and the machine asks for its price. */
  | { readonly kind: 'vendAsked'; readonly price: string; readonly item: string }
  | { readonly kind: 'vendSucceeded' }
  | { readonly kind: 'vendFailed' }
  | { readonly kind: 'refused'; readonly why: string };

/** Undefined for a line that is not of this protocol, or says nothing that matters here. */
export function parseMdbLine(line: string): MdbLine | undefined {
  const fields = line.split(',').map((field) => field.trim());
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
      return rest[0]?.startsWith('VEND') ? { kind: 'vendFailed' } : { kind: 'refused', why: rest.join(',') };
    default:
      return undefined;
  }
}

function parseState([state, price, item]: readonly string[]): MdbLine | undefined {
  switch (state) {
    // Older firmware says OFFLINE and ONLINE.
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
      return price === undefined ? undefined : { kind: 'vendAsked', price, item: item ?? '' };
    default:
      return undefined;
  }
}

/**
 * `1.50` with two decimals is `150`, an integer of the smallest unit. Undefined for anything that is not exactly an
 * amount above zero: a price that is not understood is not charged.
 */
export function minorUnitsOf(price: string, decimals: number): string | undefined {
  const match = /^(\d{1,7})(?:\.(\d{1,4}))?$/.exec(price);
  if (match === null) return undefined;
  const fraction = (match[2] ?? '').replace(/0+$/, '');
  if (fraction.length > decimals) return undefined;
  const minor = `${match[1]}${fraction.padEnd(decimals, '0')}`.replace(/^0+(?=\d)/, '');
  return minor === '0' ? undefined : minor;
}

/** The opposite: `150` with two decimals is `1.50`. */
export function priceOf(minorUnits: string, decimals: number): string {
  if (decimals === 0) return minorUnits;
  const padded = minorUnits.padStart(decimals + 1, '0');
  return `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
}
