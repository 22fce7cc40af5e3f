import { API_LIMITS } from '../../firmware/api/api-contract.js';
import { createInputSchemas } from '../../firmware/api/input-schemas.js';
import { reversalRoutes } from '../../firmware/api/reversal-routes.js';
import { saleRoutes } from '../../firmware/api/sale-routes.js';
import { watchRoutes } from '../../firmware/api/watch-routes.js';
import { commandTable } from '../../firmware/commands/command-table.js';
import { configMarkdown } from '../../firmware/config/config-markdown.js';
import { exitCode } from '../../firmware/log/exit-code.js';
import type { ApiRoute } from '../../firmware/service/api-route.js';
import { CUSTOMER_TEXTS } from '../../flows/customer-texts.js';
import { FAULTS, type FaultRow } from '../../flows/faults.js';
import { OPERATOR_TEXTS } from '../../flows/operator-texts.js';
import {
  CANCEL_CODES,
  cancelAction,
  INQUIRY_CODES,
  inquiryAction,
  isConfigurationCode,
  mayBeTheOrder,
  OTHER_PAY_FAILURE,
  PAY_CODES,
  type PayRow,
  promptsCustomer,
  REFUND_CODES,
  refundAction,
} from '../../flows/result-codes.js';
import { type Cell, REVERSAL_TABLE } from '../../flows/reversal-verdict.js';
import { acquirerFaultKinds } from '../../hw-sim/acquirer/acquirer-faults.js';
import { magicAmounts } from '../../hw-sim/acquirer/magic-amounts.js';
import { markdownTable, namedOnce } from './markdown-table.js';
import { meanings } from './meanings.js';
import { saleMarkdown } from './sale-markdown.js';

/**
 * The parts of the documents that are made from the code, by the name in their `<!-- generated: NAME -->` marks. A spec fails
 * where a document differs.
 */
export const generatedParts: Readonly<Record<string, () => string>> = {
  config: () => configMarkdown().trimEnd(),
  commands,
  'exit-codes': () => namedRows('code', meanings.exitCodes, (name) => `${exitCode[name]}`),
  faults,
  alarms: () => namedRows('alarm', meanings.alarms),
  'sale-table': saleMarkdown,
  'sale-states': () => namedRows('state', meanings.saleStates),
  'receipt-states': () => namedRows('receipt', meanings.receiptStates),
  'reversal-states': () => namedRows('state', meanings.reversalStates),
  'reversal-causes': () => namedRows('cause', meanings.reversalCauses),
  'reversal-ends': () => namedRows('`end.how`', meanings.reversalEnds),
  'reversal-table': reversalTable,
  routes,
  conflicts: () => namedRows('`code` of a 409', meanings.conflicts),
  'api-limits': () => namedRows('limit', meanings.apiLimits, (name) => `\`${name}\`: ${API_LIMITS[name]}`),
  'pay-codes': payCodes,
  'waiting-texts': waitingTexts,
  'other-codes': otherCodes,
  'customer-texts': customerTexts,
  'operator-texts': () =>
    markdownTable(
      ['code', 'for the operator'],
      Object.entries(OPERATOR_TEXTS).map(([name, text]) => [code(name), text]),
    ),
  'acquirer-faults': () => acquirerFaultKinds.map(code).join(' '),
  'magic-amounts': () =>
    markdownTable(
      ['amount ends', 'what the acquirer does'],
      magicAmounts.map(({ ending, meaning }) => [`…${ending.slice(0, 2)}.${ending.slice(2)}`, meaning]),
    ),
};

const code = (text: string): string => `\`${text}\``;

function namedRows<K extends string>(
  head: string,
  rows: Readonly<Record<K, string>>,
  shown: (name: K) => string = code,
): string {
  const names = Object.keys(rows) as K[];
  return markdownTable(
    [head, 'means'],
    names.map((name) => [shown(name), rows[name]]),
  );
}

function commands(): string {
  return markdownTable(
    ['command', 'does'],
    commandTable.map(({ name, usage, summary }) => [code(`tillbox ${name} ${usage}`.trim()), summary]),
  );
}

const BLOCKS: Readonly<Record<FaultRow['blocksSale'], string>> = {
  always: 'yes',
  ifPrinterRequired: 'with `PRINTER_REQUIRED`',
  ifScannerRequired: 'where there is a scanner',
  never: 'no',
};

function faults(): string {
  return markdownTable(
    ['fault', 'means', 'stops sales', 'customers read', 'what to do'],
    Object.entries(FAULTS).map(([name, { meaning, blocksSale, customerText, operatorAction }]) => [
      code(name),
      meaning,
      BLOCKS[blocksSale],
      customerText === undefined ? '' : CUSTOMER_TEXTS[customerText].en,
      operatorAction,
    ]),
  );
}

/** The request of a reversal, the answer, and what follows. */
function reversalTable(): string {
  const { reversalRequests, reversalAnswers } = meanings;
  const rows = (Object.keys(REVERSAL_TABLE) as (keyof typeof REVERSAL_TABLE)[]).flatMap((phase) => {
    const answers: Readonly<Record<string, string>> = reversalAnswers[phase];
    const cells: Readonly<Record<string, Cell>> = REVERSAL_TABLE[phase];
    return Object.entries(cells).map(([kind, cell]): [string, ...string[]] => [
      reversalRequests[phase],
      code(kind),
      answers[kind] ?? '',
      cellWords(cell),
    ]);
  });
  return markdownTable(['asked', 'kind', 'answer', 'what follows'], namedOnce(rows));
}

function cellWords(cell: Cell): string {
  const { known, amountDiffers, uncancellable } = cell;
  return [
    nextWords(cell),
    ...(uncancellable ? ['what is paid is refunded'] : []),
    ...(known === undefined ? [] : [`the payment is known${known.charged ? ', and charged' : ''}`]),
    ...(amountDiffers ? ['alarm `amountDiffers`'] : []),
  ].join('; ');
}

const WHEN = {
  now: 'at once',
  retry: 'at the next retry',
  unpayable: 'when the payment can no longer arrive',
} as const;

function nextWords(cell: Cell): string {
  switch (cell.type) {
    case 'finish':
      return `finished: ${code(cell.how)}`;
    case 'ask':
      return `${cell.next === 'undo' ? 'cancel or refund' : meanings.reversalRequests[cell.next]} ${WHEN[cell.when]}`;
    case 'refund':
      return 'refund at once';
    case 'callPerson':
      return 'a person is called; the refund again, slowly';
    case 'hold':
      return 'held for a person';
  }
}

/** The rows of the routes as they are served; their handlers are never called here. */
function routes(): string {
  const unused = (): never => {
    throw new Error('the documents serve nothing');
  };
  const inputs = createInputSchemas('CNY');
  const book = { ask: unused, inputs, views: { sale: unused, reversal: unused }, whyNoBook: unused };
  const rows: readonly ApiRoute[] = [
    ...saleRoutes({ ...book, saleOfOrder: unused }),
    ...reversalRoutes({ ...book, reversals: unused }),
    ...watchRoutes({ status: unused, openEvents: unused, metrics: unused, openApi: unused }),
  ];
  return markdownTable(
    ['call', 'does', 'answers'],
    rows.map(({ method, path, summary, answers }) => [
      code(`${method} ${path}`),
      summary,
      answers
        .map(
          ({ status, codes, description }) =>
            `**${status}** ${codes ? `${codes.map(code).join(' ')}: ` : ''}${description}`,
        )
        .join('<br>'),
    ]),
  );
}

const PAY_ACTIONS: Readonly<Record<PayRow['action'], string>> = {
  tryAgain: 'another scan, up to `ATTEMPT_LIMIT`',
  declined: 'the sale is declined',
  configuration: 'declined, and the terminal is not ready: `acquirerMisconfigured`',
  inquire: 'proves nothing: inquire',
};

const PERHAPS_THE_ORDER =
  'declined, with an alarm; where the next order is refused so too, the terminal is not ready: `acquirerMisconfigured`';

function payCodes(): string {
  const row = (shown: string, { action, text, endText }: PayRow, unsigned: boolean, perhapsOrder = false): string[] => [
    shown,
    perhapsOrder ? PERHAPS_THE_ORDER : PAY_ACTIONS[action],
    CUSTOMER_TEXTS[text].en,
    CUSTOMER_TEXTS[text]['zh-CN'],
    action === 'tryAgain' ? CUSTOMER_TEXTS[endText].en : '',
    unsigned ? 'yes' : '',
  ];
  return markdownTable(
    ['code of an F', 'what follows', 'the customer reads', 'zh-CN', 'after the last scan', 'accepted unsigned'],
    [
      ...Object.entries(PAY_CODES).map(([name, pay]) =>
        row(code(name), pay, isConfigurationCode(name), mayBeTheOrder(name)),
      ),
      row('any other', OTHER_PAY_FAILURE, false),
    ],
  );
}

/** What a waiting customer reads, by the last answer about the payment. */
function waitingTexts(): string {
  const answers: readonly [string, boolean][] = [
    ['`PAYMENT_IN_PROCESS`, or `PROCESSING` by an inquiry', promptsCustomer({ code: 'PAYMENT_IN_PROCESS' })],
    ['any other U, a reply that proves nothing, silence', promptsCustomer({ code: UNKNOWN })],
  ];
  return markdownTable(
    ['last answer about the payment', 'the customer reads', 'zh-CN'],
    answers.map(([what, prompted]) => {
      const { en, 'zh-CN': chinese } = CUSTOMER_TEXTS[prompted ? 'confirmOnPhone' : 'checkingPayment'];
      return [what, en, chinese];
    }),
  );
}

/** A code that is in no table, to show what follows from it. */
const UNKNOWN = 'A_CODE_OF_TOMORROW';

function otherCodes(): string {
  const { inquiryActions, cancelActions, refundActions } = meanings;
  const rows = <A extends string>(
    call: string,
    codes: Readonly<Record<string, A>>,
    actions: Readonly<Record<A, string>>,
    other: A,
  ): string[][] => [
    ...Object.entries(codes).map(([name, action]) => [call, code(name), actions[action]]),
    [call, 'any other', actions[other]],
  ];
  return markdownTable(
    ['call', 'code of an F', 'what follows'],
    [
      ...rows('inquiryPayment', INQUIRY_CODES, inquiryActions, inquiryAction(UNKNOWN)),
      ...rows('cancel', CANCEL_CODES, cancelActions, cancelAction(UNKNOWN)),
      ...rows('refund', REFUND_CODES, refundActions, refundAction(UNKNOWN)),
    ],
  );
}

function customerTexts(): string {
  return markdownTable(
    ['text', 'en', 'zh-CN'],
    Object.entries(CUSTOMER_TEXTS).map(([name, texts]) => [code(name), texts.en, texts['zh-CN']]),
  );
}
