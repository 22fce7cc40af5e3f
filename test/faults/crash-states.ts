import { openStore, type Store } from '../../firmware/journal/store/store.js';
import type { Collateral, PowerCut, SectorFate } from '../../hw-sim/power-cut.js';
import type { SimFlash } from '../../hw-sim/sim-flash.js';
import { createFlashRig, createRandom, ledgerOptions } from '../firmware/journal/store/flash-rig.js';
import { emptyLedger, foldLedger, type Ledger, type LedgerOp, ledgerOp } from '../firmware/journal/store/ledger.js';

export interface CrashStatesOptions {
  readonly seed: number;
  /** Ends after the workload in which this number of images is reached. */
  readonly states: number;
  /** The store, or a broken one. */
  readonly openStore?: typeof openStore;
  /** Ends after this number of violations; one is enough to detect a broken store. */
  readonly violationLimit?: number;
}

export interface CrashStatesReport {
  /** Images of the card that a store was opened on. */
  readonly states: number;
  readonly crashPoints: number;
  readonly violations: readonly string[];
}

/** What a crash may leave behind, as seen from outside the store. */
interface Promised {
  /** The state last acknowledged, then those of the commits under way, in order. One of them must be found. */
  readonly candidates: readonly Ledger[];
  /** Of the last boot that served. Never to be seen again. */
  readonly epoch: number;
  readonly sequence: number;
  /** Whether this card has ever served: before that, it may be found new. */
  readonly served: boolean;
  /** Index of the next operation of the workload. */
  readonly next: number;
}

const commitsPerWorkload = 32;
const exhaustiveSectors = 8;
/* Probabilities by the number of crashes that may still follow: enough second and third ones, and still mostly first ones. */
const goOnAfterCut = [0, 0, 0.02, 0.003] as const;
const goOnAfterKill = [0, 0, 0.2, 0.06] as const;

/**
 * Runs workloads on a simulated card and stops them at every callback. Of each such point it builds the images that a
 * power cut may leave, opens a store on each, and goes on from some of them: the second crash comes while it recovers
 * or at its first commits. A process that dies alone leaves the system's cache, and the power may go after that.
 */
export function enumerateCrashStates(options: CrashStatesOptions): CrashStatesReport {
  const open = options.openStore ?? openStore;
  const random = createRandom(options.seed);
  const violationLimit = options.violationLimit ?? 20;
  const violations: string[] = [];
  let states = 0;
  let crashPoints = 0;
  let workload = 0;

  const pick = (count: number): number => Math.floor(random() * count);

  /** Boots on a card, checks what is found, makes some commits; `depth` says how many crashes may still follow. */
  const live = (
    card: SimFlash | undefined,
    promised: Promised,
    depth: number,
    commits: number,
    shape: Shape,
    story: string,
  ): void => {
    if (violations.length >= violationLimit) return;
    const rig = createFlashRig(pick(2 ** 31), card);
    let now = promised;
    let store: Store<Ledger, LedgerOp> | undefined;
    let answered = false;
    const violate = (what: string): void => {
      violations.push(`seed ${options.seed}, workload ${workload}, ${story}: ${what}`);
    };

    const commitSome = (left: number): void => {
      if (left === 0 || store === undefined) return;
      const together = Math.min(left, random() < 0.2 ? 1 + pick(3) : 1);
      let waiting = together;
      for (let index = 0; index < together; index += 1) {
        const op = shape.op(now.next);
        const stateAfter = foldLedger(now.candidates.at(-1) ?? emptyLedger, op);
        now = { ...now, next: now.next + 1, candidates: [...now.candidates, stateAfter] };
        store.commit([op], stateAfter, (error) => {
          if (error !== undefined) return violate(`a commit failed: ${error.message}`);
          now = { ...now, candidates: now.candidates.slice(now.candidates.indexOf(stateAfter)) };
          waiting -= 1;
          if (waiting === 0) commitSome(left - together);
        });
      }
    };

    rig.card.faults.readBackUnsupported = !shape.readsBack;
    open<Ledger, LedgerOp>(
      { ...ledgerOptions(rig), segmentSizeBytes: shape.segmentSizeBytes },
      (error, opened, report) => {
        answered = true;
        if (opened === undefined || report === undefined) {
          return violate(`not opened: ${error?.code} ${error?.message}`);
        }
        const found = JSON.stringify(opened.state);
        const match = now.candidates.find((candidate) => candidate.count === opened.state.count);
        if (match === undefined || JSON.stringify(match) !== found) {
          const wanted = now.candidates.map(({ count }) => count).join(' or ');
          return violate(`found ${opened.state.count} operations instead of ${wanted}, or others`);
        }
        if (now.served && report.provisioned) violate('taken for new');
        if (report.epoch <= now.epoch) violate(`epoch ${report.epoch} after ${now.epoch}`);
        if (report.sequence <= now.sequence) violate(`sequence ${report.sequence} after ${now.sequence}`);
        now = { ...now, candidates: [match], epoch: report.epoch, sequence: report.sequence, served: true };
        store = opened;
        commitSome(commits);
      },
    );
    do {
      if (depth > 0) crash(rig.card, now, depth, shape, story);
      if (store !== undefined) now = { ...now, sequence: store.status.sequence };
    } while (rig.run(1) > 0 && violations.length < violationLimit);
    if (!answered) violate('never answered');
  };

  const crash = (card: SimFlash, promised: Promised, depth: number, shape: Shape, story: string): void => {
    crashPoints += 1;
    for (const cut of cuts(card.unflushedSectors(), depth, random)) {
      states += 1;
      const end = card.copy();
      end.powerCut(cut);
      const goesOn = random() < (goOnAfterCut[depth] ?? 0);
      live(end, promised, goesOn ? depth - 1 : 0, goesOn ? 2 : 0, shape, `${story} → cut at ${promised.next}`);
    }
    if (random() < (goOnAfterKill[depth] ?? 0)) {
      states += 1;
      const end = card.copy();
      end.processCrash();
      live(end, promised, depth - 1, 2, shape, `${story} → killed at ${promised.next}`);
    }
  };

  while (states < options.states && violations.length < violationLimit) {
    workload += 1;
    const nothing = { candidates: [emptyLedger], epoch: 0, sequence: 0, served: false, next: 0 };
    live(undefined, nothing, 3, commitsPerWorkload, workloadShape(random), 'boot');
  }
  return { states, crashPoints, violations };
}

interface Shape {
  readonly segmentSizeBytes: number;
  readonly readsBack: boolean;
  op(index: number): LedgerOp;
}

/** Small segments turn often; notes are of different lengths, some longer than a slot. */
function workloadShape(random: () => number): Shape {
  const slots = [8, 12, 16][Math.floor(random() * 3)] ?? 8;
  const live = 2 + Math.floor(random() * 8);
  const usual = 40 + Math.floor(random() * 400);
  const seldom = random() < 0.5 ? 5_000 : 1_500;
  return {
    segmentSizeBytes: slots * 4096,
    readsBack: random() < 0.6,
    op: (index) => ledgerOp(index, live, index % 21 === 0 ? seldom : usual),
  };
}

const collaterals: readonly Collateral[] = ['page', 'block', 'volume'];

/** The images to try: all where there are few, otherwise the extreme ones and some random ones. */
function* cuts(sectors: number, depth: number, random: () => number): Generator<PowerCut> {
  const uniform = (fate: SectorFate, collateral: Collateral = 'none'): PowerCut => ({ fate: () => fate, collateral });
  const mixed = (collateral: Collateral, shorn: number): PowerCut => {
    const share = random();
    const fates = Array.from({ length: sectors }, (): SectorFate => {
      if (random() < shorn) return 'shorn';
      return random() < share ? 'new' : 'old';
    });
    return { fate: (index) => fates[index] ?? 'old', collateral };
  };
  yield uniform('old');
  if (sectors === 0) return;
  yield uniform('new');
  for (const collateral of collaterals) {
    yield uniform('new', collateral);
    yield mixed(collateral, 0.1);
  }
  const thorough = depth > 2 && random() < 0.1;
  if (thorough && sectors <= exhaustiveSectors) {
    for (let mask = 1; mask < 2 ** sectors - 1; mask += 1) {
      yield { fate: (index) => ((mask >> index) & 1 ? 'new' : 'old'), collateral: 'none' };
    }
    for (let sector = 0; sector < sectors; sector += 1) {
      yield { fate: (index) => (index === sector ? 'shorn' : 'new'), collateral: 'none' };
    }
    return;
  }
  const samples = depth > 2 ? 8 : 3;
  for (let sample = 0; sample < samples; sample += 1) {
    const edge = Math.floor(random() * (sectors + 1));
    yield { fate: (index) => (index < edge ? 'new' : 'old'), collateral: 'none' };
    yield { fate: (index) => (index < edge ? 'old' : 'new'), collateral: 'none' };
    yield mixed('none', sample % 3 === 0 ? 0.2 : 0);
  }
}
