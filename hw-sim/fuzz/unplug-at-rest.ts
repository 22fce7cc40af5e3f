import { view } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import { FAIR_WEATHER } from '../network.js';
import { type Coverage, count } from './coverage.js';
import type { Violate } from './oracle/violate.js';

/** Within this time the terminal has to notice by itself. */
const NOTICED_MS = 120_000;

/** Takes the network away while nobody is there, and checks that the terminal is not ready in the meantime. */
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
