import type { Ledger } from '../../acquirer/ledger.js';
import type { PanelModel } from '../../devices/panel-model.js';
import type { Kiosk } from '../../kiosk.js';
import type { Surroundings } from './readiness-rules.js';
import type { Violate } from './violate.js';

const LOOK_MS = 2_000;
/** A slow card delays what is shown. */
const DOOR_SHOWN_MS = 20_000;

/** Rules 2 and 4 by the lamps, which are all that many customers see. Checked at intervals. */
export function watchPanel(
  kiosk: Kiosk,
  panel: PanelModel,
  { ledger, around }: { readonly ledger: Ledger; readonly around: Surroundings },
  violate: Violate,
): void {
  const { world } = kiosk;

  function look(): void {
    const lit = panel.lit();
    const sale = Object.values(kiosk.terminal?.kernel.state.book.sales ?? {}).at(-1);
    if (lit.includes('ready') && around.doorOpenMs(world.nowMs()) > DOOR_SHOWN_MS) {
      violate('not ready, and a lamp says that it is', 'the door was open');
    }
    if (lit.includes('paid')) {
      const id = sale?.attempts.at(-1)?.paymentRequestId ?? '';
      if (!ledger.standing(id).charged) violate('rule 2, a lamp says paid and it was not', id);
      if (sale?.state === 'reversing') violate('rule 4, a lamp says paid of a sale that is reversed', sale.saleId);
    }
    world.after(LOOK_MS, look);
  }

  look();
}
