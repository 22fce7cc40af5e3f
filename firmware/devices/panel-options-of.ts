import type { PanelOptions } from '../../drivers/panel/panel.js';
import type { PanelConfig } from '../config/config.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** On which lines the lamps, the buzzer and the door switch of the configuration are. */
export function panelOptionsOf(config: Exclude<PanelConfig, { kind: 'none' }>): PanelOptions {
  const pins: Omit<Extract<PanelConfig, { kind: 'gpio' }>, 'kind'> = config.kind === 'sim'
    ? SIMULATED_WIRING.panel
    : config;
  const { readyPin, busyPin, paidPin, faultPin, buzzerPin, doorPin } = pins;
  return {
    lampLines: {
      ...(readyPin === undefined ? {} : { ready: readyPin }),
      ...(busyPin === undefined ? {} : { busy: busyPin }),
      ...(paidPin === undefined ? {} : { paid: paidPin }),
      ...(faultPin === undefined ? {} : { fault: faultPin }),
    },
    ...(buzzerPin === undefined ? {} : { buzzerLine: buzzerPin }),
    ...(doorPin === undefined ? {} : { doorLine: doorPin }),
  };
}
