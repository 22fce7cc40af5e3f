import type { Money } from './money.js';
import { lastAttempt, type Sale } from './sale.js';

/*
 * What is kept of paid sales that were dropped, so that no order is charged twice. One text, oldest first, each entry ended
 * by `;`:
 *
 *     request,saleId,amount,currency,orderId;
 *
 * `request` is the end of the payment request's id: its serial number and random digits. It is a text because that is
 * appended to and searched as a whole: a map of ten thousand entries would be copied for each sale.
 */

/** A paid sale that is no longer kept. */
export interface PaidOrder {
  readonly saleId: string;
  readonly orderId: string;
  readonly amount: Money;
}

/** The last digits of a payment request's id. No two payments of a terminal share them, whatever the clock says. */
const REQUEST_DIGITS = 14;

/** Adds a sale. Above `limitBytes` the oldest eighth is dropped at once, because each cut copies the rest. */
export function rememberPaid(memory: string, sale: Sale, limitBytes: number): string {
  const { saleId, orderId, amount } = sale;
  const request = endOf(lastAttempt(sale)?.paymentRequestId ?? '');
  const fields = [request, saleId, amount.value, amount.currency, orderId].map(quoted);
  const grown = `${memory}${fields.join()};`;
  if (grown.length <= limitBytes) return grown;
  return grown.slice(grown.indexOf(';', grown.length - Math.floor((limitBytes * 7) / 8)) + 1);
}

export function paidOrder(memory: string, orderId: string): PaidOrder | undefined {
  const at = memory.indexOf(`,${quoted(orderId)};`);
  return at < 0 ? undefined : entryAround(memory, at);
}

export function paidSale(memory: string, saleId: string): PaidOrder | undefined {
  const at = memory.indexOf(`,${quoted(saleId)},`);
  const found = at < 0 ? undefined : entryAround(memory, at);
  return found?.saleId === saleId ? found : undefined;
}

/** Whether it is the payment of an order in `memory`. */
export function isPaidRequest(memory: string, paymentRequestId: string): boolean {
  const entry = `${quoted(endOf(paymentRequestId))},`;
  return memory.startsWith(entry) || memory.includes(`;${entry}`);
}

function endOf(paymentRequestId: string): string {
  return paymentRequestId.slice(-REQUEST_DIGITS);
}

function entryAround(memory: string, at: number): PaidOrder {
  const entry = memory.slice(memory.lastIndexOf(';', at) + 1, memory.indexOf(';', at));
  const [, saleId = '', value = '', currency = '', orderId = ''] = entry.split(',').map(unquoted);
  return { saleId, orderId, amount: { currency, value } };
}

/** Without our separators and what JSON would escape, so that each character is one byte on flash. */
function quoted(field: string): string {
  return field.replace(/[^\w.:/-]/g, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function unquoted(field: string): string {
  return field.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
