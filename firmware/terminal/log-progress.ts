import { formatMoney } from '../../flows/money.js';
import { isStartingUp, readiness } from '../../flows/readiness.js';
import { isOpen, type Sale } from '../../flows/sale.js';
import { watchBook } from '../api/watch-book.js';
import type { Kernel } from '../kernel.js';
import type { Log } from '../log/log.js';

/**
 * Logs what whoever reads the log afterwards asks first: since when the terminal sells or does not, and why, and how each
 * sale and each reversal ended. One line a change. Returns the way to stop.
 */
export function logProgress(kernel: Kernel, log: Log): () => void {
  let told = '';

  function tellReadiness(): void {
    const { reasons, warnings } = readiness(kernel.state);
    const fields = {
      reasons: reasons.length === 0 ? undefined : reasons.join(' '),
      warnings: warnings.length === 0 ? undefined : warnings.join(' '),
    };
    const text = JSON.stringify(fields);
    if (text === told) return;
    told = text;
    if (reasons.length === 0) log.info('ready', fields);
    else if (isStartingUp(reasons)) log.info('not ready', fields);
    else log.warn('not ready', fields);
  }

  return watchBook(kernel, [
    {
      saleChanged(sale, before) {
        if (before !== undefined && isOpen(before) && !isOpen(sale)) log.info('sale ended', saleFields(sale));
      },
      reversalChanged({ reversalId, saleId, state, end }) {
        if (state !== 'finished' || end === undefined) return;
        const { how, by, note, outcome } = end;
        log.info('reversal ended', { reversalId, saleId, how, by, note, outcome });
      },
      statusChanged: tellReadiness,
    },
  ]);
}

function saleFields({ saleId, orderId, state, endCode, amount }: Sale) {
  return { saleId, orderId, state, code: endCode, amount: `${amount.currency} ${formatMoney(amount)}` };
}
