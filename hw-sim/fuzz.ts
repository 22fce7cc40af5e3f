import { createLinuxClock } from '../drivers/linux/clock.js';
import { createProcess } from '../drivers/linux/process.js';
import { runInWorkers } from '../drivers/linux/worker-pool.js';
import { addCoverage, type Coverage } from './fuzz/coverage.js';
import { type FuzzOptions, parseFuzzOptions } from './fuzz/fuzz-options.js';
import { FUZZ_MODES, fuzzSettings } from './fuzz/fuzz-settings.js';
import { missingCoverage } from './fuzz/required-coverage.js';
import { runShift, type ShiftReport } from './fuzz/shift.js';
import { shrink } from './fuzz/shrink.js';
import type { ShiftJob } from './fuzz-worker.js';
import { createKeyPairs, type KeyPairs } from './kiosk-settings.js';

/* `npm run fuzz`: simulated sales under faults and power cuts, judged by the oracle. Exit code 1: it found something. */

/** A run of this length has to reach everything. */
const COVERAGE_FROM_SALES = 100_000;
const FAILURES_SHOWN = 3;
/** A long run reports its progress, and each failure at once. */
const PROGRESS_MS = 60_000;
const SHIFTS_A_JOB = 4;
/** A worker is replaced after so many: johnny-five never frees its lamps, nor the worlds that they were in. */
const JOBS_A_WORKER = 100;

const self = createProcess();
const clock = createLinuxClock();
const options = parseFuzzOptions(self.args, Math.floor(clock.wallMs() / 1000) % 1_000_000_000);
if ('text' in options) {
  (options.isHelp ? self.out : self.errorOut)(`${options.text}\n`);
  self.exit(options.isHelp ? 0 : 64);
} else {
  self.exit(options.verbose ? showShift(options) : await fuzz(options));
}

/** Runs one shift and prints its log. */
function showShift({ seed, salesAShift, without, only }: FuzzOptions): number {
  const settings = fuzzSettings(createKeyPairs(), { verbose: true, only });
  const log = (line: string): void => self.out(`${line}\n`);
  const { violations } = runShift({ seed, sales: salesAShift, settings, without, log });
  self.out(`${violations.join('\n') || 'no rule was broken'}\n`);
  return violations.length === 0 ? 0 : 1;
}

async function fuzz(options: FuzzOptions): Promise<number> {
  const keys = createKeyPairs();
  const coverage: Coverage = new Map();
  const failures: ShiftReport[] = [];
  const startedMs = clock.monotonicMs();
  const endMs = options.minutes === undefined ? Number.POSITIVE_INFINITY : startedMs + options.minutes * 60_000;
  let seed = options.seed;
  let ordered = 0;
  let served = 0;
  let virtualMs = 0;
  let progressAtMs = startedMs + PROGRESS_MS;

  await runInWorkers<ShiftJob, ShiftReport[]>({
    module: new URL('./fuzz-worker.js', import.meta.url),
    workers: options.workers,
    jobsAWorker: JOBS_A_WORKER,
    data: keys,
    next() {
      if (
        ordered >= options.sales ||
        failures.length >= (options.firstOnly ? 1 : FAILURES_SHOWN) ||
        clock.monotonicMs() > endMs
      )
        return undefined;
      const shifts = Math.min(SHIFTS_A_JOB, Math.ceil((options.sales - ordered) / options.salesAShift));
      const job: ShiftJob = {
        seed,
        shifts,
        salesAShift: options.salesAShift,
        without: options.without,
        only: options.only,
      };
      seed += shifts;
      ordered += shifts * options.salesAShift;
      return job;
    },
    finished(reports) {
      for (const report of reports) {
        served += report.sales;
        virtualMs += report.virtualMs;
        addCoverage(coverage, report.coverage);
        if (report.violations.length === 0) continue;
        failures.push(report);
        self.errorOut(`seed ${report.seed} broke: ${report.violations[0]}\n`);
      }
      if (clock.monotonicMs() < progressAtMs) return;
      progressAtMs += PROGRESS_MS;
      self.errorOut(`${served} of ${options.sales} sales, ${failures.length} failed\n`);
    },
  });

  const seconds = (clock.monotonicMs() - startedMs) / 1000;
  const rate = Math.round(served / seconds / options.workers);
  self.out(`${served} sales in ${seconds.toFixed(1)} s, ${options.workers} threads: ${rate} sales a second a thread\n`);
  self.out(`${Math.round(virtualMs / 3_600_000)} simulated hours, seeds ${options.seed} to ${seed - 1}\n`);
  self.out(`sales by mode: ${FUZZ_MODES.map((mode) => `${mode} ${coverage.get(`mode ${mode}`) ?? 0}`).join(', ')}\n`);
  const whole = options.only === undefined && served >= COVERAGE_FROM_SALES;
  if (whole) self.out(coverageTable(coverage));
  const missing = whole ? missingCoverage(coverage) : [];
  for (const name of missing) self.out(`never reached: ${name}\n`);
  for (const failure of failures.slice(0, FAILURES_SHOWN)) self.out(describe(failure, options, keys));
  const failed = failures.length + missing.length;
  self.out(`${served - failures.length} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

function describe(
  failure: ShiftReport,
  { salesAShift, without, only, firstOnly }: FuzzOptions,
  keys: KeyPairs,
): string {
  const whole = { report: failure, sales: salesAShift, without };
  const small = firstOnly ? whole : shrink(failure, salesAShift, without, fuzzSettings(keys, { only }));
  const fair = small.without.length === 0 ? '' : ` --without ${small.without.join(',')}`;
  const kind = only === undefined ? '' : ` --only ${only}`;
  return [
    `\nseed ${failure.seed} broke ${failure.violations.length}:`,
    ...failure.violations.slice(0, 5).map((violation) => `  ${violation}`),
    `smallest found: ${small.report.violations[0] ?? ''}`,
    `  npm run fuzz -- --seed ${failure.seed} --shift ${small.sales}${kind}${fair} --verbose\n\n`,
  ].join('\n');
}

function coverageTable(coverage: Coverage): string {
  const rows = [...coverage].sort(([a], [b]) => (a < b ? -1 : 1));
  return `${rows.map(([name, times]) => `${`${times}`.padStart(9)}  ${name}`).join('\n')}\n`;
}
