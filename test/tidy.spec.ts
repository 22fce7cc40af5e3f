import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  faultsAreRaised,
  fileLength,
  flowsAnswerCodes,
  importDirections,
  kebabCase,
  LENGTH_LIMIT_LINES,
  leanRun,
  noAny,
  noDeadFiles,
  noLonelyTests,
  noPromises,
  outsideWorld,
  ownLookups,
  pureFlows,
  type Rule,
  variablesAreRead,
} from './tidy/rules.js';
import type { SourceFile } from './tidy/source-file.js';
import { layersOfFirmware, namedAfterExport, noCircles, noIdleExports } from './tidy/structure-rules.js';

/* The compiled spec is in `dist/test`. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function sourceFiles(): SourceFile[] {
  return ['flows', 'drivers', 'firmware', 'hw-sim', 'test'].flatMap((folder) =>
    readdirSync(`${ROOT}${folder}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => `${entry.parentPath}/${entry.name}`)
      /* The stores that ours is measured beside, where they were installed. */
      .filter((path) => !path.includes('/node_modules/'))
      .map((path) => ({ path: path.slice(ROOT.length), text: readFileSync(path, 'utf8') })),
  );
}

/** A file that breaks a rule, and one beside it that does not. */
interface Canary {
  readonly bad: readonly SourceFile[];
  readonly good: readonly SourceFile[];
  /** For a rule that looks at all files together: what the bad ones stand beside. Then they are judged together. */
  readonly beside?: readonly SourceFile[];
}

const file = (path: string, text: string): SourceFile => ({ path, text });

const RULES: Readonly<Record<string, readonly [Rule, Canary]>> = {
  'tillbox run loads only what it uses': [
    leanRun,
    {
      bad: [
        file('firmware/terminal/terminal.ts', "export { viewCard } from '../commands/queue/view-card.js';"),
        file('firmware/journal/read-book.ts', "import { type Adapter, Low } from 'lowdb';"),
        file('drivers/panel/panel.ts', "import five from 'johnny-five';\nimport receiptline from 'receiptline';"),
      ],
      beside: [
        file(
          'firmware/commands/run.ts',
          "import '../terminal/terminal.js';\nimport '../journal/read-book.js';\nimport '../../drivers/panel/panel.js';",
        ),
      ],
      good: [
        file(
          'firmware/commands/run.ts',
          "import type { CardView } from './queue/view-card.js';\nimport './board-host.js';",
        ),
        file('firmware/commands/board-host.ts', "import type { Adapter } from 'lowdb';"),
        file(
          'firmware/commands/queue.ts',
          "import { viewCard } from './queue/view-card.js';\nimport { Low } from 'lowdb';",
        ),
      ],
    },
  ],
  'imports go in the directions of the house': [
    importDirections,
    {
      bad: [
        file('flows/a.ts', "import { b } from '../firmware/b.js';"),
        file('flows/b.ts', "import type { Host } from '../drivers/host.js';"),
        file('drivers/a.ts', "import { step } from '../flows/step.js';"),
        file('drivers/printer/a.ts', "import { clock } from '../linux/clock.js';"),
        file('firmware/terminal/terminal.ts', "import { createLinuxHost } from '../../drivers/linux/host.js';"),
        file('firmware/api/a.ts', "import {\n  world,\n} from '../../hw-sim/world.js';"),
        file('firmware/kernel.ts', "export { rig } from '../test/rig.js';"),
        file('hw-sim/world.ts', "import { step } from '../flows/step.js';"),
        file('hw-sim/acquirer/ledger.ts', "import { kernel } from '../../firmware/kernel.js';"),
        file('hw-sim/devices/a.ts', "const later = import('../../drivers/printer/receipt-printer.js');"),
        file('hw-sim/bench.ts', "import { rig } from '../test/rig.js';"),
        file('hw-sim/network.ts', "import { createLinuxHttp } from '../drivers/linux/http.js';"),
        file('hw-sim/sim.ts', "import { runCli } from '../firmware/cli.js';"),
        file('firmware/service/a.ts', "import type { Kernel } from '../kernel.js';"),
        file('firmware/service/b.ts', "import type { Sale } from '../../flows/sale.js';"),
        file('hw-sim/kiosk.ts', "import { createTerminal } from '../firmware/terminal/terminal.js';"),
        file('firmware/commands/run.ts', "import { createTerminal } from '../for-simulator.js';"),
      ],
      good: [
        file(
          'firmware/terminal/terminal.ts',
          "import { step } from '../flows/step.js';\nimport type { Host } from '../drivers/host.js';",
        ),
        file('firmware/commands/run.ts', "import { createLinuxHost } from '../../drivers/linux/host.js';"),
        file('drivers/linux/a.ts', "import { HostError } from '../host.js';"),
        file('firmware/service/a.ts', "import { readUtf8 } from '../../drivers/read-utf8.js';\nimport './b.js';"),
        file('hw-sim/world.ts', "import type { Host } from '../drivers/host.js';"),
        file('hw-sim/kiosk.ts', "import { createTerminal } from '../firmware/for-simulator.js';"),
        file('hw-sim/sim.ts', "import { createLinuxHost } from '../drivers/linux/host.js';"),
        file('test/a.spec.ts', "import { world } from '../hw-sim/world.js';"),
        file('flows/a.ts', "/* import { b } from '../firmware/b.js'; */"),
      ],
    },
  ],
  'only drivers/linux touches the world outside': [
    outsideWorld,
    {
      bad: [
        file('firmware/a.ts', 'const now = Date.now();'),
        file('firmware/b.ts', 'const now = new Date();'),
        file('hw-sim/a.ts', 'setTimeout(() => {}, 10);'),
        file('drivers/scanner/a.ts', 'setImmediate(next);'),
        file('drivers/scanner/b.ts', 'queueMicrotask(next);'),
        file('firmware/c.ts', 'const id = Math.random();'),
        file('firmware/d.ts', "import { randomBytes } from 'node:crypto';"),
        file('hw-sim/b.ts', 'console.log(1);'),
        file('firmware/e.ts', 'process.exit(1);'),
        file('firmware/f.ts', "import { readFileSync } from 'node:fs';"),
        file('firmware/g.ts', "import net from 'net';"),
        file('firmware/h.ts', "import fetch from 'node-fetch';"),
        file('hw-sim/c.ts', "const later = import('node:child_process');"),
        file('hw-sim/d.ts', `const at = \`\${Date.now()}\`;`),
      ],
      good: [
        file('drivers/linux/clock.ts', 'const now = Date.now(); setTimeout(() => {}, 1);'),
        file('test/a.spec.ts', 'setTimeout(() => {}, 1);'),
        file('firmware/a.ts', "const text = 'Date.now() and process.exit'; /* Math.random */"),
        file('firmware/b.ts', 'const then = new Date(wallMs);'),
        file('firmware/c.ts', "import { isIP } from 'node:net';"),
        file('firmware/d.ts', "import { createHash } from 'node:crypto';"),
      ],
    },
  ],
  'no files import each other': [
    noCircles,
    {
      bad: [
        file('flows/a.ts', "import { b } from './b.js';"),
        file('flows/b.ts', "import { c } from './c.js';"),
        file('flows/c.ts', "import type { A } from './a.js';"),
      ],
      beside: [file('flows/d.ts', '')],
      good: [
        file('flows/a.ts', "import { b } from './b.js';\nimport { c } from './c.js';"),
        file('flows/b.ts', "import { c } from './c.js';"),
        file('flows/c.ts', ''),
      ],
    },
  ],
  'a room of the firmware imports what is below it': [
    layersOfFirmware,
    {
      bad: [
        file('firmware/log/a.ts', "import type { Config } from '../config/config.js';"),
        file('firmware/api/b.ts', "import { link } from '../acquirer/link.js';"),
        file('firmware/attic/c.ts', ''),
      ],
      good: [
        file('firmware/api/b.ts', "import { a } from './a.js';\nimport { log } from '../log/log.js';"),
        file('firmware/cli.ts', "import { run } from './commands/run.js';"),
      ],
    },
  ],
  'an export has a user outside of the specs': [
    noIdleExports,
    {
      bad: [
        file('flows/a.ts', 'export function unused(): void {}'),
        file('firmware/b.ts', 'export const forSpecs = 1;'),
        file('drivers/c.ts', 'const a = local;\nexport const local = 2;'),
        file('hw-sim/d.ts', 'export interface Unused {}'),
      ],
      beside: [file('test/b.spec.ts', "import { forSpecs } from '../firmware/b.js';")],
      good: [
        file('flows/a.ts', 'export interface Parts {}\nexport function a(parts: Parts): void {}'),
        file('flows/b.ts', "import { a as other } from './a.js';\nexport const table = {};\nf(table);"),
        file('hw-sim/c.ts', 'export const model = 1;'),
        file('firmware/table.ts', "const row = { module: './run.js', entry: 'run' };"),
        file('firmware/run.ts', 'export function run(): void {}'),
        file('test/b.spec.ts', "import { table } from '../flows/b.js';\nimport { model } from '../hw-sim/c.js';"),
      ],
    },
  ],
  'flows depend on nothing': [
    pureFlows,
    {
      bad: [
        file('flows/a.ts', "import { createHash } from 'node:crypto';"),
        file('flows/b.ts', "import * as v from 'valibot';"),
      ],
      good: [file('flows/a.ts', "import { step } from './step.js';")],
    },
  ],
  'flows and drivers have no promises': [
    noPromises,
    {
      bad: [
        file('flows/a.ts', 'export async function a() {}'),
        file('drivers/printer/a.ts', 'print(): Promise<void>;'),
        file('drivers/b.ts', 'ready.then(go);'),
      ],
      good: [
        file('drivers/linux/a.ts', 'export async function a() {}'),
        file('flows/a.ts', '/* no Promise crosses it */'),
        file('firmware/cli.ts', 'await load();'),
      ],
    },
  ],
  'no test runs alone or is skipped': [
    noLonelyTests,
    {
      bad: [
        file('test/a.spec.ts', "it.only('works', () => {});"),
        file('test/b.spec.ts', "describe.skip('x', () => {});"),
        file('test/c.spec.ts', "xit('x');"),
      ],
      good: [file('test/a.spec.ts', "it('says it.only( in its name', () => {});")],
    },
  ],
  'the flow answers with codes, and knows neither paths nor variables': [
    flowsAnswerCodes,
    {
      bad: [
        file('flows/a.ts', "const message = 'ask for a refund with POST /v1/refunds';"),
        file('flows/b.ts', 'return `set VEND=none, not that`;'),
        file('flows/c.ts', "const why = 'made with another MERCHANT_ID';"),
      ],
      beside: [
        file('firmware/config/variables.ts', 'export const variables = {\n  VEND: a({}),\n  MERCHANT_ID: b({}),\n};'),
        file('flows/faults.ts', "export const FAULTS = { acquirer: 'check MERCHANT_ID' };"),
      ],
      good: [
        file('firmware/config/variables.ts', 'export const variables = {\n  VEND: a({}),\n  MERCHANT_ID: b({}),\n};'),
        file('flows/a.ts', "/* as MERCHANT_ID says */ return { code: 'MERCHANT_NOT_REGISTERED', why: 'VEND' };"),
        file('firmware/api/a.ts', "const message = 'ask for a refund with POST /v1/refunds';"),
      ],
    },
  ],
  'a table of strings answers only what it has itself': [
    ownLookups,
    {
      bad: [
        file('flows/a.ts', 'const WORDS: Readonly<Record<string, string>> = {};\nf(WORDS[code]);'),
        file('firmware/a.ts', 'export const rows: { readonly [code: string]: number } = {};\nreturn rows[code] ?? 1;'),
      ],
      good: [
        file('flows/a.ts', 'const WORDS: Readonly<Record<string, string>> = {};\nf(ownEntry(WORDS, code));'),
        file('flows/b.ts', "const NAMES: Readonly<Record<string, string>> = {};\nf(NAMES['x']);"),
        file('flows/c.ts', 'const TEXTS: Readonly<Record<Key, string>> = {};\nf(TEXTS[key]);'),
      ],
    },
  ],
  'nothing is any': [
    noAny,
    {
      bad: [
        file('firmware/a.ts', 'const a: any = 1;'),
        file('test/b.ts', 'f(x as any);'),
        file('flows/c.ts', 'type A = Array<any>;'),
        file('flows/d.ts', '// @ts-ignore\nf(1);'),
      ],
      good: [file('firmware/a.ts', "const many = 'as any'; /* any */ const anyOne: Company = many;")],
    },
  ],
  'a setting is read': [
    variablesAreRead,
    {
      bad: [file('firmware/config/variables.ts', 'export const variables = {\n  UNREAD_MS: {\n  },\n};')],
      beside: [file('firmware/a.ts', '/* UNREAD_MS */'), file('hw-sim/a.ts', 'values.UNREAD_MS;')],
      good: [
        file('firmware/config/variables.ts', 'export const variables = {\n  READ_MS: {\n  },\n};'),
        file('firmware/config/load-config.ts', 'values.READ_MS;'),
      ],
    },
  ],
  'a file is named after what it exports': [
    namedAfterExport,
    {
      bad: [
        file('flows/helpers.ts', 'export function openSale(): void {}'),
        file('hw-sim/b.ts', 'export const C = 1;'),
      ],
      good: [
        file('flows/book.ts', 'export interface Book {}\nexport function openSale(): void {}'),
        file('firmware/log/redact.ts', 'export function createRedact(): void {}'),
        file('flows/result-codes.ts', 'export const PAY_CODES = {};'),
        file('hw-sim/fuzz-worker.ts', 'export interface Job {}'),
        file('test/support/a.ts', 'export const b = 1;'),
      ],
    },
  ],
  'a fault is raised': [
    faultsAreRaised,
    {
      bad: [
        file(
          'flows/faults.ts',
          "export const FAULTS = {\n  doorOpen: stops(\n    'x',\n  ),\n  lampDim: warns('x', 'y'),\n};",
        ),
      ],
      beside: [file('drivers/a.ts', "/* lampDim */ raise('doorOpen');")],
      good: [
        file(
          'flows/faults.ts',
          "export const FAULTS = {\n  doorOpen: stops('x', 'y'),\n  panelStarting: stops('x', 'y'),\n};",
        ),
        file('flows/readiness.ts', "const fault = 'doorOpen';"),
      ],
    },
  ],
  'names are kebab-case': [
    kebabCase,
    {
      bad: [file('flows/saleDesk.ts', ''), file('flows/Sale.ts', ''), file('test/hw_sim/a.ts', '')],
      good: [
        file('flows/sale-requests.ts', ''),
        file('test/flows/sale-requests.spec.ts', ''),
        file('drivers/linux/x25.ts', ''),
      ],
    },
  ],
  'files stay short': [
    fileLength,
    {
      bad: [file('flows/a.ts', 'x;\n'.repeat(LENGTH_LIMIT_LINES + 1))],
      good: [file('flows/a.ts', 'x;\n'.repeat(LENGTH_LIMIT_LINES)), file('test/table.spec.ts', 'x;\n'.repeat(900))],
    },
  ],
  'no file is dead': [
    noDeadFiles,
    {
      bad: [
        file('flows/a.ts', "import './b.js';"),
        file('flows/b.ts', "import './a.js';"),
        file('flows/c.ts', ''),
        file('hw-sim/unused.ts', ''),
        file('test/unused.ts', ''),
      ],
      beside: [
        file('test/c.spec.ts', "import '../flows/c.js';"),
        file('hw-sim/sim.ts', ''),
        file('hw-sim/fuzz.ts', ''),
      ],
      good: [
        file('firmware/cli.ts', "import { table } from './table.js';"),
        file('firmware/table.ts', "const row = { module: './commands/keys.js' };"),
        file('firmware/commands/keys.ts', "export { a } from '../../flows/a.js';"),
        file('flows/a.ts', "const b = await import('./b.js');"),
        file('flows/b.ts', ''),
        file('test/a.spec.ts', "fork(new URL('./worker.js', import.meta.url));"),
        file('test/worker.ts', ''),
        file('drivers/panel/strange-package.d.ts', ''),
      ],
    },
  ],
};

describe('tidy', () => {
  const files = sourceFiles();

  it('reads the whole house', () => {
    assert.ok(files.length > 50, `only ${files.length} files`);
    assert.ok(files.some(({ path }) => path === 'flows/step.ts'));
  });

  for (const [name, [rule, canary]] of Object.entries(RULES)) {
    it(name, () => assert.deepEqual(rule(files), []));

    it(`${name}: reports each file that breaks the rule, and no other`, () => {
      for (const bad of canary.bad) {
        const group = canary.beside === undefined ? [bad] : [...canary.bad, ...canary.beside];
        const reports = rule(group);
        assert.ok(
          reports.some((report) => report.startsWith(bad.path)),
          `${bad.path} passes: ${bad.text.slice(0, 80)}`,
        );
      }
      assert.deepEqual(rule(canary.good), []);
    });
  }
});
