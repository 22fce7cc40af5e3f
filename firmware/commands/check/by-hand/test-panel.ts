import { createPanel, LAMPS, type Lamp, type LampState, type Panel } from '../../../../drivers/panel/panel.js';
import { panelOptionsOf } from '../../../devices/open-panel.js';
import { checkRow } from '../check-row.js';
import { deviceRow, knownStatus } from '../device-row.js';
import type { ByHandParts } from './session.js';
import { testDoor } from './test-door.js';

const BEEP_MS = [300];

/** Lamps one after the other, buzzer and door switch. */
export async function testPanel(parts: ByHandParts): Promise<void> {
  const { host, devices, session, found } = parts;
  if (devices.panel.kind === 'none') return found(checkRow.skip('lamps', 'PANEL=none'));
  const options = panelOptionsOf(devices.panel);
  const door = session.openEvents<'open' | 'closed'>();
  const panel = createPanel(host, options, {
    statusChanged: () => undefined,
    doorChanged: (open) => door.push(open ? 'open' : 'closed'),
  });
  try {
    const status = await knownStatus(host.clock, panel);
    if (status.state !== 'ok') return found(deviceRow('lamps', devices.panel.kind, status));
    for (const lamp of LAMPS) {
      const line = options.lampLines[lamp];
      if (line !== undefined) await testLamp(parts, panel, lamp, line);
    }
    panel.show(only(undefined));
    if (options.buzzerLine !== undefined) await testBuzzer(parts, panel, options.buzzerLine);
    if (options.doorLine !== undefined) await testDoor(parts, { panel, door, line: options.doorLine });
  } finally {
    panel.close();
  }
}

/** It blinks, because a lamp that is always lit would pass for one that was switched on. */
async function testLamp({ session, found }: ByHandParts, panel: Panel, lamp: Lamp, line: number): Promise<void> {
  const item = `lamp ${lamp}`;
  panel.show(only(lamp));
  switch (await session.ask(`Lamp "${lamp}" blinks. Does it, and no other? [Enter = yes, n = no]`)) {
    case 'yes':
      return found(checkRow.pass(item, `blinks when told to (line ${line})`));
    case 'no': {
      const todo = `check the lamp, what drives it, and PANEL_${lamp.toUpperCase()}_PIN`;
      return found(checkRow.fail(item, `was told to blink and does not, or another one does (line ${line})`, todo));
    }
    case 'over':
      return found(session.unfinished(item));
  }
}

async function testBuzzer({ session, found }: ByHandParts, panel: Panel, line: number): Promise<void> {
  const beep = (): void => panel.beep(BEEP_MS);
  beep();
  switch (await session.ask('The buzzer has sounded. Did you hear it? [Enter = yes, r = again, n = no]', beep)) {
    case 'yes':
      return found(checkRow.pass('buzzer', `was heard (line ${line})`));
    case 'no': {
      const todo = 'check the buzzer, what drives it, and PANEL_BUZZER_PIN';
      return found(checkRow.fail('buzzer', `was told to sound and was not heard (line ${line})`, todo));
    }
    case 'over':
      return found(session.unfinished('buzzer'));
  }
}

function only(blinking: Lamp | undefined): Record<Lamp, LampState> {
  const state = (lamp: Lamp): LampState => (lamp === blinking ? 'blinking' : 'off');
  return { ready: state('ready'), busy: state('busy'), paid: state('paid'), fault: state('fault') };
}
