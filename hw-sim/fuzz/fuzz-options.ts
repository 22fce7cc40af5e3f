import { parseArgs } from 'node:util';
import { FUZZ_MODES, type FuzzMode } from './fuzz-settings.js';
import { SIDES, type Side } from './world-faults.js';

export interface FuzzOptions {
  /** Seed of the first shift; each shift after it has the next one. */
  readonly seed: number;
  readonly sales: number;
  readonly salesAShift: number;
  readonly minutes: number | undefined;
  readonly workers: number;
  readonly without: readonly Side[];
  /** Only kiosks of this kind. */
  readonly only: FuzzMode | undefined;
  /** Ends at the first failure, and does not shrink it. */
  readonly firstOnly: boolean;
  /** Shows one shift with its log instead of running many. */
  readonly verbose: boolean;
}

const USAGE = `npm run fuzz -- [--sales N] [--seed N] [--minutes N] [--workers N] [--shift N] [--without SIDE,…] [--only MODE] [--first] [--verbose]

Simulates sales under faults and power cuts, judged from outside. Without --seed the seed is chosen by the clock.

  --sales N      how many sales, 10,000 where nothing is said
  --seed N       of the first shift; a shift is one kiosk's life
  --minutes N    ends earlier
  --workers N    threads; 2 where nothing is said
  --shift N      sales in a shift, 25 where nothing is said
  --without …    sides of the world that stay fair: ${SIDES.join(', ')}
  --only MODE    only kiosks of this kind: ${FUZZ_MODES.join(', ')}
  --first        stops at the first failure and does not narrow it down
  --verbose      works one shift and shows its log`;

/** The help text, or an error. */
export interface FuzzAnswer {
  readonly text: string;
  readonly isHelp: boolean;
}

/** The options, or what to print instead. */
export function parseFuzzOptions(args: readonly string[], clockSeed: number): FuzzOptions | FuzzAnswer {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        sales: { type: 'string', default: '10000' },
        seed: { type: 'string', default: `${clockSeed}` },
        minutes: { type: 'string' },
        workers: { type: 'string', default: '2' },
        shift: { type: 'string', default: '25' },
        without: { type: 'string', default: '' },
        only: { type: 'string' },
        verbose: { type: 'boolean', default: false },
        first: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) return { text: USAGE, isHelp: true };
    const without = values.without.split(',').filter((side) => side !== '');
    const stranger = without.find((side) => !SIDES.some((known) => known === side));
    if (stranger !== undefined) return wrong(`--without: ${stranger} is none of ${SIDES.join(', ')}`);
    const only = FUZZ_MODES.find((mode) => mode === values.only);
    if (values.only !== undefined && only === undefined) {
      return wrong(`--only: ${values.only} is none of ${FUZZ_MODES.join(', ')}`);
    }
    return {
      seed: whole('seed', values.seed, 0, 4_000_000_000),
      sales: whole('sales', values.sales, 1, 1_000_000_000),
      salesAShift: whole('shift', values.shift, 1, 400),
      minutes: values.minutes === undefined ? undefined : whole('minutes', values.minutes, 1, 100_000),
      workers: whole('workers', values.workers, 1, 64),
      without: without as Side[],
      only,
      firstOnly: values.first,
      verbose: values.verbose,
    };
  } catch (error) {
    return wrong(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

const wrong = (text: string): FuzzAnswer => ({ text, isHelp: false });

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a whole number from ${least} to ${most}, not ${text}`);
}
