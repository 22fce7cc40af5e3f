import { formatMoney } from '../../flows/money.js';
import { isStartingUp, readiness } from '../../flows/readiness.js';
import { isOpen, type Sale } from '../../flows/sale.js';
import { watchBook } from '../api/watch-book.js';
import type { Kernel } from '../kernel.js';
import type { Log } from '../log/log.js';

/**
 * Logs one line for each change of readiness, with its reasons, and for each sale and reversal that ends. Returns the function
 * that stops it.
 */
export function logProgress(kernel: Kernel, log: Log): () => void {
  let logged = '';

  function logReadiness(): void {
    const { reasons, warnings } = readiness(kernel.state);
    const fields = {
      reasons: reasons.length === 0 ? undefined : reasons.join(' '),
      warnings: warnings.length === 0 ? undefined : warnings.join(' '),
    };
    const text = JSON.stringify(fields);
    if (text === logged) return;
    logged = text;
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
      statusChanged: logReadiness,
    },
  ]);
}

function saleFields({ saleId, orderId, state, endCode, amount }: Sale) {
  return { saleId, orderId, state, code: endCode, amount: `${amount.currency} ${formatMoney(amount)}` };
}
