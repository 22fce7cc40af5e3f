/**
 * Decimals of each currency that the acquirer settles in (ISO 4217, as in Alipay's currency table). Other currencies are
 * refused: a wrong guess would charge a hundred times too much or too little.
 */
export const minorUnits: Readonly<Record<string, 0 | 2>> = {
  AUD: 2,
  BDT: 2,
  BRL: 2,
  CAD: 2,
  CLP: 0,
  CNY: 2,
  EUR: 2,
  GBP: 2,
  HKD: 2,
  IDR: 2,
  JPY: 0,
  KRW: 0,
  MOP: 2,
  MXN: 2,
  MYR: 2,
  NZD: 2,
  PEN: 2,
  PHP: 2,
  PKR: 2,
  PLN: 2,
  SGD: 2,
  THB: 2,
  TWD: 2,
  USD: 2,
  VND: 0,
};
