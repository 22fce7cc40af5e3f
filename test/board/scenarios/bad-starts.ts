import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.js';
import { type BoardRig, LINES_ENV, mountData } from '../board-rig.js';
import { inTwoLanes } from '../in-two-lanes.js';
import { onBoard } from '../on-board.js';
import type { Scenario } from '../scenario.js';

interface Story {
  readonly name: string;
  run(rig: BoardRig): Promise<string>;
}

const LONG_AGO = new Date('2019-03-04T05:06:07Z');

const STORIES: readonly Story[] = [
  {
    name: 'the clock is years behind',
    async run(rig) {
      const { board, terminal } = rig;
      await board.powerOn({ startsAt: LONG_AGO });
      await mountData(rig, { now: LONG_AGO });
      await terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none' });
      const { reasons } = await eventually(
        'the devices are ready, and nothing else',
        async () => {
          const status = await terminal.status().catch(() => undefined);
          return status?.reasons.every((reason) => /clock|acquirer/i.test(reason)) && !status.ready && status;
        },
        120_000,
      );
      await board.shell(`date -s @${Math.floor(Date.now() / 1_000)}`);
      const atMs = performance.now();
      await terminal.ready(180_000);
      return `${reasons.join(', ')}; ready ${((performance.now() - atMs) / 1_000).toFixed(1)} s after it was set`;
    },
  },
  {
    name: '/data is not mounted',
    async run(rig) {
      const { board, terminal } = rig;
      await board.powerOn();
      await board.shell(`cat > /board/tmp/ca.pem <<'END'\n${rig.network.ca}END`);
      await terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none' });
      const { reasons } = await eventually(
        'it says that there is no card',
        async () => {
          const status = await terminal.status().catch(() => undefined);
          return status?.reasons.includes('flashAbsent') && status;
        },
        120_000,
      );
      const { status } = await terminal.post('/v1/sales', { orderId: 'x', amount: { currency: 'CNY', value: '1' } });
      assert.equal(status, 503);
      return `no sale: ${reasons.join(', ')}`;
    },
  },
  {
    name: 'the image is for another processor',
    async run({ board }) {
      await board.powerOn();
      /* The first bytes of a program for x86-64. */
      await board.shell(
        'printf "\\177ELF\\002\\001\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\076\\000" > /run/node; chmod +x /run/node',
      );
      await board.shell('mount --bind /run/node /board/usr/local/bin/node');
      const { status, out } = await board.shell(
        'PATH=/usr/local/bin:/usr/bin:/bin chroot /board /opt/tillbox/bin/tillbox --version',
        { mayFail: true },
      );
      assert.notEqual(status, 0);
      assert.match(out, /[Ee]xec format error/);
      return `${out.trim().split('\n')[0]} (exit code ${status})`;
    },
  },
];

export const badStarts: Scenario = {
  name: 'starts',
  proves: 'sells nothing with a wrong clock or without its card, and says why',
  limitMs: 600_000,
  run: ({ parts }) =>
    inTwoLanes(STORIES, ({ name, run }) =>
      onBoard(parts, { processors: 1 }, async (rig) => `${name}: ${await run(rig)}`),
    ),
};
