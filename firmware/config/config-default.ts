import { type Variable, variables } from './variables.js';

/** A variable of ours, with its text where nobody sets it; undefined for any other name. */
export function configDefault(name: string): { readonly text: string | undefined } | undefined {
  if (!Object.hasOwn(variables, name)) return undefined;
  const row: Variable<unknown> = variables[name as keyof typeof variables];
  return { text: row.default };
}
