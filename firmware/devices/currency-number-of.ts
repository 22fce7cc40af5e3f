import { ownEntry } from '../../flows/own-entry.js';

/** ISO 4217 numbers of the currencies that a terminal can be configured with. */
const CURRENCY_NUMBERS: Readonly<Record<string, number>> = {
  AUD: 36,
  BDT: 50,
  BRL: 986,
  CAD: 124,
  CLP: 152,
  CNY: 156,
  EUR: 978,
  GBP: 826,
  HKD: 344,
  IDR: 360,
  JPY: 392,
  KRW: 410,
  MOP: 446,
  MXN: 484,
  MYR: 458,
  NZD: 554,
  PEN: 604,
  PHP: 608,
  PKR: 586,
  PLN: 985,
  SGD: 702,
  THB: 764,
  TWD: 901,
  USD: 840,
  VND: 704,
};

/** The ISO 4217 number of a configured currency, as MDB sends it. Throws for one that cannot be configured. */
export function currencyNumberOf(currency: string): number {
  const number = ownEntry(CURRENCY_NUMBERS, currency);
  if (number === undefined) throw new Error(`no ISO 4217 number for ${currency}`);
  return number;
}
