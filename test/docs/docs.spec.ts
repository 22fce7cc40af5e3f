import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { saleSchema } from '../../firmware/api/output-schemas.js';
import { commandTable } from '../../firmware/commands/command-table.js';
import { variables } from '../../firmware/config/variables.js';
import { type DocsFile, ROOT, readDocsFiles } from './docs-files.js';
import { fillGenerated, partsOf } from './fill-generated.js';
import { generatedParts } from './generated-parts.js';
import { mentioned } from './mentioned.js';

const files = readDocsFiles();
const scripts: Readonly<Record<string, string>> = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')).scripts;

/** Variables of others, which the documents may name. */
const FOREIGN = ['NODE_TLS_REJECT_UNAUTHORIZED', 'CRASH_STATES', 'REAL_CUTS', 'KIOSK_DAYS'];

/** Every problem of a kind in a document, as lines to read. */
const CHECKS: Readonly<Record<string, (file: DocsFile) => string[]>> = {
  'links lead somewhere': (file) => mentioned.links(file).filter((link) => !leadsSomewhere(file, link)),
  'npm scripts exist': (file) => mentioned.npmScripts(file).filter((name) => !Object.hasOwn(scripts, name)),
  'commands exist, with their words and options': (file) =>
    mentioned.commands(file).flatMap(({ name, words, options }) => {
      const row = commandTable.find((candidate) => candidate.name === name);
      if (row === undefined) return [`tillbox ${name}`];
      return [
        ...words.filter((word) => !row.usage.includes(word)).map((word) => `tillbox ${name} ${word}`),
        ...options
          .filter((option) => !Object.hasOwn(row.options, option) && option !== 'help' && option !== 'version')
          .map((option) => `tillbox ${name} --${option}`),
      ];
    }),
  'variables exist': (file) =>
    mentioned.variables(file).filter((name) => !Object.hasOwn(variables, name) && !FOREIGN.includes(name)),
  'compiled files have a source': (file) =>
    [...file.text.matchAll(/\bdist\/([\w/.-]+)\.js\b/g)]
      .map(([, name]) => `${name}.ts`)
      .filter((source) => !existsSync(ROOT + source)),
  'files of the house exist, from its root or beside the document': (file) =>
    mentioned
      .files(file)
      .filter((name) => !existsSync(ROOT + name) && !existsSync(ROOT + path.join(path.dirname(file.path), name))),
  'no merge was left unfinished': ({ text }) => text.match(/^(?:<{7} |={7}$|>{7} ).*$/gm) ?? [],
  'names stand in the file that is said to have them': (file) =>
    mentioned
      .namesInFiles(file)
      .filter(({ name, path: of }) => !new RegExp(`\\b${name}\\b`).test(textOf(of)))
      .map(({ name, path: of }) => `${name} in ${of}`),
};

function textOf(name: string): string {
  return existsSync(ROOT + name) ? readFileSync(ROOT + name, 'utf8') : '';
}

function leadsSomewhere({ path: from, text }: DocsFile, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? from : path.join(path.dirname(from), target);
  if (!existsSync(ROOT + file)) return false;
  if (anchor === undefined) return true;
  return mentioned.anchors(target === '' ? text : readFileSync(ROOT + file, 'utf8')).includes(anchor);
}

describe('the documents', () => {
  for (const { path: name, text } of files) {
    it(`${name} has up-to-date generated parts (npm run docs writes them)`, () => {
      assert.ok(fillGenerated(text, generatedParts) === text, `${name} is stale: run npm run docs`);
    });
  }

  it('show every generated part', () => {
    const shown = new Set(files.flatMap(({ text }) => partsOf(text)));
    assert.deepEqual(
      Object.keys(generatedParts).filter((part) => !shown.has(part)),
      [],
    );
  });

  for (const [what, problemsOf] of Object.entries(CHECKS)) {
    it(`say what is true: ${what}`, () => {
      const problems = files.flatMap((file) => problemsOf(file).map((problem) => `${file.path}: ${problem}`));
      assert.deepEqual(problems, []);
    });
  }

  it('draw every state of a sale, and no other', () => {
    const readme = files.find(({ path: name }) => name === 'README.md')?.text ?? '';
    const diagram = /```mermaid\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const drawn = new Set([...diagram.matchAll(/(\w+) --> (\w+)/g)].flatMap(([, from, to]) => [from, to]));
    assert.deepEqual([...drawn].sort(), [...saleSchema.entries.state.options].sort());
  });

  it('fail with a wrong claim', () => {
    const wrong = {
      path: 'docs/wrong.md',
      text: [
        '[a](missing.md) [b](operations.md#no-such-heading) [c](#nor-here)',
        '`npm run nothing`, `tillbox frobnicate`, `tillbox queue burn`, `tillbox check --loudly`, `SCANER_PORT=x`',
        '```sh',
        'npm run tillbox -- queue list --everything',
        'node dist/test/none.js',
        '```',
        '`flows/step.ts`, `flows/stop.ts` and `test/flows/*.spec.ts`, `hw-sim/fuzz/nowhere`',
        '`step` in `flows/step.ts` and `stop` in `flows/step.ts`',
        `${'<'.repeat(7)} HEAD`,
      ].join('\n'),
    };
    const found = Object.values(CHECKS).map((problemsOf) => problemsOf(wrong));
    assert.deepEqual(found, [
      ['missing.md', 'operations.md#no-such-heading', '#nor-here'],
      ['nothing'],
      ['tillbox queue --everything', 'tillbox frobnicate', 'tillbox queue burn', 'tillbox check --loudly'],
      ['SCANER_PORT'],
      ['test/none.ts'],
      ['flows/stop.ts', 'hw-sim/fuzz/nowhere'],
      [`${'<'.repeat(7)} HEAD`],
      ['stop in flows/step.ts'],
    ]);
  });

  it('fail with a stale or broken part', () => {
    const parts = { one: () => '1' };
    const filled = fillGenerated('<!-- generated: one -->\n0\n<!-- end: one -->', parts);
    assert.equal(filled, '<!-- generated: one -->\n\n1\n\n<!-- end: one -->');
    assert.equal(fillGenerated(filled, parts), filled);
    assert.throws(() => fillGenerated('<!-- generated: two -->\n<!-- end: two -->', parts), /no part is called two/);
    assert.throws(() => fillGenerated('<!-- generated: one -->\n', parts), /lacks one of its marks/);
    assert.throws(() => fillGenerated('<!-- end: one -->', parts), /lacks one of its marks/);
  });
});
