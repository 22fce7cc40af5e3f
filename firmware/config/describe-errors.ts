import type { ConfigError } from './config-findings.js';

/** All errors for people, a line each. To be passed through `redact`, since a secret may stand in a wrong variable. */
export function describeErrors(errors: readonly ConfigError[]): string {
  const count = errors.length === 1 ? 'One thing is' : `${errors.length} things are`;
  const lines = errors.map(({ variable, problem, example }) => {
    const hint = example === undefined ? '' : ` (example: ${example})`;
    return `  ${variable} ${problem}${hint}`;
  });
  return [`${count} wrong with the configuration:`, ...lines].join('\n');
}
