/** A line that could not be used. */
export interface ConfigFileFault {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

export interface ConfigFileContent {
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly ConfigFileFault[];
}

const mostCharacters = 65_536;

/**
 * Reads a configuration file: one `NAME=value` a line; empty lines and lines that begin with `#` do not count; a value may
 * stand in single or double quotes, which are taken off; nothing is expanded. Faults never repeat a value, since it may
 * be a secret.
 */
export function parseConfigFile(text: string): ConfigFileContent {
  const values = new Map<string, string>();
  const faults: ConfigFileFault[] = [];
  if (text.length > mostCharacters) return { values, faults: [{ line: 1, problem: 'the file is longer than 64 KiB' }] };

  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const line = index + 1;
      const content = raw.trim();
      if (content === '' || content.startsWith('#')) return;
      const found = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(content);
      const name = found?.[1];
      if (name === undefined) {
        faults.push({ line, problem: 'is not NAME=value' });
        return;
      }
      if (values.has(name)) faults.push({ line, problem: `sets ${name} for the second time` });
      const value = unquoted(found?.[2] ?? '');
      if (value === undefined) faults.push({ line, problem: `has a quote without its other half in ${name}` });
      else values.set(name, value);
    });
  return { values, faults };
}

function unquoted(value: string): string | undefined {
  const quote = value[0];
  if (quote !== '"' && quote !== "'") return value;
  return value.length >= 2 && value.endsWith(quote) ? value.slice(1, -1) : undefined;
}
