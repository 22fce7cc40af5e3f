import type { Panel } from '../../../../drivers/panel/panel.js';
import { checkRow } from '../check-row.js';
import type { ByHandParts, EventQueue } from './session.js';

export interface DoorParts {
  readonly panel: Pick<Panel, 'doorOpen'>;
  readonly door: EventQueue<'open' | 'closed'>;
  readonly line: number;
}

const ITEM = 'door switch';

/** The switch has to be seen in both states, beginning with its present one: during tests the door is usually open. */
export async function testDoor({ session, found }: ByHandParts, { panel, door, line }: DoorParts): Promise<void> {
  door.clear();
  for (const wanted of panel.doorOpen() === true ? (['closed', 'open'] as const) : (['open', 'closed'] as const)) {
    const now = wanted === 'closed' ? 'open' : 'closed';
    const how = wanted === 'closed' ? 'close it, or press its switch with a finger' : 'open it, or release its switch';
    session.say(`The door reads ${now}: ${how}. [Enter = it does not change]`);
    const event = await door.next();
    if (event.kind === 'over') return found(session.unfinished(ITEM));
    if (event.kind !== 'device') {
      const todo = 'check the switch, its cable and pull-up, and PANEL_DOOR_PIN';
      return found(checkRow.fail(ITEM, `reads ${now} and does not change (line ${line})`, todo));
    }
  }
  found(checkRow.pass(ITEM, `was seen open and closed (line ${line})`));
}
