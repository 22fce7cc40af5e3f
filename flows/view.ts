import { openSale } from './book.js';
import { type CatalogItem, itemAt } from './catalog.js';
import type { TextKey } from './customer-texts.js';
import { inquiringText, saleNews } from './end-text.js';
import { FAULTS, type FaultCode } from './faults.js';
import { formatMoney, type Money, typedMoney } from './money.js';
import type { Policy } from './policy.js';
import { readiness } from './readiness.js';
import type { Sale } from './sale.js';
import type { TerminalState } from './terminal-state.js';

/**
 * What the terminal shows, as a function of its state. So no decision has to switch a lamp off or disarm the scanner.
 */
export interface View {
  readonly text: TextKey;
  /** Filled into the text: `amount`, `name`. */
  readonly values: Readonly<Record<string, string>>;
  /** What was typed so far: an amount such as `12.50`, or the digits of a slot. */
  readonly entry: string;
  readonly lamps: Lamps;
  readonly scannerArmed: boolean;
  /** An id of the refusal or bad news that is shown. Another id is other news. */
  readonly refusal?: string;
}

export interface Lamps {
  readonly ready: boolean;
  readonly busy: boolean;
  readonly paid: boolean;
  readonly fault: boolean;
}

export function view(state: TerminalState): View {
  const sale = openSale(state.book);
  const { reasons } = readiness(state);
  const notice = noticeText(state);
  const chosen = sale === undefined ? chosenItem(state) : undefined;
  return {
    text: notice ?? screen(state, sale, reasons, chosen),
    values: valuesOf(sale, chosen),
    entry: sale === undefined ? typed(state) : '',
    lamps: {
      ready: sale === undefined && reasons.length === 0,
      busy: sale !== undefined,
      paid: notice === 'paid' || sale?.state === 'approved' || sale?.state === 'vending',
      fault: reasons.length > 0,
    },
    ...refusalOf(state, notice),
    scannerArmed: sale?.state === 'awaitingCode',
  };
}

function screen(
  state: TerminalState,
  sale: Sale | undefined,
  reasons: readonly FaultCode[],
  chosen: CatalogItem | undefined,
): TextKey {
  switch (sale?.state) {
    case 'awaitingCode':
      return 'showCode';
    case 'paying':
      return 'paying';
    case 'inquiring':
      return inquiringText(sale);
    case 'approved':
      return 'paid';
    case 'vending':
      return 'vending';
    default:
      if (reasons.length > 0) return whyNot(reasons);
      return chosen === undefined ? INVITATIONS[state.policy.saleMode] : 'itemChosen';
  }
}

/** The end of a sale has one id, although its text can change. */
function refusalOf({ live: { notice } }: TerminalState, text: TextKey | undefined): Pick<View, 'refusal'> {
  if (notice === undefined || text === undefined || text === 'paid') return {};
  return { refusal: 'text' in notice ? notice.text : notice.endOf };
}

/** The text shown for a few seconds; undefined where there is none, or its sale is no longer kept. */
function noticeText({ book, live: { notice } }: TerminalState): TextKey | undefined {
  if (notice === undefined) return undefined;
  return 'text' in notice ? notice.text : saleNews(book, notice.endOf);
}

/** The most serious first: nobody should wait for a start that does not end. */
const EXCUSES = ['outOfService', 'noConnection', 'updating', 'startingUp'] as const satisfies readonly TextKey[];

const UNANSWERED: readonly FaultCode[] = ['starting', 'acquirerUnknown', 'acquirerUnreachable'];

function whyNot(reasons: readonly FaultCode[]): TextKey {
  /* The acquirer's first answer confirms the clock: until then the clock is not the cause. */
  const unanswered = reasons.some((reason) => UNANSWERED.includes(reason));
  const causes = unanswered ? reasons.filter((reason) => reason !== 'clockUnconfirmed') : reasons;
  return EXCUSES.find((text) => causes.some((reason) => FAULTS[reason].customerText === text)) ?? 'outOfService';
}

const INVITATIONS = {
  host: 'ready',
  amount: 'enterAmount',
  selection: 'enterSelection',
  mdb: 'chooseAtMachine',
} as const satisfies Record<Policy['saleMode'], TextKey>;

/** The item that the digits typed so far would choose. */
function chosenItem({ policy, live }: TerminalState): CatalogItem | undefined {
  return policy.saleMode === 'selection' && live.entry !== '' ? itemAt(policy.catalog, live.entry) : undefined;
}

function typed({ policy, live: { entry } }: TerminalState): string {
  return policy.saleMode === 'amount' && entry !== '' ? formatMoney(typedMoney(policy.currency, entry)) : entry;
}

function valuesOf(sale: Sale | undefined, chosen: CatalogItem | undefined): View['values'] {
  if (sale !== undefined) return { amount: priceTag(sale.amount) };
  return chosen === undefined ? {} : { name: chosen.name, amount: priceTag(chosen.price) };
}

function priceTag(amount: Money): string {
  return `${amount.currency} ${formatMoney(amount)}`;
}
