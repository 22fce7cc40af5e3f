import type { Setting } from './read-settings.js';
import { type Variable, variables } from './variables.js';

/**
 * The effective configuration for people, one line for each variable that is set: `NAME=value  (source)`. Secrets are masked,
 * public keys shortened.
 */
export function maskConfig(settings: readonly Setting[]): string {
  return settings
    .filter(({ text }) => text !== undefined)
    .map(({ name, text, source }) => `${name}=${shown(variables[name], text ?? '')}  (${source})`)
    .join('\n');
}

const longestShown = 120;

function shown({ secret }: Variable<unknown>, text: string): string {
  if (secret) return `[secret, ${text.length} characters]`;
  const line = text.replace(/\p{Cc}/gu, ' ');
  return line.length <= longestShown ? line : `${line.slice(0, 24)}… [${text.length} characters]`;
}
