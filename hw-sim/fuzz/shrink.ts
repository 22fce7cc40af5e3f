import type { FuzzSetting } from './fuzz-settings.js';
import { runShift, type ShiftReport } from './shift.js';
import { SIDES, type Side } from './world-faults.js';

export interface Shrunk {
  readonly report: ShiftReport;
  readonly sales: number;
  readonly without: readonly Side[];
}

/**
 * Shrinks a failing shift: removes the faults of one side after another, then customers, as long as a rule is still
 * broken, be it the same one or another.
 */
export function shrink(
  failing: ShiftReport,
  sales: number,
  without: readonly Side[],
  settings: readonly [FuzzSetting, ...FuzzSetting[]],
): Shrunk {
  let best: Shrunk = { report: failing, sales, without };
  const attempt = (fewer: number, fairer: readonly Side[]): void => {
    const report = runShift({ seed: failing.seed, sales: fewer, without: fairer, settings });
    if (report.violations.length > 0) best = { report, sales: fewer, without: fairer };
  };
  for (const side of SIDES) if (!best.without.includes(side)) attempt(best.sales, [...best.without, side]);
  for (const part of [0.1, 0.25, 0.5, 0.75, 0.9]) {
    const fewer = Math.max(1, Math.floor(best.sales * part));
    if (fewer < best.sales) attempt(fewer, best.without);
    if (best.sales === fewer) break;
  }
  return best;
}
