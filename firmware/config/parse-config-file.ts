import { strangeHint } from './strange-characters.js';
import { unwrapValue } from './unwrap-value.js';

/** A line that could not be used. */
export interface ConfigFileFault {
  /** From 1. */
  readonly line: number;
  readonly problem: string;
}

export interface ConfigFileContent {
  readonly values: ReadonlyMap<string, string>;
  /** Names whose value has a fault. */
  readonly unusable: ReadonlySet<string>;
  readonly faults: readonly ConfigFileFault[];
}

const mostCharacters = 65_536;
/** A longer one may be base64 of a key that ends in `=`. */
const LONGEST_NAME = 40;

/**
 * Reads a configuration file: one `NAME=value` a line; empty lines and lines that begin with `#` are ignored; a value may
 * stand in single or double quotes, which are removed; nothing is expanded. Faults never quote a value, since it may
 * be a secret.
 */
export function parseConfigFile(text: string): ConfigFileContent {
  const values = new Map<string, string>();
  const unusable = new Set<string>();
  const faults: ConfigFileFault[] = [];
  if (text.length > mostCharacters) {
    return { values, unusable, faults: [{ line: 1, problem: 'the file is longer than 64 KiB' }] };
  }
  let inPem = false;

  text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .forEach((raw, index) => {
      const line = index + 1;
      const content = raw.trim();
      if (content === '' || content.startsWith('#')) return;
      if (inPem && PEM_REST.test(content)) return;
      inPem = false;
      const found = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(content);
      const name = found?.[1];
      if (name === undefined || name.length > LONGEST_NAME) {
        inPem = PEM_REST.test(content);
        const problem = `is not NAME=value${inPem ? '; it looks like a part of a key' : strangeHint(content)}`;
        faults.push({ line, problem });
        return;
      }
      if (values.has(name)) faults.push({ line, problem: `sets ${name} for the second time` });
      const unwrapped = unwrapValue(found?.[2] ?? '');
      if ('value' in unwrapped && !isFirstLineOfPem(unwrapped.value)) {
        values.set(name, unwrapped.value);
        return;
      }
      unusable.add(name);
      inPem = 'value' in unwrapped;
      const problem = 'problem' in unwrapped ? `${unwrapped.problem} in ${name}` : onlyFirstLine(name);
      faults.push({ line, problem });
    });
  return { values, unusable, faults };
}

function isFirstLineOfPem(value: string): boolean {
  return value.startsWith('-----BEGIN ') && !value.includes('-----END ');
}

/** A line of a PEM after its first one. It may be secret, so no fault quotes it as a name. */
const PEM_REST = /^(?:[A-Za-z0-9+/]+={0,2}|-----END .*)["']?$/;

function onlyFirstLine(name: string): string {
  return `has only the first line of a PEM in ${name}; put all of it on one line with \\n between its lines, or name its file in ${name.replace(/_FILE$/, '')}_FILE`;
}
