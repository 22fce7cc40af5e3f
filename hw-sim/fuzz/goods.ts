import type { Config } from '../../firmware/terminal.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Goods } from './oracle/goods-rules.js';

/** What falls out of a kiosk so configured, counted where it falls; undefined where the host app delivers. */
export function goodsOf({ devices, sale }: Config, { vend, machine }: KioskDevices): Goods | undefined {
  switch (devices.vend.kind) {
    case 'none':
      return undefined;
    case 'mdb':
      return {
        fallen: () => machine.fallen.map(({ item, price }) => `${item} for ${Math.round(Number(price) * 100)}`),
        nameOf: ({ channel = '', amount }) => `${channel} for ${amount.value}`,
        priceOf: () => undefined,
      };
    default: {
      const prices = new Map<string, string>();
      if (sale.mode === 'selection') {
        for (const { channel, price } of Object.values(sale.catalog)) prices.set(channel, price.value);
      }
      return {
        fallen: () => vend.fallen.map((channel) => `${channel + 1}`),
        nameOf: ({ channel = '1' }) => channel,
        priceOf: (channel) => prices.get(channel),
      };
    }
  }
}
