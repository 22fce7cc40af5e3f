import { type Requirement, type Variable, variableGroups, variables } from './variables.js';

/** The reference of all variables as Markdown, for the README: a table for each group. */
export function configMarkdown(): string {
  const rows: readonly (readonly [string, Variable<unknown>])[] = Object.entries(variables);
  return variableGroups
    .map((group) => {
      const lines = rows
        .filter(([, variable]) => variable.group === group)
        .map(
          ([name, variable]) => `| \`${name}\` | ${meaning(variable)} | ${preset(variable)} | ${example(variable)} |`,
        );
      return [`### ${group}`, '', '| variable | meaning | default | example |', '|---|---|---|---|', ...lines, ''].join(
        '\n',
      );
    })
    .join('\n');
}

function meaning({ meaning: text, required, secret }: Variable<unknown>): string {
  const notes = [required && `**${requirement(required)}**`, secret && 'Secret.'].filter((note) => note !== undefined);
  return cell([text, ...notes].join(' '));
}

function requirement(required: Requirement): string {
  if (required === 'always') return 'Required.';
  if ('unless' in required) return `Required, or \`${required.unless}\`.`;
  return `Required with \`${required.with}=${required.values.join('` or `')}\`.`;
}

function preset(variable: Variable<unknown>): string {
  return variable.default === undefined ? '' : cell(`\`${variable.default}\``);
}

function example(variable: Variable<unknown>): string {
  return cell(variable.secret ? variable.example : `\`${variable.example}\``);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
