import { view } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import { FAIR_WEATHER } from '../network.js';
import { type Coverage, count } from './coverage.js';
import type { Violate } from './oracle/violate.js';

/** The terminal may not learn it from the first customer, who would. */
const NOTICED_MS = 120_000;

/** The network goes while nobody is there, and comes back: what a terminal that is ready says of it meanwhile. */
export function unplugAtRest({ world, network, terminal }: Kiosk, violate: Violate, coverage: Coverage): void {
  if (terminal === undefined) return;
  count(coverage, 'fault network unplugged at rest');
  network.conditions = { ...FAIR_WEATHER, down: true };
  world.runUntil(world.nowMs() + NOTICED_MS);
  if (view(terminal.kernel.state).lamps.ready) {
    violate('not ready, and it says that it is', `the network has been gone for ${NOTICED_MS} ms`);
  }
  network.conditions = FAIR_WEATHER;
}
