import type { Money } from './money.js';
import { ownEntry } from './own-entry.js';

/** One item that can be chosen by keys. */
export interface CatalogItem {
  /** As it is written on the machine, with leading zeros. */
  readonly slot: string;
  readonly name: string;
  readonly price: Money;
  readonly channel: string;
}

/** By slot number, without leading zeros: `05` and `5` are the same button for a customer. */
export type Catalog = Readonly<Record<string, CatalogItem>>;

/** More digits than any slot has. */
export const SLOT_LIMIT_DIGITS = 4;

/** The key of a slot in the catalogue. */
export function slotNumber(typed: string): string {
  return typed.replace(/^0+(?=\d)/, '');
}

/** The item of the digits that were typed; undefined where there is none. */
export function itemAt(catalog: Catalog, typed: string): CatalogItem | undefined {
  return ownEntry(catalog, slotNumber(typed));
}
