import type { Scenario } from './scenario.js';
import { linesOfAKernel } from './scenarios/lines.js';
import { powerCuts } from './scenarios/power-cuts.js';
import { wholeSale } from './scenarios/whole-sale.js';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [wholeSale, linesOfAKernel, powerCuts];
