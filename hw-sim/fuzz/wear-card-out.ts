import { view } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import { type Coverage, count } from './coverage.js';
import type { Oracle } from './oracle.js';

/**
 * The last part of some shifts: the card begins to accept and forget, and a customer pays. The terminal has to notice it
 * within seconds of the first record, and end, so that it promises nothing more.
 */
export interface WearCardOutParts {
  readonly kiosk: Kiosk;
  readonly oracle: Oracle;
  readonly coverage: Coverage;
}

const CODE = '281111222233335555';
const NOTICED_MS = 2_000;
const PAYS_MS = 60_000;
const EXIT_FLASH = 74;

export function wearCardOut({ kiosk, oracle, coverage }: WearCardOutParts): void {
  const kernel = kiosk.terminal?.kernel;
  if (kernel === undefined || !view(kernel.state).lamps.ready) return;
  count(coverage, 'card worn out');
  kiosk.flash.faults.forgets = true;
  oracle.codeShown(CODE);
  const amount = { currency: 'CNY', value: '1250' };
  kernel.ask({ type: 'saleRequested', orderId: 'worn-out', amount }, () =>
    kernel.feed({ type: 'codeScanned', code: CODE }),
  );
  const isPaying = (): boolean =>
    Object.values(kernel.state.book.sales).some((sale) => isWornOut(sale) && sale.state !== 'awaitingCode');
  const isWornOut = ({ orderId }: { readonly orderId: string }): boolean => orderId === 'worn-out';
  if (!kiosk.runUntil(() => kiosk.life === undefined || isPaying(), PAYS_MS)) return;
  kiosk.runUntil(() => kiosk.life === undefined, NOTICED_MS);
  if (kiosk.exitCode !== EXIT_FLASH) oracle.violate('flash forgot', 'and the terminal went on');
}
