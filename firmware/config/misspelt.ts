import { closestName } from './closest-name.js';
import type { ConfigError, ConfigWarning, Environment } from './config-check.js';
import { type VariableName, variables } from './variables.js';

/** Shorter names may well belong to another program: a near miss is only a warning. */
const SHORTEST_CERTAIN = 8;
/** In a shorter name two edits change half of it: only one is allowed. */
const SHORTEST_WITH_TWO_EDITS = 6;
/** Only Tillbox has names that begin so. */
const PREFIXES = ['ALIPAY_', 'ACQUIRER_', 'TILLBOX_', 'MERCHANT_', 'SCANNER_', 'KEYPAD_', 'PANEL_', 'VEND_'];

const names = Object.keys(variables) as VariableName[];

/** Misspelt names of our variables. The environment is full of other programs' variables, so only certain ones are errors. */
export function misspeltErrors(env: Environment): readonly ConfigError[] {
  return unknownNames(env).flatMap((name) => {
    const close = certainMatch(name);
    return close === undefined
      ? []
      : [{ variable: name, problem: `is no variable of Tillbox; did you mean ${close}?` }];
  });
}

/** Names that may be meant for Tillbox and have no effect. */
export function misspeltWarnings(env: Environment): readonly ConfigWarning[] {
  return unknownNames(env).flatMap((name) => {
    if (certainMatch(name) !== undefined) return [];
    const close = closestName(name, names, name.length < SHORTEST_WITH_TWO_EDITS ? 1 : 2);
    const ours = PREFIXES.some((prefix) => name.toUpperCase().startsWith(prefix));
    if (close === undefined && !ours) return [];
    const todo = close === undefined ? 'take it out, or look it up in the reference' : `did you mean ${close}?`;
    return [{ variable: name, problem: 'is no variable of Tillbox and has no effect', todo }];
  });
}

function unknownNames(env: Environment): string[] {
  return Object.keys(env).filter((name) => env[name] && !Object.hasOwn(variables, name));
}

function certainMatch(name: string): VariableName | undefined {
  if (name.length < SHORTEST_CERTAIN) return undefined;
  const close = closestName(name, names, 2);
  return close !== undefined && close.length >= SHORTEST_CERTAIN ? close : undefined;
}
