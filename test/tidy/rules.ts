import {
  commentLinesWith,
  folderOf,
  type Import,
  importsOf,
  linesWith,
  type SourceFile,
  stringLinesWith,
  withoutComments,
} from './source-file.js';

/** What a rule has to say against a file, ready to be read. */
export type Rule = (files: readonly SourceFile[]) => string[];

/** Where a process begins: by hand, by `npm`, or loaded by name from the CLI's table or from `.mocharc.json`. */
const ENTRY_POINTS: readonly RegExp[] = [
  /^firmware\/(?:cli|device)\.ts$/,
  /^hw-sim\/(?:sim|acquirer-sim|fuzz|fuzz-worker)\.ts$/,
  /^test\/.*\.spec\.ts$/,
  /^test\/bench\/.*\.ts$/,
  /^test\/board\/.*\.ts$/,
  /^test\/.*\/run-[\w-]+\.ts$/,
  /^test\/support\/slowest-reporter\.ts$/,
];

/** The only ones in `firmware` that may name a real board: the CLI and the commands it loads. */
const BOARD_BUILDERS: readonly RegExp[] = [/^firmware\/cli\.ts$/, /^firmware\/commands\/[\w-]+\.ts$/];

/** The only ones in `hw-sim` that may touch the real world: they serve people and sockets. */
const SIM_ENTRY_POINTS: readonly RegExp[] = [/^hw-sim\/(?:sim|acquirer-sim|fuzz|fuzz-worker)\.ts$/];

const matches = (path: string, patterns: readonly RegExp[]): boolean => patterns.some((pattern) => pattern.test(path));

/** What the simulator may use of the firmware; nothing that a board runs goes through it. */
const SIM_DOOR = 'firmware/for-simulator.ts';

/** What any service needs; another program than the terminal may use it as it is. */
const SERVICE = 'firmware/service/';

const HOUSE = ['flows', 'drivers', 'firmware', 'hw-sim', 'test'];

/** Who may import whom. */
export const importDirections: Rule = (files) =>
  files.flatMap((file) =>
    importsOf(file)
      .filter(({ target }) => HOUSE.includes(folderOf(target)))
      .filter(({ target }) => !mayImport(file.path, target))
      .map(({ target }) => `${file.path} must not import ${target}`),
  );

function mayImport(path: string, target: string): boolean {
  const [from, to] = [folderOf(path), folderOf(target)];
  if (target === SIM_DOOR) return from === 'hw-sim' || from === 'test';
  if (path.startsWith(SERVICE) && from === to) return target.startsWith(SERVICE);
  if (from === to && !target.startsWith('drivers/linux/')) return true;
  switch (from) {
    case 'flows':
      return false;
    case 'drivers':
      return to === 'drivers' && path.startsWith('drivers/linux/');
    case 'firmware':
      if (target.startsWith('drivers/linux/')) return matches(path, BOARD_BUILDERS);
      if (to === 'hw-sim') return path === 'firmware/cli.ts';
      return to === 'drivers' || (to === 'flows' && !path.startsWith(SERVICE));
    case 'hw-sim':
      if (target.startsWith('drivers/linux/')) return matches(path, SIM_ENTRY_POINTS);
      return target === 'drivers/host.ts';
    default:
      return from === 'test';
  }
}

/** What is outside of the process and out of the flow's hands, and the word that touches it. */
const OUTSIDE: Readonly<Record<string, RegExp>> = {
  'the clock': /\bDate\.now\b|\bnew Date\(\s*\)|\bDate\(\s*\)|\bperformance\.now\b/,
  timers: /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask)\b|\bprocess\.nextTick\b/,
  randomness: /\bMath\.random\b|\brandom(?:Bytes|UUID|Int|FillSync|Fill)\b|\bgetRandomValues\b/,
  'the console': /\bconsole\./,
  'the process': /\bprocess\.|\bglobalThis\b/,
};

const OUTSIDE_MODULES =
  /^(?:node:)?(?:fs|fs\/promises|net|http|https|http2|dgram|child_process|tls|os|process|timers|timers\/promises|worker_threads|cluster|dns|perf_hooks|readline)$|^(?:serialport|node-fetch|onoff|koffi|lowdb\/node)$/;

/** Parts of those modules that only compute. */
const PURE_PARTS = /\bimport\s*\{\s*(?:isIP|isIPv4|isIPv6)(?:,\s*(?:isIP|isIPv4|isIPv6))*\s*\}\s*from\s*'node:net'/g;

const mayTouchOutside = (path: string): boolean => path.startsWith('drivers/linux/') || folderOf(path) === 'test';

/** Clocks, timers, randomness, files and sockets are at home in `drivers/linux` and nowhere else. */
export const outsideWorld: Rule = (files) =>
  files
    .filter(({ path }) => !mayTouchOutside(path))
    .flatMap((file) => [
      ...Object.entries(OUTSIDE).flatMap(([what, pattern]) =>
        linesWith(file, pattern).map((line) => `${file.path}:${line} touches ${what}; take it from the host`),
      ),
      ...importsOf({ ...file, text: file.text.replace(PURE_PARTS, '') })
        .filter(({ target, typeOnly }) => !typeOnly && OUTSIDE_MODULES.test(target))
        .map(({ target }) => `${file.path} must not import ${target}; only drivers/linux may`),
    ]);

/** The flow decides from data alone. */
export const pureFlows: Rule = (files) =>
  files
    .filter(({ path }) => folderOf(path) === 'flows')
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => folderOf(target) !== 'flows')
        .map(({ target }) => `${file.path} must not import ${target}: flows depend on nothing`),
    );

const CALL_PATH = /\/v1\//;
/** They are what the operator reads, as tables; the documents print them. */
const OPERATOR_TABLES: readonly string[] = ['flows/faults.ts', 'flows/operator-texts.ts'];

/** The flow answers with codes and facts. How a caller asks, and how a terminal is set up, is for the firmware to say. */
export const flowsAnswerCodes: Rule = (files) => {
  const variables = files.find(({ path }) => path === 'firmware/config/variables.ts')?.text ?? '';
  const names = [...variables.matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)].map(([, name]) => name);
  const setting = new RegExp(
    `\\b(?:${names.filter((name) => name?.includes('_')).join('|')})\\b|\\b(?:${names.join('|')})=`,
  );
  return files
    .filter(({ path }) => folderOf(path) === 'flows' && !OPERATOR_TABLES.includes(path))
    .flatMap((file) => [
      ...stringLinesWith(file, CALL_PATH).map((line) => `${file.path}:${line} names a path of the local API`),
      ...stringLinesWith(file, setting).map((line) => `${file.path}:${line} names a variable of the configuration`),
    ]);
};

const PROMISES = /\basync\b|\bawait\b|\bPromise\b|\.then\(/;

/** Between an input and a decision there is no promise; a driver calls back. */
export const noPromises: Rule = (files) =>
  files
    .filter(
      ({ path }) => folderOf(path) === 'flows' || (folderOf(path) === 'drivers' && !path.startsWith('drivers/linux/')),
    )
    .flatMap((file) =>
      linesWith(file, PROMISES).map((line) => `${file.path}:${line} uses a promise; call back instead`),
    );

/** A test that runs alone, or not at all, hides the others. */
export const noLonelyTests: Rule = (files) =>
  files
    .filter(({ path }) => folderOf(path) === 'test')
    .flatMap((file) =>
      linesWith(file, /\b(?:it|describe|context|specify)\.(?:only|skip)\(|\bx(?:it|describe)\(|\bthis\.skip\(/).map(
        (line) => `${file.path}:${line} runs a test alone or skips it`,
      ),
    );

const TABLE_BY_STRING =
  /^(?:export )?const (\w+): (?:Readonly<(?:Partial<)?Record<string,|\{\s*readonly \[\w+: string\])/gm;

/** A table whose keys are any strings, asked for a key from outside, also finds what every object inherits. */
export const ownLookups: Rule = (files) => {
  const house = files.filter(({ path }) => folderOf(path) === 'flows' || folderOf(path) === 'firmware');
  const tables = house.flatMap(({ text }) => [...text.matchAll(TABLE_BY_STRING)].map(([, name]) => name));
  if (tables.length === 0) return [];
  const bare = new RegExp(`(?<![\\w.])(?:${tables.join('|')})\\[(?!['"])`);
  return house.flatMap((file) =>
    linesWith(file, bare).map((line) => `${file.path}:${line} looks a string up without ownEntry`),
  );
};

/** `any` and its relatives switch the compiler off. */
export const noAny: Rule = (files) =>
  files.flatMap((file) => [
    ...linesWith(file, /(?::|\bas|<|\||&|\[\])\s*any\b|\bany\[\]/).map((line) => `${file.path}:${line} says any`),
    ...commentLinesWith(file, /@ts-(?:ignore|expect-error|nocheck)/).map(
      (line) => `${file.path}:${line} switches the compiler off`,
    ),
  ]);

const VARIABLES = 'firmware/config/variables.ts';

/** A setting that nothing reads looks as if it did something. */
export const variablesAreRead: Rule = (files) => {
  const table = files.find(({ path }) => path === VARIABLES)?.text ?? '';
  const readers = files
    .filter(({ path }) => folderOf(path) === 'firmware' && path !== VARIABLES)
    .map(({ text }) => withoutComments(text))
    .join('\n');
  return [...table.matchAll(/^ {2}([A-Z][A-Z0-9_]*): \{$/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(readers))
    .map((name) => `${VARIABLES} has ${name}, which nothing reads`);
};

const FAULTS = 'flows/faults.ts';

/** A fault that nothing raises promises operators a check that nobody makes. A device's `…Starting` is put together from its name. */
export const faultsAreRaised: Rule = (files) => {
  const table = files.find(({ path }) => path === FAULTS)?.text ?? '';
  const raisers = files
    .filter(({ path }) => ['flows', 'firmware', 'drivers'].includes(folderOf(path)) && path !== FAULTS)
    .map(({ text }) => withoutComments(text))
    .join('\n');
  return [...table.matchAll(/^ {2}(\w+): (?:stops|warns)\w*\(/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !name.endsWith('Starting') && !new RegExp(`\\b${name}\\b`).test(raisers))
    .map((name) => `${FAULTS} has ${name}, which nothing raises`);
};

/** One way to write the names of files. */
export const kebabCase: Rule = (files) =>
  files
    .filter(
      ({ path }) =>
        !path
          .split('/')
          .every((part) => /^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.slow)?(?:\.spec)?(?:\.d)?(?:\.ts)?$/.test(part)),
    )
    .map(({ path }) => `${path} is not named in kebab-case`);

export const LENGTH_LIMIT_LINES = 400;

/** Tables of plain data, which are as long as the world is wide. */
const TABLES: readonly RegExp[] = [/^firmware\/config\/variables\.ts$/];

/** When a file grows past what the head can hold, a concept is missing. */
export const fileLength: Rule = (files) =>
  files
    .filter(({ path }) => !matches(path, TABLES) && !path.endsWith('.spec.ts'))
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split('\n').length }))
    .filter(({ lines }) => lines > LENGTH_LIMIT_LINES)
    .map(({ path, lines }) => `${path} has ${lines} lines; the limit is ${LENGTH_LIMIT_LINES}`);

/** The simulator's own ways in; its files can be judged once both are there. */
const SIM_WAYS_IN = ['hw-sim/sim.ts', 'hw-sim/fuzz.ts'];

/** A source that no entry point and no spec leads to is dead; and so is one of the product that only specs lead to. */
export const noDeadFiles: Rule = (files) => {
  const alive = reached(files, ({ path }) => matches(path, ENTRY_POINTS));
  const atWork = reached(files, ({ path }) => folderOf(path) !== 'test' && matches(path, ENTRY_POINTS));
  const simWhole = SIM_WAYS_IN.every((way) => files.some(({ path }) => path === way));
  return files.flatMap(({ path }) => {
    const folder = folderOf(path);
    if (folder === 'hw-sim' && !simWhole) return [];
    if (path.endsWith('.d.ts')) return [];
    if (!alive.has(path)) return [`${path} is not used by anything`];
    const product = folder !== 'test' && folder !== 'hw-sim';
    return product && !atWork.has(path) ? [`${path} is used by specs only`] : [];
  });
};

/** What no box uses while it sells, and packages that come with the first panel or receipt. */
const NOT_FOR_RUN =
  /^(?:hw-sim\/|firmware\/(?:for-simulator|incident\/replay-|commands\/(?:check|queue|replay|keys|config)\b))|^(?:lowdb|johnny-five|receiptline)(?:$|\/)/;

/** A small board spends seconds on what it loads at start: `tillbox run` loads only what it uses. */
export const leanRun: Rule = (files) => {
  const loaded = reached(
    files,
    ({ path }) => path === 'firmware/commands/run.ts',
    ({ typeOnly }) => !typeOnly,
  );
  return files
    .filter(({ path }) => loaded.has(path))
    .flatMap((file) =>
      importsOf(file)
        .filter(({ target, typeOnly }) => !typeOnly && NOT_FOR_RUN.test(target))
        .map(({ target }) => `${file.path} makes tillbox run load ${target}`),
    );
};

function reached(
  files: readonly SourceFile[],
  isRoot: (file: SourceFile) => boolean,
  follows: (one: Import) => boolean = () => true,
): ReadonlySet<string> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const alive = new Set<string>();
  const waiting = files.filter(isRoot);
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (alive.has(file.path)) continue;
    alive.add(file.path);
    for (const { target } of importsOf(file).filter(follows)) {
      const next = byPath.get(target);
      if (next !== undefined) waiting.push(next);
    }
  }
  return alive;
}
