import { createMatrixKeypad } from '../../../../drivers/keypad/matrix-keypad.js';
import { keypadOptionsOf } from '../../../devices/open-keypad.js';
import { checkRow } from '../check-row.js';
import { deviceRow, knownStatus } from '../device-row.js';
import { judgeKeys } from './judge-keys.js';
import type { ByHandParts } from './session.js';
import { tryKeys } from './try-keys.js';

const ITEM = 'keys';

/** Every key of the keypad, and the wires that they share. */
export async function testKeys({ host, devices, session, found }: ByHandParts): Promise<void> {
  const { keypad } = devices;
  if (keypad.kind === 'none') return found(checkRow.skip(ITEM, 'KEYPAD=none'));
  const layout = keypadOptionsOf(keypad);
  const moves = session.openEvents<readonly number[]>();
  const driver = createMatrixKeypad(host, layout, {
    keyPressed: () => undefined,
    keysUnclear: () => undefined,
    statusChanged: () => undefined,
    downChanged: (down) => moves.push(down.map(({ row, column }) => row * layout.columnLines.length + column)),
  });
  try {
    const status = await knownStatus(host.clock, driver);
    if (status.state !== 'ok') return found(deviceRow(ITEM, keypad.kind, status));
    const trial = await tryKeys({ clock: host.clock, session, layout, moves });
    const rows = judgeKeys(layout, trial);
    rows.forEach(found);
    const { answers, keyCount } = trial;
    if (session.over) found(session.unfinished(ITEM, `${answers.size} of ${keyCount} tested`));
    else if (rows.length === 0) found(checkRow.pass(ITEM, `all ${keyCount} answer, each at its place`));
  } finally {
    driver.close();
  }
}
