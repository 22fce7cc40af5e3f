import { deepFreeze } from './deep-freeze.js';
import { createFlushWatch } from './flush-watch.js';
import { encodeOperation } from './frame.js';
import type { FramePlanner, PlannedWrite } from './frame-planner.js';
import { openMedium } from './open-medium.js';
import { createReadBack } from './read-back.js';
import { StoreError } from './store-error.js';
import type { StoreOptions } from './store-options.js';
import type { OpenReport, StoreStatus } from './store-status.js';
import { verifyMedium } from './verify-medium.js';
import { asStoreError, type VolumePair } from './volume-pair.js';

export interface Store<State, Op> {
  /** The newest durable state. Deeply frozen. */
  readonly state: State;
  /**
   * Makes operations durable in order, all or none. `stateAfter` is the fold of them over the state before, which is
   * the `stateAfter` of the commit before where one is under way; it is frozen here. `done` is called once, later:
   * without an error when they are durable. Commits that arrive during a flush share the next one. After any error the
   * store has failed for good, and what was under way may or may not be there after a restart. Soon after a commit it is
   * read back from the medium; one that forgot it fails the store.
   * Throws `TypeError` for an operation that is not a JSON value.
   */
  commit(ops: readonly Op[], stateAfter: State, done: (error?: StoreError) => void): void;
  /**
   * Reads what is needed for a restart from the medium, past every cache. A difference fails the store. `unsupported`
   * where the platform cannot. Commits may go on meanwhile.
   */
  verify(done: Verified): void;
  /** Checks cheaply whether both volumes are still where they were opened; one that is not fails the store. */
  checkInPlace(done: (error?: StoreError) => void): void;
  readonly status: StoreStatus;
  /** Does not wait: commits under way fail with `closed`, and may or may not be durable. */
  close(): void;
}

/**
 * Opens the durable store, or makes it. Nothing is served before both volumes were flushed, the medium was read back
 * where the platform can, and a first frame of this boot is durable. It always answers: `hung` where the medium does not
 * answer a step within a minute. After an error both volumes are closed and unchanged, but for an interrupted first frame, so
 * that a technician can examine them.
 */
export function openStore<State, Op>(
  options: StoreOptions<State, Op>,
  opened: (error: StoreError | undefined, store?: Store<State, Op>, report?: OpenReport) => void,
): void {
  openMedium<State, Op>(options, (error, medium) => {
    if (error !== undefined || medium === undefined) return opened(error ?? new StoreError('io', 'no medium'));
    const { volumes, planner, state, report } = medium;
    opened(undefined, runStore(options, volumes, planner, state, report), report);
  });
}

type Verified = (error: StoreError | undefined, result?: 'verified' | 'unsupported') => void;

interface Pending<State> {
  readonly operations: readonly Buffer[];
  readonly stateAfter: State;
  readonly done: (error?: StoreError) => void;
}

/*
 * Invariants
 * - At most one write or flush is under way; one write and one flush make any number of waiting commits durable.
 * - `state` is never ahead of the medium.
 * - A commit counts only where both volumes were in place before its write and after it: before, because another process may
 *   be writing where ours was taken away; after, because a removed file accepts every write and loses it.
 * - What was committed is read back soon after, past every cache, and a difference fails the store; no commit waits for it.
 * - After a failure nothing is written or flushed again: what the system did with the failed write is unknown, and a
 *   second flush may succeed without it.
 */
function runStore<State, Op>(
  options: StoreOptions<State, Op>,
  volumes: VolumePair,
  planner: FramePlanner,
  openedState: State,
  report: OpenReport,
): Store<State, Op> {
  const { clock } = options;
  const hungAfterMs = options.hungAfterMs ?? 30_000;
  let state = openedState;
  let health: StoreStatus['health'] = { kind: 'ok' };
  let waiting: Pending<State>[] = [];
  let underWay: readonly Pending<State>[] = [];
  let busy = false;
  let commits = 0;
  let flushes = 0;
  let bytesWritten = 0;
  const jobs: ((release: () => void) => void)[] = [];
  const verifying: Verified[] = [];
  const checking: ((error?: StoreError) => void)[] = [];

  const status = (): StoreStatus => ({
    health,
    storeId: report.storeId,
    epoch: report.epoch,
    sequence: planner.sequence,
    commits,
    flushes,
    bytesWritten,
    lastFlushMs: watch.lastMs,
    slowestFlushMs: watch.slowestMs,
    stateBytes: planner.stateBytes,
    segmentSizeBytes: options.segmentSizeBytes,
  });

  const become = (next: StoreStatus['health']): void => {
    const changed = next.kind !== health.kind;
    health = next;
    if (changed) options.healthChanged?.(status());
  };

  const failed = (): StoreError | undefined => (health.kind === 'failed' ? health.error : undefined);

  const fail = (error: StoreError): void => {
    if (failed() !== undefined) return;
    watch.stop();
    readBack.stop();
    become({ kind: 'failed', error });
    const lost = [...underWay, ...waiting];
    underWay = [];
    waiting = [];
    for (const commit of lost) commit.done(error);
    for (const done of [...verifying.splice(0), ...checking.splice(0)]) done(error);
  };

  const watch = createFlushWatch({
    clock,
    slowAfterMs: options.slowAfterMs ?? 5_000,
    hungAfterMs,
    slow: (ms) => become({ kind: 'slow', ms }),
    quick: () => become({ kind: 'ok' }),
    hung: () => fail(new StoreError('hung', `a commit did not end within ${hungAfterMs} ms`)),
    tryAgain() {
      if (health.kind !== 'slow') return true;
      if (busy) return false;
      busy = true;
      write(state);
      return true;
    },
  });

  const readBack = createReadBack({ clock, volumes, hungAfterMs, failed: fail });

  const flushed = (frame: PlannedWrite): void => {
    planner.written();
    readBack.written(frame);
    flushes += 1;
    bytesWritten += frame.bytes.length;
    watch.end();
    answer();
  };

  const answer = (): void => {
    if (failed() !== undefined) return;
    const ended = underWay;
    underWay = [];
    const last = ended.at(-1);
    if (last !== undefined) state = last.stateAfter;
    commits += ended.length;
    /* Still busy, so that commits made by these callbacks share one flush. */
    for (const commit of ended) commit.done();
    busy = false;
    proceed();
  };

  const flush = (): void => {
    const last = waiting.at(-1);
    if (busy || last === undefined || failed() !== undefined) return;
    busy = true;
    underWay = waiting;
    waiting = [];
    if (underWay.every((commit) => commit.operations.length === 0)) {
      clock.after(0, () => answer());
      return;
    }
    for (const commit of underWay) planner.take(commit.operations);
    write(last.stateAfter);
  };

  /* Writes the next frame, with the operations that the planner took; without any it repeats what the medium has. */
  const write = (stateAfter: State): void => {
    const planned = planner.plan(() => JSON.stringify(stateAfter));
    if (planned === undefined) {
      const limit = `${options.segmentSizeBytes} bytes of a segment`;
      clock.after(0, () => fail(new StoreError('tooLarge', `the whole state does not fit the ${limit}`)));
      return;
    }
    const volume = volumes[planned.segment];
    watch.begin();
    readBack.writing(planned);
    checkInPlace(() =>
      volume.writeDurably(planned.offset, planned.bytes, (error) => {
        if (failed() !== undefined) return;
        if (error !== undefined) return fail(asStoreError(error, 'write'));
        checkInPlace(() => flushed(planned));
      }),
    );
  };

  /* Calls `inPlace` where both volumes are there, and fails the store where not. */
  const checkInPlace = (inPlace: () => void): void => {
    let left = volumes.length;
    for (const volume of volumes) {
      volume.checkInPlace((error) => {
        if (failed() !== undefined) return;
        if (error !== undefined) return fail(asStoreError(error, 'the journal'));
        left -= 1;
        if (left === 0) inPlace();
      });
    }
  };

  /* Runs a waiting job between two flushes, else the next flush. */
  const proceed = (): void => {
    const job = jobs.shift();
    if (job === undefined) {
      flush();
      return;
    }
    busy = true;
    job(() => {
      busy = false;
      if (failed() === undefined) flush();
    });
  };

  return {
    get state() {
      return state;
    },
    get status() {
      return status();
    },
    commit(ops, stateAfter, done) {
      const operations = ops.map((op) => {
        const json: string | undefined = JSON.stringify(op);
        if (json === undefined) throw new TypeError('an operation must be a JSON value');
        return encodeOperation(json);
      });
      const error = failed();
      if (error !== undefined) {
        clock.after(0, () => done(error));
        return;
      }
      waiting.push({ operations, stateAfter: deepFreeze(stateAfter), done });
      flush();
    },
    verify(done) {
      const error = failed();
      if (error !== undefined) {
        clock.after(0, () => done(error));
        return;
      }
      verifying.push(done);
      if (verifying.length > 1) return;
      const exclusively = (job: (release: () => void) => void): void => {
        jobs.push(job);
        if (!busy) proceed();
      };
      verifyMedium({ volumes, planner, storeId: report.storeId, exclusively }, (verifyError, result) => {
        if (failed() !== undefined) return;
        if (verifyError !== undefined) return fail(verifyError);
        for (const verified of verifying.splice(0)) verified(undefined, result);
      });
    },
    checkInPlace(done) {
      const error = failed();
      if (error !== undefined) return void clock.after(0, () => done(error));
      checking.push(done);
      checkInPlace(() => {
        for (const checked of checking.splice(0)) checked();
      });
    },
    close() {
      fail(new StoreError('closed', 'the store was closed'));
      for (const volume of volumes) volume.close();
    },
  };
}
