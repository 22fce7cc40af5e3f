import type { Host } from '../../../../drivers/host.js';
import type { DevicesConfig } from '../../../config/config.js';
import type { CheckRow } from '../check-row.js';
import type { ByHandParts, Person } from './session.js';
import { createSession } from './session.js';
import { testKeys } from './test-keys.js';
import { testPanel } from './test-panel.js';
import { testScanner } from './test-scanner.js';
import { testVend } from './test-vend.js';

export interface CheckByHandParts {
  readonly host: Pick<Host, 'clock' | 'gpio' | 'serial'>;
  readonly devices: DevicesConfig;
  readonly person: Person;
  readonly found: (row: CheckRow) => void;
}

const TESTS: readonly (readonly [string, (parts: ByHandParts) => Promise<void>])[] = [
  ['lamps', testPanel],
  ['keys', testKeys],
  ['barcode', testScanner],
  ['vend', testVend],
];

/** Tests what needs a person's eyes, ears and fingers, one device after the other. */
export async function checkByHand({ host, devices, person, found }: CheckByHandParts): Promise<void> {
  const session = createSession({ clock: host.clock, person });
  session.say('Now by hand. Enter = yes or next, n = no, q = give up.');
  for (const [item, test] of TESTS) {
    if (session.over) found(session.unfinished(item));
    else await test({ host, devices, session, found });
  }
}
