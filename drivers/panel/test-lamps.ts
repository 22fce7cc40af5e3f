import type { Clock } from '../host.js';
import { LAMPS, type Lamp, type LampState, type Panel } from './panel.js';

const STEP_MS = 1_000;
const BEEP_MS = 200;

/**
 * Lights one lamp after the other, each with a beep, for a technician's eyes and ears; then all off.
 *
 * @param shown called as each lamp is lit
 * @param done called once at the end
 */
export function testLamps(clock: Clock, panel: Panel, shown: (lamp: Lamp) => void, done: () => void): void {
  const step = (at: number): void => {
    const lamp = LAMPS[at];
    panel.show(only(lamp));
    if (lamp === undefined) {
      done();
      return;
    }
    panel.beep([BEEP_MS]);
    shown(lamp);
    clock.after(STEP_MS, () => step(at + 1));
  };
  step(0);
}

function only(lit: Lamp | undefined): Record<Lamp, LampState> {
  const state = (lamp: Lamp): LampState => (lamp === lit ? 'on' : 'off');
  return { ready: state('ready'), busy: state('busy'), paid: state('paid'), fault: state('fault') };
}
