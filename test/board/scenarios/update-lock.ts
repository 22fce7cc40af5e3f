import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.js';
import { type BoardRig, LINES_ENV, mountData } from '../board-rig.js';
import { onBoard } from '../on-board.js';
import type { BoardParts } from '../parts/board-parts.js';
import type { Scenario } from '../scenario.js';

const LOCK = '/board/tmp/balena/updates.lock';

export const updateLock: Scenario = {
  name: 'lock',
  proves:
    'keeps updates and reboots away from a sale, and lets them in after it; sells nothing while an update is installed',
  limitMs: 300_000,
  async run({ parts }) {
    await lockRound(parts);
    return [];
  },
};

/** A sale, with a supervisor and a host that would like to come in at every step. Throws where they may at the wrong time. */
export async function lockRound(parts: BoardParts): Promise<void> {
  await onBoard(parts, { processors: 1 }, async (rig) => {
    const { board, terminal, scanner } = rig;
    await board.powerOn();
    await mountData(rig);
    await board.shell('mkdir -m 1777 /board/tmp/balena');
    await terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none', PAY_REPLY_TIMEOUT_MS: '20000' });
    await terminal.ready();
    await letIn(rig);
    await terminal.ready();

    const { status, body } = await terminal.post('/v1/sales', {
      orderId: 'o',
      amount: { currency: 'CNY', value: '1250' },
    });
    assert.equal(status, 201, JSON.stringify(body));
    assert.equal(await takes(rig), false, 'the supervisor took the lock in the middle of a sale');
    assert.equal(
      (await board.shell('PATH=/usr/bin:/bin chroot /board flock -n /tmp/balena/updates.lock true', { mayFail: true }))
        .status,
      1,
      'the host may reboot',
    );
    scanner.show('281234567890123456');
    await terminal.saleBecomes('o', 'settled', ({ state }) => state === 'settled');
    scanner.hide();
    await terminal.saleBecomes('o', 'printed', ({ receipt }) => receipt.state !== 'due');
    await letIn(rig);
  });
}

/** The supervisor's lock is a file that it makes, and that belongs to the user 65534. */
async function takes({ board }: BoardRig): Promise<boolean> {
  const { status } = await board.shell(`(set -C; echo > ${LOCK}) && chown 65534 ${LOCK}`, { mayFail: true });
  return status === 0;
}

/** It gets in, no sale starts meanwhile, and it leaves. */
async function letIn(rig: BoardRig): Promise<void> {
  await eventually('the update lock is free', () => takes(rig), 30_000);
  const { status } = await rig.terminal.post('/v1/sales', { orderId: 'in', amount: { currency: 'CNY', value: '1' } });
  assert.equal(status, 503, 'a sale started while an update was being installed');
  await rig.board.shell(`rm ${LOCK}`);
}
