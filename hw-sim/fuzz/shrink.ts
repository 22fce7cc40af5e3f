import { SIDES, type Side } from './bad-days.js';
import type { FuzzSetting } from './fuzz-settings.js';
import { runShift, type ShiftReport } from './shift.js';

export interface Shrunk {
  readonly report: ShiftReport;
  readonly sales: number;
  readonly without: readonly Side[];
}

/**
 * Narrows a failing shift down: leaves sides of the world fair, then serves fewer customers, as long as a rule is still
 * broken. The same rule, or another one: any broken rule is worth a look.
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
