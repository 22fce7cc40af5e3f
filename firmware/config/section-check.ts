import type { ReadFile } from './environment.js';
import type { VariableName, VariableValues } from './variables.js';

/** What a section's check works with. */
export interface SectionCheck {
  readonly values: VariableValues;
  /** Whether it was set by somebody, rather than by default. */
  given(name: VariableName): boolean;
  readonly readFile: ReadFile;
  /** `example`: a right value, where the variable's usual one would not be right here. */
  refuse(variable: VariableName, problem: string, example?: string): void;
}
