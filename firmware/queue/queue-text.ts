import { formatMoney } from '../../flows/money.js';
import type { ReversalView, SaleView } from '../api/output-schemas.js';
import { plainText } from '../plain-text.js';
import { shortIds } from './pick-reversal.js';

/** The queue and its entries for people. Nothing in a text can break a line or steer a terminal window. */
export const queueText = { table, entry };

const HEAD = ['ID', 'SINCE', 'AMOUNT', 'KIND', 'STATE', 'CAUSE', 'LAST CODE'] as const;

/** `all`: what ids have to be told apart from; `shown`: the rows; `whole`: whether this is surely all there is. */
function table(all: readonly ReversalView[], shown: readonly ReversalView[], whole: boolean): string {
  if (shown.length === 0) return whole ? 'Nothing waits in the queue.\n' : 'What can be read holds no such reversal.\n';
  const ids = shortIds(all);
  const rows = shown.map((reversal) => [
    ids.get(reversal.reversalId) ?? reversal.reversalId,
    reversal.startedAt,
    amountOf(reversal),
    reversal.kind,
    reversal.manual ? `${reversal.state} (held)` : reversal.state,
    reversal.cause,
    reversal.lastCode ?? '',
  ]);
  const widths = HEAD.map((name, column) => Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => plainText(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const waiting = shown.filter(({ state }) => state !== 'finished');
  const persons = waiting.filter(({ state }) => state === 'needsPerson').length;
  const call = persons === 0 ? '' : `, ${persons} of them for a person (see: tillbox queue show ID)`;
  return `${[HEAD, ...rows].map(line).join('\n')}\n${waiting.length} waiting${call}\n`;
}

/** Everything about one, a line a fact, with what to do about it. */
function entry(reversal: ReversalView, sale: SaleView | undefined): string {
  const { end } = reversal;
  const facts: (readonly [string, string | undefined])[] = [
    ['reversal', reversal.reversalId],
    ['state', reversal.state],
    ['amount', amountOf(reversal)],
    ['kind', reversal.kind],
    ['cause', reversal.cause],
    ['since', reversal.startedAt],
    ['last code', reversal.lastCode],
    ['that means', reversal.operatorText],
    ['payment request', reversal.paymentRequestId],
    ['payment', reversal.paymentId],
    ['refund request', reversal.refundRequestId],
    ['refund id', reversal.refundId],
    ['reason', reversal.reason],
    ['ended', end && `${end.how} at ${end.at}`],
    ['by', end?.by],
    ['note', end?.note],
    ['outcome', end?.outcome],
    ['sale', reversal.saleId],
    ['order', sale === undefined ? 'no longer kept' : sale.orderId],
    ['sale state', sale?.state],
    ['goods', sale?.description],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(16)} ${plainText(value)}`],
  );
  return `${[...lines, ...advice(reversal)].join('\n')}\n`;
}

function advice({ state, manual, reversalId }: ReversalView): readonly string[] {
  if (state !== 'needsPerson') return [];
  return [
    '',
    manual
      ? 'Held back: the goods may have gone. Retry it to give the money back; where the customer has them, settle it as paid.'
      : 'The terminal cannot end this alone; it goes on trying slowly. Ask Alipay’s technical support about the payment.',
    `  tillbox queue retry ${reversalId}`,
    `  tillbox queue settle ${reversalId} --by NAME --note TEXT${manual ? ' --outcome paid' : ''}`,
  ];
}

function amountOf({ amount }: ReversalView): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
