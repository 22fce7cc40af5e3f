import { CLOSED, type Expectation, type Row, SALE_TABLE } from '../flows/sale-table.js';
import type { InputCase, Situation } from '../flows/situations.js';
import { markdownTable, namedOnce } from './markdown-table.js';

/** The situations to show, each with its name for readers and the row that says the rest of it. */
const SHOWN: readonly (readonly [Situation, string, Row])[] = [
  ['noSale', 'free', CLOSED],
  ['typingAmount', 'free, something is typed', SALE_TABLE.noSale],
  ['awaitingCode', '`awaitingCode`', CLOSED],
  ['machineAwaitingCode', '`awaitingCode`, a machine asked', SALE_TABLE.awaitingCode],
  ['paying', '`paying`', CLOSED],
  ['machinePaying', '`paying`, a machine asked', SALE_TABLE.paying],
  ['inquiring', '`inquiring`', CLOSED],
  ['inquiriesSpent', '`inquiring`, `INQUIRY_LIMIT` is reached', SALE_TABLE.inquiring],
  ['approved', '`approved`', CLOSED],
  ['vending', '`vending`', CLOSED],
  ['settled', '`settled`', CLOSED],
  ['declined', '`declined`', CLOSED],
  ['reversing', '`reversing`', CLOSED],
  ['heldForPerson', '`reversing`, held for a person', SALE_TABLE.reversing],
  ['reversed', '`reversed`', CLOSED],
];

/** The state machine of a sale as a table: what moves something, one row for all inputs of a state that do the same. */
export function saleMarkdown(): string {
  const rows = SHOWN.flatMap(([situation, name, rest]) => {
    const inputs = new Map<string, string[]>();
    for (const [input, cell] of Object.entries(SALE_TABLE[situation]) as [InputCase, Expectation][]) {
      const does = doing(cell);
      if (does.every((words) => words === '') || `${does}` === `${doing(rest[input])}`) continue;
      const key = JSON.stringify(does);
      inputs.set(key, [...(inputs.get(key) ?? []), code(input)]);
    }
    return [...inputs].map(([does, names]): [string, ...string[]] => [
      name,
      names.join('<br>'),
      ...(JSON.parse(does) as string[]),
    ]);
  });
  return markdownTable(['state', 'input', 'new state', 'durable first', 'then'], namedOnce(rows));
}

/** New state, records and effects; without what a caller is answered and what is only counted. */
function doing({ to, records, effects }: Expectation): string[] {
  const done = words(effects).filter((word) => !word.startsWith('answer:') && word !== 'noteRefusal');
  return [to === undefined ? [] : [to], words(records), done].map((list) => list.map(code).join('<br>'));
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const code = (text: string): string => `\`${text}\``;
