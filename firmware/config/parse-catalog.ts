import { type Catalog, type CatalogItem, SLOT_LIMIT_DIGITS, slotNumber } from '../../flows/catalog.js';
import { minorUnits } from '../../flows/minor-units.js';
import { parseMoney } from '../../flows/money.js';
import { ownEntry } from '../../flows/own-entry.js';
import { channelHint, isVendChannel } from '../../flows/vend-channel.js';
import { quoted } from '../log/plain-text.js';
import { type CsvSeparator, csvFields, csvSeparators } from './csv-fields.js';
import { strangeCharacter } from './strange-characters.js';

/** Something wrong in a catalogue file. */
export interface CatalogFault {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

export interface CatalogContent {
  readonly catalog: Catalog;
  readonly faults: readonly CatalogFault[];
}

export interface CatalogRules {
  /** ISO 4217: what prices are in. */
  readonly currency: string;
  /** Vend channels there are, counted from 1; undefined where the host app or the machine numbers its own. */
  readonly channelCount: number | undefined;
}

const HEADER = ['slot', 'name', 'price', 'channel'];
const SEPARATOR_NAMES: Readonly<Record<CsvSeparator, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab' };
const ITEMS_LIMIT = 1000;
const LINE_LIMIT_CHARACTERS = 512;
const NAME_LIMIT_CHARACTERS = 64;
const FILE_LIMIT_CHARACTERS = 262_144;

/**
 * Reads a catalogue: CSV with the header `slot,name,price,channel`, then one item a line. The header decides the separator:
 * comma, semicolon or tab. Empty lines, and empty columns at the end, are ignored. A slot is 1 to 4 digits (`05` is `5`), a
 * name 1 to 64 characters on one line, a price a decimal in the currency such as `12.50`, a channel a relay counted from 1 or,
 * without relays, a name. Two slots may share a channel. All faults are reported.
 */
export function parseCatalog(text: string, rules: CatalogRules): CatalogContent {
  const catalog: Record<string, CatalogItem> = {};
  const faults: CatalogFault[] = [];
  if (text.length > FILE_LIMIT_CHARACTERS) {
    return { catalog, faults: [{ line: 1, problem: 'begins a file longer than 256 KiB' }] };
  }
  const lines = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  /* Some spreadsheets write such a line before the header. */
  const headerIndex = /^sep=[,;\t]$/i.test(lines[0] ?? '') ? 1 : 0;
  const header = lines[headerIndex] ?? '';
  const separator = separatorOf(header);
  if (separator === undefined) {
    const wide = /[\uff0c\uff1b]/.test(header) ? '; it has full-width commas in it' : '';
    const problem = `has to be ${HEADER.join()}, separated by commas, semicolons or tabs${wide}`;
    return { catalog, faults: [{ line: headerIndex + 1, problem }] };
  }
  const lineOf = new Map<string, number>();
  for (const [index, content] of lines.entries()) {
    if (index <= headerIndex || isEmptyRow(content, separator)) continue;
    const line = index + 1;
    const refuse = (problem: string): void => {
      faults.push({ line, problem });
    };
    const item = itemOf(content, separator, rules, refuse);
    if (item === undefined) continue;
    const slot = slotNumber(item.slot);
    const first = lineOf.get(slot);
    if (first !== undefined) refuse(`has the slot ${item.slot}, which line ${first} has already`);
    else lineOf.set(slot, line);
    if (lineOf.size === ITEMS_LIMIT + 1) {
      refuse(`is beyond the ${ITEMS_LIMIT} items that are allowed`);
      break;
    }
    catalog[slot] = item;
  }
  if (lineOf.size === 0 && faults.length === 0) faults.push({ line: 1, problem: 'is not followed by any item' });
  return { catalog, faults };
}

function itemOf(
  content: string,
  separator: CsvSeparator,
  { currency, channelCount }: CatalogRules,
  refuse: (problem: string) => void,
): CatalogItem | undefined {
  let valid = true;
  const invalid = (problem: string): void => {
    valid = false;
    refuse(problem);
  };
  const fields = fieldsOf(content, separator, invalid);
  if (fields === undefined) return undefined;
  const [slot = '', name = '', priceText = '', channel = ''] = fields;
  if (!/^\d+$/.test(slot) || slot.length > SLOT_LIMIT_DIGITS) {
    invalid(`has ${quoted(slot)} for a slot; 1 to ${SLOT_LIMIT_DIGITS} digits belong there`);
  }
  const strangeName = strangeCharacter(name);
  if (name === '' || name.length > NAME_LIMIT_CHARACTERS || strangeName !== undefined) {
    const why = strangeName === undefined ? '' : `: it ${strangeName}`;
    invalid(`has no name of 1 to ${NAME_LIMIT_CHARACTERS} printable characters${why}`);
  }
  const price = parseMoney(priceText, currency);
  if (price === undefined) invalid(`has ${quoted(priceText)} for a price; ${priceHint(currency)}`);
  if (!/^[0-9A-Za-z_-]{1,16}$/.test(channel)) {
    invalid(`has ${quoted(channel)} for a channel, which has to be 1 to 16 letters, digits, "-" or "_"`);
  } else if (channelCount !== undefined && !isVendChannel(channel, channelCount)) {
    invalid(`has ${quoted(channel)} for a channel, which ${channelHint(channelCount)}`);
  }
  return valid && price !== undefined ? { slot, name, price, channel } : undefined;
}

/** Undefined where the line is no header. */
function separatorOf(header: string): CsvSeparator | undefined {
  if (header.length > LINE_LIMIT_CHARACTERS) return undefined;
  return csvSeparators.find((one) => withoutEmptyEnd(csvFields(header.toLowerCase(), one))?.join() === HEADER.join());
}

/** Spreadsheets also save the empty rows below the table, with their separators. */
function isEmptyRow(content: string, separator: CsvSeparator): boolean {
  if (content.trim() === '') return true;
  if (content.length > LINE_LIMIT_CHARACTERS) return false;
  return csvFields(content, separator)?.every((field) => field === '') === true;
}

/** Without the empty columns beside the table, which spreadsheets save, too. */
function withoutEmptyEnd(fields: readonly string[] | undefined): readonly string[] | undefined {
  if (fields === undefined) return undefined;
  let length = fields.length;
  while (length > HEADER.length && fields[length - 1] === '') length -= 1;
  return fields.slice(0, length);
}

function fieldsOf(
  content: string,
  separator: CsvSeparator,
  refuse: (problem: string) => void,
): readonly string[] | undefined {
  if (content.length > LINE_LIMIT_CHARACTERS) {
    refuse(`has more than ${LINE_LIMIT_CHARACTERS} characters`);
    return undefined;
  }
  const fields = withoutEmptyEnd(csvFields(content, separator));
  if (fields === undefined) refuse('has a quote without its other half');
  else if (fields.length === HEADER.length) return fields;
  else {
    const other = csvSeparators.find((one) => withoutEmptyEnd(csvFields(content, one))?.length === HEADER.length);
    const belong = `${HEADER.join()} belong there, a ${SEPARATOR_NAMES[separator]} inside a name in "quotes"`;
    const hint = `separated by a ${SEPARATOR_NAMES[separator]} as in the first line, not by a ${SEPARATOR_NAMES[other ?? separator]}`;
    refuse(`has ${fields.length} fields; ${other === undefined ? belong : hint}`);
  }
  return undefined;
}

function priceHint(currency: string): string {
  if (currency === 'IDR') return 'a whole amount above 0 in IDR such as 15000 belongs there';
  return ownEntry(minorUnits, currency) === 0
    ? `a whole number of ${currency} above 0 such as 1200 belongs there`
    : `a decimal number of ${currency} above 0 such as 12.50 belongs there`;
}
