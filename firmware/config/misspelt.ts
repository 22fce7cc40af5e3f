import { closestName } from './closest-name.js';
import type { ConfigError, ConfigWarning, Environment } from './config-check.js';
import { type VariableName, variables } from './variables.js';

/** Shorter names are too close to names that belong to others: they stop nothing. */
const SHORTEST_SURE = 8;
/** Below this, one slip of the finger is half of the name. */
const SHORTEST_OF_TWO_SLIPS = 6;
/** Nobody but us has such names. */
const PREFIXES = ['ALIPAY_', 'ACQUIRER_', 'TILLBOX_', 'MERCHANT_', 'SCANNER_', 'KEYPAD_', 'PANEL_', 'VEND_'];

const names = Object.keys(variables) as VariableName[];

/** Near misses of our variables. The environment is full of other programs' variables, so only sure ones are errors. */
export function misspeltErrors(env: Environment): readonly ConfigError[] {
  return strangers(env).flatMap((name) => {
    const close = surelyMeant(name);
    return close === undefined
      ? []
      : [{ variable: name, problem: `is no variable of Tillbox; did you mean ${close}?` }];
  });
}

/** What is perhaps meant for us, and has no effect. */
export function misspeltWarnings(env: Environment): readonly ConfigWarning[] {
  return strangers(env).flatMap((name) => {
    if (surelyMeant(name) !== undefined) return [];
    const close = closestName(name, names, name.length < SHORTEST_OF_TWO_SLIPS ? 1 : 2);
    const ours = PREFIXES.some((prefix) => name.toUpperCase().startsWith(prefix));
    if (close === undefined && !ours) return [];
    const todo = close === undefined ? 'take it out, or look it up in the reference' : `did you mean ${close}?`;
    return [{ variable: name, problem: 'is no variable of Tillbox and has no effect', todo }];
  });
}

function strangers(env: Environment): string[] {
  return Object.keys(env).filter((name) => env[name] && !Object.hasOwn(variables, name));
}

function surelyMeant(name: string): VariableName | undefined {
  if (name.length < SHORTEST_SURE) return undefined;
  const close = closestName(name, names, 2);
  return close !== undefined && close.length >= SHORTEST_SURE ? close : undefined;
}
