import { createPanel, type PanelOptions } from '../../drivers/panel/panel.js';
import { present } from '../../flows/present.js';
import type { View } from '../../flows/view.js';
import type { PanelConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';

export interface PanelShow {
  show(view: View): void;
  close(): void;
}

const PAID_BEEPS_MS = [400];
const REFUSED_BEEPS_MS = [120, 120, 120];

/** Lamps, buzzer and door switch; undefined where there are none. */
export function openPanel(config: PanelConfig, { host, feed, report }: DeviceParts): PanelShow | undefined {
  if (config.kind === 'none') return undefined;
  const panel = createPanel(host, panelOptionsOf(config), {
    statusChanged: report,
    doorChanged: (open) => feed({ type: 'doorChanged', open }),
  });
  let paid = false;
  let refused: View['refusal'];
  return {
    show({ lamps, refusal }) {
      const on = (lit: boolean) => (lit ? 'on' : 'off');
      panel.show({
        ready: on(lamps.ready),
        busy: on(lamps.busy),
        paid: on(lamps.paid),
        fault: lamps.fault ? 'blinking' : 'off',
      });
      if (lamps.paid && !paid) panel.beep(PAID_BEEPS_MS);
      /* Each refusal beeps, also one that follows another. */
      if (refusal !== undefined && refused !== refusal) panel.beep(REFUSED_BEEPS_MS);
      paid = lamps.paid;
      refused = refusal;
    },
    close: () => panel.close(),
  };
}

/** Lines of the configured lamps, buzzer and door switch. */
export function panelOptionsOf(config: Exclude<PanelConfig, { kind: 'none' }>): PanelOptions {
  const { readyPin, busyPin, paidPin, faultPin, buzzerPin, doorPin } = config;
  return {
    lampLines: present({ ready: readyPin, busy: busyPin, paid: paidPin, fault: faultPin }),
    ...present({ buzzerLine: buzzerPin, doorLine: doorPin }),
  };
}
