import { answerJobs } from '../drivers/linux/worker-job.js';
import { type FuzzMode, fuzzSettings } from './fuzz/fuzz-settings.js';
import { runShift, type ShiftReport } from './fuzz/shift.js';
import type { Side } from './fuzz/world-faults.js';
import type { KeyPairs } from './kiosk-settings.js';

/** Shifts to run: the seed of the first, how many, and which sides have no faults. */
export interface ShiftJob {
  readonly seed: number;
  readonly shifts: number;
  readonly salesAShift: number;
  readonly without: readonly Side[];
  readonly only: FuzzMode | undefined;
}

let settings: ReturnType<typeof fuzzSettings> | undefined;

answerJobs<ShiftJob, ShiftReport[]>(({ seed, shifts, salesAShift, without, only }, data) => {
  settings ??= fuzzSettings(data as KeyPairs, { only });
  const made = settings;
  return Array.from({ length: shifts }, (_, index) =>
    runShift({ seed: seed + index, sales: salesAShift, settings: made, without }),
  );
});
