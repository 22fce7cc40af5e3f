import type { Config } from '../../firmware/for-simulator.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Goods } from './oracle/goods-rules.js';

/**
 * The goods that fall out of a kiosk with this configuration; undefined where the host app delivers. Lines to a vending
 * machine have no checksum: where noise may have changed the name of an item (`garbled`), goods are compared by their
 * prices only, which the machine itself checks before it vends.
 */
export function goodsOf(
  { devices, sale }: Config,
  { vend, machine }: KioskDevices,
  garbled: () => boolean,
): Goods | undefined {
  const named = (item: string, value: string): string => `${garbled() ? 'goods' : item} for ${value}`;
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
