import { minorUnits } from './minor-units.js';

/**
 * An amount of money: an ISO 4217 currency and an integer number of its smallest units, as a decimal string, exactly as
 * the acquirer spells it. Never a float.
 */
export interface Money {
  readonly currency: string;
  readonly value: string;
}

/** True for a whole number of smallest units from 1 to 16 digits, without leading zeros. */
export function isMoneyValue(value: string): boolean {
  return /^[1-9]\d{0,15}$/.test(value);
}

export function sameMoney(a: Money, b: Money): boolean {
  return a.currency === b.currency && a.value === b.value;
}

/** `a - b` of one currency, as a value string; negative results and mixed currencies are undefined. */
export function subtractMoney(a: Money, b: Money): Money | undefined {
  if (a.currency !== b.currency) return undefined;
  const rest = BigInt(a.value) - BigInt(b.value);
  return rest < 0n ? undefined : { currency: a.currency, value: rest.toString() };
}

/** For people: `1250` CNY is `12.50`, `1250` JPY is `1250`. */
export function formatMoney(money: Money): string {
  const decimals = minorUnits[money.currency] ?? 2;
  if (decimals === 0) return money.value;
  const digits = money.value.padStart(decimals + 1, '0');
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
