import type { Rule } from './rules.js';
import { folderOf, importsOf, type SourceFile, withoutComments } from './source-file.js';

/** Files that import each other, also over others and also for a type alone: none can be read without all of them. */
export const noCircles: Rule = (files) => {
  const known = new Set(files.map(({ path }) => path));
  const targets = new Map(
    files.map((file) => [
      file.path,
      importsOf(file)
        .map(({ target }) => target)
        .filter((target) => known.has(target)),
    ]),
  );
  return files.flatMap(({ path }) => {
    const way = wayBack(path, targets);
    return way === undefined ? [] : [`${path} imports itself: ${[path, ...way].join(' -> ')}`];
  });
};

/** The shortest way over imports from a file to itself. */
function wayBack(start: string, targets: ReadonlyMap<string, readonly string[]>): readonly string[] | undefined {
  const seen = new Set<string>();
  let ways: (readonly string[])[] = [[]];
  while (ways.length > 0) {
    const next: (readonly string[])[] = [];
    for (const way of ways) {
      for (const target of targets.get(way.at(-1) ?? start) ?? []) {
        if (target === start) return [...way, target];
        if (seen.has(target)) continue;
        seen.add(target);
        next.push([...way, target]);
      }
    }
    ways = next;
  }
  return undefined;
}

/**
 * The rooms of the firmware, from the ground up: a room imports rooms of the layers below its own and no others. A room is
 * a folder or a file at the top of `firmware/`.
 */
export const FIRMWARE_LAYERS: readonly (readonly string[])[] = [
  ['kernel', 'log', 'clock'],
  ['config', 'journal', 'service'],
  ['acquirer', 'devices', 'incident', 'api'],
  ['updates'],
  ['terminal'],
  ['commands'],
  ['cli', 'device', 'for-simulator'],
];

export const layersOfFirmware: Rule = (files) =>
  files.flatMap((file) => {
    const room = roomOf(file);
    if (room === undefined) return [];
    if (layerOf(room) < 0) return [`${file.path} is in the room ${room}, which is in no layer`];
    return importsOf(file).flatMap(({ target }) => {
      const other = roomOf({ path: target });
      if (other === undefined || other === room || layerOf(other) < layerOf(room)) return [];
      return [`${file.path} must not import ${target}: ${other} is not below ${room}`];
    });
  });

const layerOf = (room: string): number => FIRMWARE_LAYERS.findIndex((rooms) => rooms.includes(room));

function roomOf({ path }: Pick<SourceFile, 'path'>): string | undefined {
  return /^firmware\/([\w-]+)(?:\/|\.ts$)/.exec(path)?.[1];
}

const EXPORTS = /^export (?:async )?(function|const|class|interface|type) (\w+)/gm;
const NAMED_IMPORTS = /\b(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g;
/** Rows from which modules are loaded by name. */
const LOADED_BY_NAME = /\bmodule: '(\.[^']+)',\s*entry: '(\w+)'/g;

/**
 * What nobody imports is not exported, and what only specs use is not in the product. A type may be exported without an
 * importer where its own file uses it: it names what a function of that file takes or answers.
 */
export const noIdleExports: Rule = (files) => {
  const users = new Map<string, Set<string>>();
  for (const file of files) {
    for (const used of namesImportedBy(file)) users.set(used, (users.get(used) ?? new Set()).add(file.path));
  }
  return files
    .filter(({ path }) => ['flows', 'drivers', 'firmware', 'hw-sim'].includes(folderOf(path)))
    .flatMap((file) => {
      const text = withoutComments(file.text);
      return [...text.matchAll(EXPORTS)].flatMap(([, kind, name = '']) => {
        const importers = [...(users.get(`${file.path} ${name}`) ?? [])];
        if (importers.some((path) => folderOf(path) !== 'test')) return [];
        const usedInside = (text.match(new RegExp(`\\b${name}\\b`, 'g')) ?? []).length > 1;
        const ofSimulator = folderOf(file.path) === 'hw-sim';
        if (importers.length > 0)
          return usedInside || ofSimulator ? [] : [`${file.path} exports ${name} for specs only`];
        const isType = kind === 'interface' || kind === 'type';
        return isType && usedInside ? [] : [`${file.path} exports ${name}, which nothing imports`];
      });
    });
};

/** `path name` of everything that a file imports by name. */
function namesImportedBy(file: SourceFile): string[] {
  const text = withoutComments(file.text);
  const targetOf = (from: string): string =>
    importsOf({ path: file.path, text: `import '${from}';` })[0]?.target ?? from;
  return [
    ...[...text.matchAll(NAMED_IMPORTS)].flatMap(([, names = '', from = '']) =>
      names
        .split(',')
        .map(
          (each) =>
            each
              .trim()
              .replace(/^type /, '')
              .split(' as ')[0],
        )
        .map((name) => `${targetOf(from)} ${name}`),
    ),
    ...[...text.matchAll(LOADED_BY_NAME)].map(([, from = '', name]) => `${targetOf(from)} ${name}`),
  ];
}

/** A file is named after what it exports: one export at least shares a word with its name. Entry points export nothing of use. */
export const namedAfterExport: Rule = (files) =>
  files
    .filter(({ path }) => folderOf(path) !== 'test' && !path.endsWith('.d.ts') && !/-worker\.ts$/.test(path))
    .flatMap(({ path, text }) => {
      const names = [...withoutComments(text).matchAll(EXPORTS)].map(([, , name = '']) => name);
      const ofFile = stemsOf(path.replace(/^.*\/|\.ts$/g, ''));
      if (names.length === 0 || names.some((name) => stemsOf(name).some((stem) => ofFile.includes(stem)))) return [];
      return [`${path} exports ${names.join(', ')}: none shares a word with the name of the file`];
    });

/** The words of a name in camel, snake or kebab case, without their endings. */
function stemsOf(name: string): string[] {
  const words = name.match(/[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])/g) ?? [];
  return words.map((word) =>
    word
      .toLowerCase()
      .replace(/(?:ies|ing|ed|es|s)$/, '')
      .slice(0, 5),
  );
}
