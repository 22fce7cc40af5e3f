import { present } from '../../../flows/present.js';
import { createInputSchemas } from '../../api/input-schemas.js';
import { validateInput } from '../../service/read-input.js';
import type { CommandInput } from '../command-table.js';
import type { Settlement } from './queue-source.js';

/** What `tillbox queue` has to do. */
export type QueueRequest = { readonly json: boolean; readonly dataDir?: string } & (
  | { readonly action: 'list'; readonly all: boolean }
  | { readonly action: 'show' | 'retry'; readonly id: string }
  | { readonly action: 'settle'; readonly id: string; readonly settlement: Settlement }
  | { readonly action: 'export' }
  /** Use the card in the box, though the terminal knows another. */
  | { readonly action: 'accept-new-card'; readonly settlement: Settlement }
);

/** Checks the action and the options that go with it; returns a string where something is wrong with them. */
export function queueRequest({ options, positionals: [action, id] }: CommandInput<'queue'>): QueueRequest | string {
  const { by, note, outcome, 'data-dir': dataDir } = options;
  const common = present({ json: options.json, dataDir });
  const settles = action === 'settle' || action === 'accept-new-card';
  if ((!settles && (by !== undefined || note !== undefined)) || (action !== 'settle' && outcome !== undefined)) {
    return '--by and --note go with accept-new-card; those and --outcome belong to settle';
  }
  switch (action) {
    case 'list':
    case 'export':
      if (id !== undefined) return `${action} takes no id; say \`show ID\``;
      return action === 'list' ? { ...common, action, all: options.all } : { ...common, action };
    case 'show':
    case 'retry':
      return id === undefined || id === '' ? `${action} needs the id of a reversal` : { ...common, action, id };
    case 'accept-new-card': {
      if (id !== undefined) return 'accept-new-card takes no id';
      if (dataDir !== undefined) return 'accept-new-card is for the card in this box, and takes no --data-dir';
      const settlement = settlementOf(action, by, note);
      return typeof settlement === 'string' ? settlement : { ...common, action, settlement };
    }
    case 'settle': {
      if (id === undefined || id === '') return 'settle needs the id of a reversal';
      const settlement = settlementOf(action, by, note, outcome);
      return typeof settlement === 'string' ? settlement : { ...common, action, id, settlement };
    }
    default:
      return 'say list, show, retry, settle or export, or accept-new-card';
  }
}

function settlementOf(
  action: 'settle' | 'accept-new-card',
  by: string | undefined,
  note: string | undefined,
  outcome?: string,
): Settlement | string {
  if (by === undefined || note === undefined) {
    const what = action === 'settle' ? 'who settled it, and how' : 'who accepts it, and what became of the old one';
    return `${action} needs --by NAME and --note TEXT: ${what}`;
  }
  const { settle } = createInputSchemas('');
  const given = validateInput(settle, { by, note, ...present({ outcome }) });
  return 'error' in given ? `--${given.error.message.replace(':', '')}` : given.output;
}
