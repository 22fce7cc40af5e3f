import { relative } from 'node:path';
import Mocha from 'mocha';

const { EVENT_HOOK_END, EVENT_TEST_END } = Mocha.Runner.constants;
const LISTED = 10;

interface FileTimes {
  totalMs: number;
  slowest: { readonly title: string; readonly ms: number };
}

/**
 * Mocha's dots and, after them, the files that took longest, each with its slowest test. The times are those of tests and
 * hooks by the wall clock: with several workers they add up to more than the run took.
 */
export default class SlowestReporter extends Mocha.reporters.Dot {
  readonly #files = new Map<string, FileTimes>();

  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    for (const event of [EVENT_TEST_END, EVENT_HOOK_END]) runner.on(event, (done: Mocha.Runnable) => this.#add(done));
  }

  override epilogue(): void {
    const slowest = [...this.#files].sort(([, one], [, other]) => other.totalMs - one.totalMs).slice(0, LISTED);
    Mocha.reporters.Base.consoleLog('\n  The slowest files, each with its slowest test:');
    for (const [file, { totalMs, slowest: test }] of slowest) {
      Mocha.reporters.Base.consoleLog('  %s  %s: %s (%s)', seconds(totalMs), file, test.title, seconds(test.ms).trim());
    }
    super.epilogue();
  }

  #add({ file, title, duration = 0 }: Mocha.Runnable): void {
    const name = file === undefined ? 'hooks of all files' : relative(process.cwd(), file);
    const times = this.#files.get(name) ?? { totalMs: 0, slowest: { title, ms: duration } };
    times.totalMs += duration;
    if (duration > times.slowest.ms) times.slowest = { title, ms: duration };
    this.#files.set(name, times);
  }
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`.padStart(7);
}
