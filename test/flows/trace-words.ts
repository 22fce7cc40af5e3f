import { formatMoney, type Money } from '../../flows/money.js';
import { CODE } from './builders.js';

export interface TraceWords {
  /** A record or an effect on one line: its type, then what it carries that matters to a reader. */
  of(item: object): string;
  /** The text with every id that was seen so far in its short form, such as `sale-1`. */
  short(text: string): string;
}

/** Ids get short names in the order in which they appear. */
const ID_KEYS: Readonly<Record<string, string>> = {
  saleId: 'sale',
  paymentRequestId: 'payment',
  reversalId: 'reversal',
  refundRequestId: 'refund',
};

/** Keys whose value says enough without its name. */
const BARE_KEYS: ReadonlySet<string> = new Set(['type', 'kind', 'alarm', 'detail', 'amount', ...Object.keys(ID_KEYS)]);

/** Left out: the same in every story, or prose. So is every key that ends in `Ms` or `Minutes`. */
const DULL_KEYS: ReadonlySet<string> = new Set([
  ...[
    'account',
    'acquirer',
    'grantor',
    'serialNumber',
    'callId',
    'exchange',
    'orderId',
    'description',
    'message',
    'at',
  ],
  ...['salesKept', 'bytesKept', 'state', 'attempts'],
]);

export function createTraceWords(): TraceWords {
  const names = new Map<string, string>();

  function learn(key: string, id: string): void {
    const kind = Object.hasOwn(ID_KEYS, key) ? ID_KEYS[key] : undefined;
    if (kind === undefined || names.has(id)) return;
    const others = [...names.values()].filter((name) => name.startsWith(`${kind}-`));
    names.set(id, `${kind}-${others.length + 1}`);
  }

  /* An id may be a part of another one. */
  function short(text: string): string {
    const longestFirst = [...names].sort(([a], [b]) => b.length - a.length);
    return longestFirst.reduce((done, [id, name]) => done.replaceAll(id, name), text);
  }

  function wordsOf([key, value]: [string, unknown]): string[] {
    if (DULL_KEYS.has(key) || /(?:Ms|Minutes)$/.test(key) || value === CODE) return [];
    if (value === true) return [key];
    if (isMoney(value)) return [key === 'amount' ? price(value) : `${key}=${price(value)}`];
    if (Array.isArray(value)) return [`${key}=${value.join(',')}`];
    if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(wordsOf);
    if (value === undefined || value === false || value === 'none') return [];
    const text = String(value);
    learn(key, text);
    return [BARE_KEYS.has(key) ? short(text) : `${key}=${short(text)}`];
  }

  return {
    of({ type, ...rest }: { readonly type?: string }) {
      return [type ?? '', ...Object.entries(rest).flatMap(wordsOf)].join(' ');
    },
    short,
  };
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'currency' in value && 'value' in value;
}

function price(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
