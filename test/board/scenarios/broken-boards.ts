import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { inTwoLanes } from '../in-two-lanes.js';
import type { BoardParts } from '../parts/board-parts.js';
import { type Patch, patchedRoot } from '../parts/patched-root.js';
import type { Scenario, Stage } from '../scenario.js';
import { type SellOnceOptions, sellOnce } from './sell-once.js';
import { lockRound } from './update-lock.js';

/** A board or program that is broken on purpose, and what has to be said about it. */
interface Canary {
  /** Absent: a sale and a power cut. */
  readonly story?: (parts: BoardParts) => Promise<void>;
  readonly name: string;
  readonly patches: readonly Patch[];
  /** What is broken: absent the image, else the one with GPIO over sysfs. */
  readonly over?: 'sysfs';
  readonly options?: SellOnceOptions;
  readonly caughtBy: RegExp;
}

const CANARIES: readonly Canary[] = [
  {
    name: 'the program flushes nothing',
    patches: [{ find: /\.constants\.O_DSYNC/g, put: '.constants.O_WRONLY' }],
    caughtBy: /flash forgot/,
  },
  {
    name: 'the file system passes no flush on to the card',
    patches: [],
    options: { mountOptions: 'noatime,nobarrier' },
    caughtBy: /flash forgot|the card cannot be read/,
  },
  {
    name: 'relays start closed',
    patches: [{ find: /\{flags,level:initial\}/g, put: '{flags,level:1}' }],
    caughtBy: /goods fell before any sale/,
  },
  {
    name: 'relays start closed, over sysfs',
    patches: [{ find: /initial===1\?"high":"low"/g, put: '"high"' }],
    over: 'sysfs',
    options: { env: { GPIO_BACKEND: 'sysfs' } },
    caughtBy: /goods fell before any sale/,
  },
  {
    name: 'the drop sensor is not polled, and falling edges are lost',
    patches: [
      { find: /LINE_FLAG\.edgeRising\|LINE_FLAG\.edgeFalling/g, put: 'LINE_FLAG.edgeRising' },
      { find: /barrier\.looked\(level\)/g, put: '0' },
    ],
    caughtBy: /the sale is not settled: vendUnknown/,
  },
  {
    name: 'the update lock is never given back',
    story: lockRound,
    patches: [{ find: /(&&stats\.uid===uid&&)import_node_fs\d*\.default\.unlinkSync\(path\d*\)/g, put: '$1!0' }],
    caughtBy: /the update lock is free/,
  },
];

export const brokenBoards: Scenario = {
  name: 'canaries',
  proves: 'catches boards and programs that are broken on purpose',
  limitMs: 900_000,
  alone: true,
  run: (stage) => inTwoLanes(CANARIES, (canary) => mustBeCaught(canary, stage)),
};

async function mustBeCaught(
  { name, story, patches, over, options, caughtBy }: Canary,
  { parts, folder }: Stage,
): Promise<string> {
  const own = join(folder, name.replaceAll(/[^a-z]+/g, '-'));
  mkdirSync(own);
  const whole = over === 'sysfs' ? parts.sysfsRoot : parts.root;
  const root = patches.length === 0 ? whole : await patchedRoot(whole, patches, own);
  try {
    await (story ?? ((broken) => sellOnce(broken, options)))({ ...parts, root });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    const found = caughtBy.exec(said)?.[0];
    if (found === undefined) throw new Error(`"${name}" fails for another reason:\n${said}`);
    return `caught: ${name} (${found})`;
  } finally {
    rmSync(own, { recursive: true });
  }
  throw new Error(`nobody noticed: ${name}`);
}
