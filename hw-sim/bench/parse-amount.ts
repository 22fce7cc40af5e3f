import { type Money, minorUnits } from '../../firmware/for-simulator.js';

/** An amount as people type it: `12`, `12.5`, `12.50` or `12,50`. Undefined where it is none in this currency. */
export function parseAmount(text: string, currency: string): Money | undefined {
  const decimals = minorUnits[currency] ?? 2;
  const found = /^(\d{1,14})(?:[.,](\d{1,2}))?$/.exec(text);
  if (found === null) return undefined;
  const [, whole = '', part = ''] = found;
  if (part.length > decimals) return undefined;
  const value = `${whole}${part.padEnd(decimals, '0')}`.replace(/^0+/, '');
  return value === '' || value.length > 16 ? undefined : { currency, value };
}
