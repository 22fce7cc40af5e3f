import type { Money } from './money.js';
import { ownEntry } from './own-entry.js';

/** One thing that keys can choose. */
export interface CatalogItem {
  /** As it stands on the machine, leading zeros and all. */
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

/** What stands behind the digits that were typed; undefined where there is nothing. */
export function itemAt(catalog: Catalog, typed: string): CatalogItem | undefined {
  return ownEntry(catalog, slotNumber(typed));
}
