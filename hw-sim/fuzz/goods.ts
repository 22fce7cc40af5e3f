import type { Config } from '../../firmware/for-simulator.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Goods } from './oracle/goods-rules.js';

/**
 * What falls out of a kiosk so configured, counted where it falls; undefined where the host app delivers. The lines of a
 * vending machine bear no checksum: where noise may have changed its name of an item (`misheard`), goods are told apart by
 * their prices alone. Those it compares itself before it vends.
 */
export function goodsOf(
  { devices, sale }: Config,
  { vend, machine }: KioskDevices,
  misheard: () => boolean,
): Goods | undefined {
  const named = (item: string, value: string): string => `${misheard() ? 'goods' : item} for ${value}`;
  const nameOfFallen = ({ item, price }: { readonly item: string; readonly price: string }): string =>
    named(item, `${Math.round(Number(price) * 100)}`);
  switch (devices.vend.kind) {
    case 'none':
      return undefined;
    case 'mdb':
      return {
        fallen: () => machine.fallen.map(nameOfFallen),
        denied: () => machine.denied.map(nameOfFallen),
        nameOf: ({ channel = '', amount }) => named(channel, amount.value),
        priceOf: () => undefined,
      };
    case 'relay': {
      const prices = new Map<string, string>();
      if (sale.mode === 'selection') {
        for (const { channel, price } of Object.values(sale.catalog)) prices.set(channel, price.value);
      }
      return {
        fallen: () => vend.fallen.map((channel) => `${channel + 1}`),
        denied: () => [],
        nameOf: ({ channel = '1' }) => channel,
        priceOf: (channel) => prices.get(channel),
      };
    }
  }
}
