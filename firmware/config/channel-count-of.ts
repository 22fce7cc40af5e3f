import type { VendConfig } from './config.js';

/** How many vend channels there are; undefined where the host app or a machine knows its own. */
export function channelCountOf(vend: {
  readonly kind: VendConfig['kind'];
  readonly pins?: readonly number[] | undefined;
}): number | undefined {
  switch (vend.kind) {
    case 'relay':
      return vend.pins?.length;
    case 'mdb':
    case 'none':
      return undefined;
  }
}
