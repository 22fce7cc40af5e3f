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
 * What the terminal shows, as a function of its state: nothing has to remember to switch a lamp off or to disarm the
 * scanner.
 */
export interface View {
  readonly text: TextKey;
  /** Filled into the text: `amount`, `name`. */
  readonly values: Readonly<Record<string, string>>;
  /** What was typed so far, as customers read it: an amount such as `12.50`, or the digits of a slot. */
  readonly entry: string;
  readonly lamps: Lamps;
  readonly scannerArmed: boolean;
  /** Names the news that is not good while it is told: another name is other news. */
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

/** How one sale ended is one piece of news, whatever becomes of the words. */
function refusalOf({ live: { notice } }: TerminalState, text: TextKey | undefined): Pick<View, 'refusal'> {
  if (notice === undefined || text === undefined || text === 'paid') return {};
  return { refusal: 'text' in notice ? notice.text : notice.endOf };
}

/** What is told for a few seconds; undefined where nothing is, or where it has become pointless. */
function noticeText({ book, live: { notice } }: TerminalState): TextKey | undefined {
  if (notice === undefined) return undefined;
  return 'text' in notice ? notice.text : saleNews(book, notice.endOf);
}

/** The gravest first: who reads that it starts may wait for nothing. */
const EXCUSES = ['outOfService', 'noConnection', 'startingUp'] as const satisfies readonly TextKey[];

const UNANSWERED: readonly FaultCode[] = ['starting', 'acquirerUnknown', 'acquirerUnreachable'];

function whyNot(reasons: readonly FaultCode[]): TextKey {
  /* The acquirer's first answer confirms the clock: until it comes, the clock is not what is wrong. */
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

/** What the digits typed so far would choose. */
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
