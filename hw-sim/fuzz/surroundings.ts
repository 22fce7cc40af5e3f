import type { Config } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import { SIMULATED_WIRING } from '../simulated-wiring.js';
import type { Surroundings } from './oracle/readiness-rules.js';

/** What stops sales at a kiosk with this configuration, seen from outside. */
export function surroundingsOf({ world, gpio }: Kiosk, { devices }: Config): Surroundings {
  let openedAtMs = Number.POSITIVE_INFINITY;
  let closedAtMs = 0;
  if (devices.panel.kind !== 'none') {
    gpio.watch(SIMULATED_WIRING.panel.doorPin, (level) => {
      if (level === 1) openedAtMs = world.nowMs();
      else closedAtMs = world.nowMs();
    });
  }

  return {
    doorOpenMs(atMs) {
      const open = openedAtMs <= atMs && (closedAtMs < openedAtMs || closedAtMs > atMs);
      return open ? atMs - openedAtMs : 0;
    },
    clockErrorMs(atMs, wallMs) {
      return Math.abs(wallMs - (world.wallMs() - (world.nowMs() - atMs)));
    },
  };
}
