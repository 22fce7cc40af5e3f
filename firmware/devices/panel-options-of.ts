import type { PanelOptions } from '../../drivers/panel/panel.js';
import { present } from '../../flows/present.js';
import type { PanelConfig } from '../config/config.js';

/** On which lines the lamps, the buzzer and the door switch of the configuration are. */
export function panelOptionsOf(config: Exclude<PanelConfig, { kind: 'none' }>): PanelOptions {
  const { readyPin, busyPin, paidPin, faultPin, buzzerPin, doorPin } = config;
  return {
    lampLines: {
      ...present({ ready: readyPin, busy: busyPin, paid: paidPin, fault: faultPin }),
    },
    ...present({ buzzerLine: buzzerPin, doorLine: doorPin }),
  };
}
