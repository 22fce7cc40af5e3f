import { minorUnits } from './minor-units.js';
import { ownEntry } from './own-entry.js';

/**
 * An amount of money: an ISO 4217 currency, and a whole number of its smallest units as a decimal string, as the acquirer
 * writes it. Never a float.
 */
export interface Money {
  readonly currency: string;
  readonly value: string;
}

/** True for a whole number of smallest units from 1 to 16 digits, without leading zeros. */
export function isMoneyValue(value: string): boolean {
  return /^[1-9]\d{0,15}$/.test(value);
}

/** Currencies with two decimals that the acquirer accepts in whole units only (Alipay's currency table). */
const WHOLE_ONLY: ReadonlySet<string> = new Set(['IDR']);

/** True for an amount that the acquirer accepts: above zero, and whole where the currency requires it. */
export function isPayable({ currency, value }: Money): boolean {
  return isMoneyValue(value) && (!WHOLE_ONLY.has(currency) || value.endsWith('00'));
}

/** The amount of digits typed on a keypad: smallest units, or whole units where the currency allows no others. */
export function typedMoney(currency: string, digits: string): Money {
  return { currency, value: WHOLE_ONLY.has(currency) ? `${digits}00` : digits };
}

/**
 * `12.50`, `12.5` and `12` of CNY are `1250`, `1250` and `1200`. Undefined for anything that is not exactly a payable
 * amount: signs, blanks, commas, more decimals than the currency has, more than nine digits before the point.
 */
export function parseMoney(text: string, currency: string): Money | undefined {
  const decimals = ownEntry(minorUnits, currency);
  const found = /^(\d{1,9})(?:\.(\d{1,4}))?$/.exec(text);
  if (found === null || decimals === undefined) return undefined;
  const [, whole = '', fraction = ''] = found;
  if (fraction.length > decimals) return undefined;
  const value = `${whole}${fraction.padEnd(decimals, '0')}`.replace(/^0+(?=\d)/, '');
  return isPayable({ currency, value }) ? { currency, value } : undefined;
}

export function sameMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.value === b.value;
}

/** `a - b`; undefined where that is negative or the currencies differ. */
export function subtractMoney(a: Money, b: Money): Money | undefined {
  if (a.currency !== b.currency) return undefined;
  const rest = BigInt(a.value) - BigInt(b.value);
  return rest < 0n ? undefined : { currency: a.currency, value: rest.toString() };
}

/** For people: `1250` CNY is `12.50`, `1250` JPY is `1250`. */
export function formatMoney(money: Money): string {
  const decimals = ownEntry(minorUnits, money.currency) ?? 2;
  if (decimals === 0) return money.value;
  const digits = money.value.padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
