import type { Clock, FlashHost, Random } from '../../../drivers/host.js';
import type { StoreStatus } from './store-status.js';

/** State and operations are plain JSON values. */
export interface StoreOptions<State, Op> {
  readonly flash: FlashHost;
  readonly clock: Clock;
  readonly random: Random;
  /** Names within the data directory, or absolute paths of two raw partitions. */
  readonly volumes: readonly [string, string];
  /** Of each volume; a multiple of 4,096. The whole state as JSON has to fit, better several times. */
  readonly segmentSizeBytes: number;
  /** `ifNew`: where nothing was ever stored, the store is made. `never`: that is an error. */
  readonly provision: 'ifNew' | 'never';
  /** The state of a new store. */
  readonly empty: State;
  /** A pure function for all time: replay depends on it. Its arguments are frozen. */
  readonly fold: (state: State, op: Op) => State;
  /**
   * Folds many operations at once when the store opens, on a state of its own that it may change in place. The result
   * must be that of `fold`, one by one, which is used where this is left out, and is slow where it copies a large map.
   */
  readonly replay?: (state: State, ops: readonly Op[]) => State;
  /** A flush over this makes the store `slow`. Default 5,000. */
  readonly slowAfterMs?: number;
  /** A flush over this fails the store. Default 30,000. Steps of opening have a limit of their own: `opening-watch`. */
  readonly hungAfterMs?: number;
  /** Called when `status.health` becomes another kind. */
  readonly healthChanged?: (status: StoreStatus) => void;
}
