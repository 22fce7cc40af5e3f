import { messageOf } from '../log/plain-text.js';
import { closestName } from './closest-name.js';
import type { ConfigError, Environment, ReadFile } from './config-check.js';
import { misspeltErrors } from './misspelt.js';
import { type ConfigFileContent, parseConfigFile } from './parse-config-file.js';
import { strangeHint } from './strange-characters.js';
import { unwrapValue } from './unwrap-value.js';
import { type Variable, type VariableName, type VariableValues, variables } from './variables.js';

/** A variable's text and where it came from. */
export interface Setting {
  readonly name: VariableName;
  /** Undefined when unset and without default. */
  readonly text: string | undefined;
  readonly source: 'environment' | 'file' | 'default' | 'unset';
}

export interface Settings {
  readonly list: readonly Setting[];
  readonly values: VariableValues;
  readonly errors: readonly ConfigError[];
}

/**
 * Reads every variable on its own: from the environment, else from the file that CONFIG_FILE names, else its default. An empty
 * value counts as unset: fleet dashboards leave such values behind. What needs several variables is not checked here.
 */
export function readSettings(env: Environment, readFile: ReadFile): Settings {
  const errors: ConfigError[] = [];
  /* These have an error already, and must not be reported as unset. */
  const unusable = new Set<string>();
  const fromEnvironment = (name: VariableName): string | undefined => {
    const unwrapped = unwrapValue(env[name] ?? '');
    if ('value' in unwrapped) return unwrapped.value;
    if (!unusable.has(name)) errors.push({ variable: name, problem: unwrapped.problem, example: row(name).example });
    unusable.add(name);
    return undefined;
  };
  const file = readConfigFile(fromEnvironment('CONFIG_FILE'), readFile, errors);
  for (const name of file.unusable) unusable.add(name);
  errors.push(...misspeltErrors(env));

  const list = names.map((name): Setting => {
    const own = fromEnvironment(name);
    if (own) return { name, text: own, source: 'environment' };
    const filed = file.values.get(name);
    if (filed) return { name, text: filed, source: 'file' };
    const { default: preset } = row(name);
    return preset === undefined
      ? { name, text: undefined, source: 'unset' }
      : { name, text: preset, source: 'default' };
  });

  const texts: ReadonlyMap<string, string | undefined> = new Map(list.map(({ name, text }) => [name, text]));
  const values: Partial<Record<VariableName, unknown>> = {};
  for (const { name, text } of list) {
    const { parse, example, required, default: preset } = row(name);
    if (text === undefined) {
      if (unusable.has(name)) continue;
      const why = required && reasonToNeed(required, texts, name);
      if (why !== undefined) errors.push({ variable: name, problem: why, example });
      continue;
    }
    const parsed = parse(text);
    if ('value' in parsed) {
      values[name] = parsed.value;
      continue;
    }
    errors.push({ variable: name, problem: `${parsed.problem}${strangeHint(text)}`, example });
    /* The default stands in, so that what depends on it is still checked. */
    const fallback = preset === undefined ? undefined : parse(preset);
    if (fallback && 'value' in fallback) values[name] = fallback.value;
  }
  return { list, values: values as VariableValues, errors };
}

const names = Object.keys(variables) as VariableName[];

function row(name: VariableName): Variable<unknown> {
  return variables[name];
}

function reasonToNeed(
  required: NonNullable<Variable<unknown>['required']>,
  texts: ReadonlyMap<string, string | undefined>,
  name: VariableName,
): string | undefined {
  if (required === 'always') return 'is not set';
  if ('unless' in required) {
    /* Of two alternatives only the first reports it. */
    const order: readonly string[] = names;
    const isFirst = order.indexOf(name) < order.indexOf(required.unless);
    return texts.get(required.unless) === undefined && isFirst ? `is not set, nor is ${required.unless}` : undefined;
  }
  const other = texts.get(required.with);
  return other !== undefined && required.values.includes(other)
    ? `is not set; ${required.with}=${other} needs it`
    : undefined;
}

function readConfigFile(
  path: string | undefined,
  readFile: ReadFile,
  errors: ConfigError[],
): Pick<ConfigFileContent, 'values' | 'unusable'> {
  if (!path) return NO_FILE;
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const problem = `names a file that cannot be read: ${messageOf(error)}`;
    errors.push({ variable: 'CONFIG_FILE', problem, example: variables.CONFIG_FILE.example });
    return NO_FILE;
  }
  const { values, unusable, faults } = parseConfigFile(text);
  for (const { line, problem } of faults) {
    errors.push({ variable: 'CONFIG_FILE', problem: `line ${line} ${problem}`, example: 'TERMINAL_NUMBER=10042' });
  }
  for (const name of values.keys()) {
    if (name === 'CONFIG_FILE') {
      errors.push({ variable: name, problem: 'stands in the configuration file itself' });
    } else if (!Object.hasOwn(variables, name)) {
      const close = closestName(name, names, 2);
      const hint = close === undefined ? '' : `; did you mean ${close}?`;
      errors.push({ variable: name, problem: `stands in the configuration file but is no variable of Tillbox${hint}` });
    }
  }
  return { values, unusable };
}

const NO_FILE = { values: new Map<string, string>(), unusable: new Set<string>() };
