import type { VariableName, VariableValues } from './variables.js';

/** The variables of the process. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a file; throws an Error whose message says why it cannot be read. */
export type ReadFile = (path: string) => string;

/** One thing that is wrong with the configuration. */
export interface ConfigError {
  /** The variable, or the name that is not one. */
  readonly variable: string;
  /** What is wrong, to be read after the variable's name; never contains a secret's value. */
  readonly problem: string;
  /** A valid value, where one can be given. */
  readonly example?: string;
}

/** A setting that is allowed but probably a mistake: the terminal starts with it and logs it. Holds no secret. */
export interface ConfigWarning {
  readonly variable: string;
  /** To be read after the variable's name. */
  readonly problem: string;
  readonly todo: string;
}

/** What a section's check works with. */
export interface ConfigCheck {
  readonly values: VariableValues;
  /** Whether it is set, rather than by default. */
  given(name: VariableName): boolean;
  readonly readFile: ReadFile;
  /** `example`: a valid value, where the variable's own example would be wrong here. */
  refuse(variable: VariableName, problem: string, example?: string): void;
}

/** All errors for people, a line each. To be passed through `redact`, since a secret may stand in a wrong variable. */
export function describeErrors(errors: readonly ConfigError[]): string {
  const count = errors.length === 1 ? 'One thing is' : `${errors.length} things are`;
  const lines = errors.map(({ variable, problem, example }) => {
    const hint = example === undefined ? '' : ` (example: ${example})`;
    return `  ${variable} ${problem}${hint}`;
  });
  return [`${count} wrong with the configuration:`, ...lines].join('\n');
}
