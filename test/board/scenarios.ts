import type { Scenario } from './scenario.js';
import { badCards } from './scenarios/bad-cards.js';
import { badDevices } from './scenarios/bad-devices.js';
import { badStarts } from './scenarios/bad-starts.js';
import { boardFigures } from './scenarios/board-figures.js';
import { brokenBoards } from './scenarios/broken-boards.js';
import { keypadSale } from './scenarios/keypad-sale.js';
import { linesOfAKernel } from './scenarios/lines.js';
import { powerCuts } from './scenarios/power-cuts.js';
import { toldIsDurable } from './scenarios/told-is-durable.js';
import { updateLock } from './scenarios/update-lock.js';
import { wholeSale } from './scenarios/whole-sale.js';

/** In the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  wholeSale,
  boardFigures,
  linesOfAKernel,
  keypadSale,
  toldIsDurable,
  powerCuts,
  updateLock,
  badDevices,
  badCards,
  badStarts,
  brokenBoards,
];
