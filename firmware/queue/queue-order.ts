import { parseArgs } from 'node:util';
import { createInputSchemas } from '../api/input-schemas.js';
import { validateInput } from '../api/validate-input.js';
import type { Settlement } from './queue-source.js';

/** What `tillbox queue` was asked to do. */
export type QueueOrder = { readonly json: boolean; readonly dataDir?: string } & (
  | { readonly action: 'list'; readonly all: boolean }
  | { readonly action: 'show' | 'retry'; readonly id: string }
  | { readonly action: 'settle'; readonly id: string; readonly settlement: Settlement }
  | { readonly action: 'export' }
);

/** Understands what follows `tillbox queue`; a string says what is wrong with it. */
export function queueOrder(args: readonly string[]): QueueOrder | string {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      by: { type: 'string' },
      note: { type: 'string' },
      outcome: { type: 'string' },
      json: { type: 'boolean' },
      all: { type: 'boolean' },
      'data-dir': { type: 'string' },
    },
    allowPositionals: true,
  });
  const [action, id] = positionals;
  const dataDir = values['data-dir'];
  if (dataDir === '') return '--data-dir needs a directory';
  const common = { json: values.json === true, ...(dataDir === undefined ? {} : { dataDir }) };
  const { by, note, outcome } = values;
  if (action !== 'settle' && (by !== undefined || note !== undefined || outcome !== undefined)) {
    return '--by, --note and --outcome belong to settle';
  }
  switch (action) {
    case 'list':
    case 'export':
      if (id !== undefined) return `${action} takes no id; say \`show ID\``;
      return action === 'list' ? { ...common, action, all: values.all === true } : { ...common, action };
    case 'show':
    case 'retry':
      return id === undefined || id === '' ? `${action} needs the id of a reversal` : { ...common, action, id };
    case 'settle': {
      if (id === undefined || id === '') return 'settle needs the id of a reversal';
      if (by === undefined || note === undefined) {
        return 'settle needs --by NAME and --note TEXT: who settled it, and how';
      }
      const { settle } = createInputSchemas('');
      const given = validateInput(settle, { by, note, ...(outcome === undefined ? {} : { outcome }) });
      if ('error' in given) return `--${given.error.message.replace(':', '')}`;
      return { ...common, action, id, settlement: given.output };
    }
    default:
      return 'say list, show, retry, settle or export';
  }
}
