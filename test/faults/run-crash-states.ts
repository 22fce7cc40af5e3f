import { enumerateCrashStates } from './crash-states.js';

/*
 * Entry point for CI: `CRASH_STATES=100000 CRASH_SEED=1 node dist/test/faults/run-crash-states.js`. Prints what was
 * tried; ends with 1 at the first violation, each of which names its seed.
 */
const states = Number(process.env.CRASH_STATES ?? 100_000);
const seed = Number(process.env.CRASH_SEED ?? Math.floor(Math.random() * 2 ** 31));
const startedMs = performance.now();
const report = enumerateCrashStates({ seed, states });
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
process.stdout.write(
  `crash states: ${report.states} images of ${report.crashPoints} crash points, ` +
    `${report.violations.length} violations, seed ${seed}, ${seconds} s\n`,
);
for (const violation of report.violations) process.stdout.write(`  ${violation}\n`);
if (report.violations.length > 0) process.exitCode = 1;
