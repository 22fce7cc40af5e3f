import { createRequire } from 'node:module';
import type library from 'receiptline';

const load = createRequire(import.meta.url);
let loaded: typeof library | undefined;

/** The package receiptline, loaded by the first call: its tables of characters would make every start slower. */
export function receiptline(): typeof library {
  loaded ??= load('receiptline') as typeof library;
  return loaded;
}
