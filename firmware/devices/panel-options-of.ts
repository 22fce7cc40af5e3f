import type { PanelOptions } from '../../drivers/panel/panel.js';
import type { PanelConfig } from '../config/config.js';

/** On which lines the lamps, the buzzer and the door switch of the configuration are. */
export function panelOptionsOf(config: Exclude<PanelConfig, { kind: 'none' }>): PanelOptions {
  const { readyPin, busyPin, paidPin, faultPin, buzzerPin, doorPin } = config;
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
