import type { Book, Sale } from '../../../firmware/for-simulator.js';
import type { Violate } from './violate.js';

/** What came out of the machine, counted by the machine. */
export interface Goods {
  /** One entry for each item that fell; equal items have equal names. */
  fallen(): readonly string[];
  /** Those of them that the machine denied afterwards. The terminal may have heard nothing else about them. */
  denied(): readonly string[];
  /** The item that a sale releases. */
  nameOf(sale: Sale): string;
  /** What it costs, in the smallest unit, where it has a price. */
  priceOf(name: string): string | undefined;
}

export interface GoodsRules {
  alarmRaised(alarm: string, detail: string): void;
  checkEnd(book: Book): void;
}

/**
 * Rules 1 and 2 by the goods: what was sold fell, and what fell was sold, counted by kind. Where the power, or the
 * machine's report, was lost while it moved, nobody can know. Then the customer gets the money back, or a person decides
 * by name, or the money is kept and an alarm reports it.
 */
export function createGoodsRules(goods: Goods, violate: Violate): GoodsRules {
  /** Sales with an alarm that their goods are unknown. */
  const alarmed = new Set<string>();

  return {
    alarmRaised(alarm, detail) {
      if (alarm === 'vendUnknown') alarmed.add(detail);
    },
    checkEnd(book) {
      const sales = Object.values(book.sales);
      const judged = new Set<string>();
      for (const { saleId, cause, end } of Object.values(book.reversals)) {
        /* A person who lets the payment stand, though the goods did not come out, has taken care of it. */
        if (end?.how === 'settledByHand' && (cause === 'vendUnknown' || end.outcome === 'paid')) judged.add(saleId);
      }
      const isUnsure = ({ saleId, endCode, goodsUnknown }: Sale): boolean =>
        endCode === 'vendUnknown' || goodsUnknown !== undefined || judged.has(saleId);
      const settled = tally(sales.filter((sale) => sale.state === 'settled' && !isUnsure(sale)).map(goods.nameOf));
      const unsure = tally(sales.filter(isUnsure).map(goods.nameOf));
      const fell = tally(goods.fallen());
      const denied = tally(goods.denied());
      for (const name of new Set([...settled.keys(), ...fell.keys()])) {
        const sold = settled.get(name) ?? 0;
        const perhaps = (unsure.get(name) ?? 0) + (denied.get(name) ?? 0);
        const out = fell.get(name) ?? 0;
        const detail = `${name}: ${sold} settled, ${perhaps} unsure, ${out} fell`;
        if (out < sold) violate('rule 1, charged without goods', detail);
        if (out > sold + perhaps) violate('rule 2, goods without payment', detail);
      }
      for (const { saleId, goodsUnknown } of sales) {
        if (goodsUnknown !== undefined && !alarmed.has(saleId)) {
          violate('rule 1, money is kept without goods and no alarm was raised', saleId);
        }
      }
      for (const sale of sales) {
        const price = goods.priceOf(goods.nameOf(sale));
        if (price === undefined || price === sale.amount.value) continue;
        violate('rule 2, goods for another price', `${sale.saleId}: ${sale.amount.value} instead of ${price}`);
      }
    },
  };
}

function tally(names: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const name of names) times.set(name, (times.get(name) ?? 0) + 1);
  return times;
}
