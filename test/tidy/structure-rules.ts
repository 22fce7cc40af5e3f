import type { Rule } from './rules.js';
import { importsOf, type SourceFile } from './source-file.js';

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
  ['terminal'],
  ['commands'],
  ['cli', 'for-simulator'],
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
