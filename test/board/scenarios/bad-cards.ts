import assert from 'node:assert/strict';
import { type BoardRig, type FileSystem, LINES_ENV, mountData } from '../board-rig.js';
import { inTwoLanes } from '../in-two-lanes.js';
import type { CardBehaviour } from '../machine/card.js';
import { onBoard } from '../on-board.js';
import type { Scenario } from '../scenario.js';

/** Exit code of a terminal that does not trust its card any more. */
const FLASH = 74;

interface Story {
  readonly name: string;
  readonly fileSystem?: FileSystem;
  run(rig: BoardRig): Promise<string>;
}

const worn = (behaviour: CardBehaviour): Story['run'] =>
  async function run(rig) {
    await sell(rig, 'good');
    rig.card.behave(behaviour);
    const atMs = performance.now();
    /* It may be over before its answer: the terminal ends as soon as it knows. */
    await sell(rig, 'bad').catch(() => undefined);
    assert.equal(await rig.terminal.ended(), FLASH);
    return `ends with ${FLASH} within ${((performance.now() - atMs) / 1_000).toFixed(1)} s of the next sale's beginning`;
  };

const STORIES: readonly Story[] = [
  { name: 'the card reports errors', run: worn('failsWrites') },
  { name: 'the card takes writes and forgets them', run: worn('losesWrites') },
  {
    name: 'the card is full',
    async run(rig) {
      await rig.board.shell(
        'dd if=/dev/zero of=/card/filling bs=1M 2>/dev/null; sync; test $(df -k /card | tail -1 | awk "{print \\$4}") -lt 64',
      );
      await sell(rig, 'full');
      return 'sells on';
    },
  },
  {
    name: 'the card has f2fs',
    fileSystem: 'f2fs',
    async run(rig) {
      await sell(rig, 'f2fs');
      return 'sells';
    },
  },
];

export const badCards: Scenario = {
  name: 'cards',
  proves: 'stops selling within seconds on a card that fails or lies; sells on a full one, and on f2fs',
  limitMs: 600_000,
  run: ({ parts }) =>
    inTwoLanes(STORIES, ({ name, fileSystem = 'ext4', run }) =>
      onBoard(parts, { processors: 1, fileSystem }, async (rig) => {
        await rig.board.powerOn();
        await mountData(rig, { fileSystem });
        await rig.terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none', PAY_REPLY_TIMEOUT_MS: '20000' });
        await rig.terminal.ready();
        return `${name}: ${await run(rig)}`;
      }),
    ),
};

async function sell({ terminal, scanner }: BoardRig, orderId: string): Promise<void> {
  await terminal.ready();
  const { status, body } = await terminal.post('/v1/sales', { orderId, amount: { currency: 'CNY', value: '1250' } });
  assert.equal(status, 201, JSON.stringify(body));
  scanner.show(`28${orderId.length}1234567890123456`);
  await terminal.saleBecomes(orderId, 'settled', ({ state }) => state === 'settled').finally(() => scanner.hide());
  await terminal.saleBecomes(orderId, 'printed', ({ receipt }) => receipt.state !== 'due');
}
