import { formatMoney } from '../../../flows/money.js';
import type { ReversalView, SaleView } from '../../api/output-schemas.js';
import { plainText } from '../../log/plain-text.js';
import { shortIds } from './pick-reversal.js';
import type { CutOffView } from './queue-source.js';

/** The queue and its entries for people. Nothing in a text can break a line or steer a terminal window. */
export const queueText = { table, entry, cutOff };

export interface QueueTable {
  /** Short ids are unique among these and `cutOff`. */
  readonly reversals: readonly ReversalView[];
  /** Of them, those that are listed. */
  readonly shown: readonly ReversalView[];
  readonly cutOff: readonly CutOffView[];
  /** Whether nothing can be missing. */
  readonly whole: boolean;
}

function table({ reversals, shown, cutOff, whole }: QueueTable): string {
  const ids = shortIds([...reversals, ...cutOff]);
  const idOf = ({ reversalId }: { readonly reversalId: string }): string => ids.get(reversalId) ?? reversalId;
  const parts: string[] = [];
  if (shown.length > 0) parts.push(queueTable(shown, idOf));
  else if (!whole) parts.push('What can be read holds no such reversal.\n');
  else if (cutOff.length === 0) parts.push('Nothing waits in the queue.\n');
  if (cutOff.length > 0) parts.push(cutOffTable(cutOff, idOf));
  return parts.join('\n');
}

type IdOf = (entry: { readonly reversalId: string }) => string;

function queueTable(shown: readonly ReversalView[], idOf: IdOf): string {
  const head = ['ID', 'SINCE', 'AMOUNT', 'KIND', 'STATE', 'CAUSE', 'LAST CODE'];
  const rows = shown.map((reversal) => [
    idOf(reversal),
    reversal.startedAt,
    amountOf(reversal),
    reversal.kind,
    reversal.manual ? `${reversal.state} (held)` : reversal.state,
    reversal.cause,
    reversal.lastCode ?? '',
  ]);
  const waiting = shown.filter(({ state }) => state !== 'finished');
  const persons = waiting.filter(({ state }) => state === 'needsPerson').length;
  const call = persons === 0 ? '' : `, ${persons} of them for a person (see: tillbox queue show ID)`;
  return `${inColumns([head, ...rows])}\n${waiting.length} waiting${call}\n`;
}

function cutOffTable(cutOff: readonly CutOffView[], idOf: IdOf): string {
  const head = ['ID', 'SINCE', 'AMOUNT', 'SALE', 'ORDER', 'PAYMENT REQUEST', 'PAYMENT'];
  const rows = cutOff.map((sale) => [
    idOf(sale),
    sale.at,
    amountOf(sale),
    sale.state,
    sale.orderId,
    sale.paymentRequestId,
    sale.paymentId ?? '',
  ]);
  const tail = `${cutOff.length} cut off, not in the queue yet, and may have been charged (see: tillbox queue show ID)`;
  return `${inColumns([head, ...rows])}\n${tail}\n${cutOff.map(atStart).join('\n')}\n`;
}

function atStart({ atStart: fate }: CutOffView): string {
  switch (fate) {
    case 'reversed':
      return 'A start of the terminal with this card reverses it.';
    case 'vendUnknown':
      return 'The goods were moving: a start of the terminal with this card does with it as VEND_UNKNOWN says.';
    case 'awaitsHost':
      return 'A start of the terminal with this card waits for the host app to say `delivered`, and reverses it without.';
  }
}

function inColumns(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_name, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => plainText(cell).padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return rows.map(line).join('\n');
}

/** A reversal, one fact a line, with what to do about it. */
function entry(reversal: ReversalView, sale: SaleView | undefined): string {
  const { end } = reversal;
  const facts: Facts = [
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
    ['acquirer', reversal.acquirer],
    ['refund request', reversal.refundRequestId],
    ['refund id', reversal.refundId],
    ['reason', reversal.reason],
    ['ended', end && `${end.how} at ${end.at}`],
    ['by', end?.by],
    ['note', end?.note],
    ['outcome', end?.outcome],
    ['may arrive until', reversal.mayArriveUntil],
    ['warning', reversal.warning],
    ['sale', reversal.saleId],
    ['order', sale === undefined ? 'no longer kept' : sale.orderId],
    ['sale state', sale?.state],
    ['goods', sale?.description],
  ];
  return `${[...factLines(facts), ...advice(reversal)].join('\n')}\n`;
}

/** A sale that was cut off, one fact a line, with what to do about it. */
function cutOff(sale: CutOffView): string {
  const lines = factLines([
    ['reversal', `${sale.reversalId} (not in the queue yet)`],
    ['amount', amountOf(sale)],
    ['since', sale.at],
    ['payment request', sale.paymentRequestId],
    ['payment', sale.paymentId],
    ['sale', sale.saleId],
    ['order', sale.orderId],
    ['sale state', sale.state],
  ]);
  const proven = sale.state === 'approved' || sale.state === 'vending';
  const advice = [
    '',
    `The box ended in the middle of this sale, and its payment ${proven ? 'was' : 'may have been'} charged.`,
    atStart(sale),
    'Where this card starts in no box again, ask Alipay’s technical support about the payment request, see that the money',
    `goes back${proven ? ', or that the customer has the goods (then add --outcome paid)' : ''}, and settle it on the card:`,
    `  tillbox queue settle ${sale.reversalId} --by NAME --note TEXT`,
  ];
  return `${[...lines, ...advice].join('\n')}\n`;
}

type Facts = readonly (readonly [name: string, value: string | undefined])[];

function factLines(facts: Facts): readonly string[] {
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(16)} ${plainText(value)}`]));
}

const LOST_SALE =
  'Alipay says that this terminal was paid, and no sale on its card explains it, so a card was lost or wiped, and nobody knows of the goods';

const HELD = {
  goods:
    'Held back: the goods may have gone. Retry it to give the money back; where the customer has them, settle it as paid.',
  lostSale: `Held back: ${LOST_SALE}. Retry it to give the money back; where the customer has them, settle it as paid.`,
  refund:
    'Held back: the refund failed for good. Settle it first, then pay the customer back another way; or retry the refund.',
} as const;

function whyHeld({ kind, cause }: ReversalView): keyof typeof HELD {
  if (kind === 'refund') return 'refund';
  return cause === 'unknownPayment' ? 'lostSale' : 'goods';
}

function advice(reversal: ReversalView): readonly string[] {
  const { state, manual, reversalId } = reversal;
  if (state !== 'needsPerson') return [];
  const held = manual ? whyHeld(reversal) : undefined;
  return [
    '',
    ...(held === undefined
      ? [
          'The terminal cannot end this alone; it goes on trying slowly. Ask Alipay’s technical support about the payment.',
          'Settle it before you pay the customer back another way: until then the terminal may still give the money back.',
        ]
      : [HELD[held]]),
    `  tillbox queue retry ${reversalId}`,
    `  tillbox queue settle ${reversalId} --by NAME --note TEXT${held === undefined || held === 'refund' ? '' : ' --outcome paid'}`,
  ];
}

function amountOf({ amount }: Pick<ReversalView, 'amount'>): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
