import assert from 'node:assert/strict';
import { createBoardJudge } from '../board-judge.js';
import { type BoardRig, LINES_ENV, mountData } from '../board-rig.js';
import { readCardImage } from '../machine/read-card-image.js';
import { onBoard } from '../on-board.js';
import type { BoardParts } from '../parts/board-parts.js';

export interface SellOnceOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Added to those of the file system on the card. */
  readonly mountOptions?: string;
}

/**
 * A sale from power to goods, and a power cut at the moment at which the host app is told that it is settled. The card
 * loses all that was not flushed by then. Throws with what is wrong.
 */
export function sellOnce(parts: BoardParts, { env = {}, mountOptions }: SellOnceOptions = {}): Promise<void> {
  return onBoard(parts, { processors: 1 }, (rig) => sell(rig, env, mountOptions));
}

async function sell(rig: BoardRig, env: NonNullable<SellOnceOptions['env']>, mountOptions?: string): Promise<void> {
  const { board, terminal, scanner, vend, card } = rig;
  const judge = createBoardJudge(rig);
  await board.powerOn();
  await mountData(rig, { ...(mountOptions === undefined ? {} : { mountOptions }) });
  await terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none', PAY_REPLY_TIMEOUT_MS: '20000', ...env });
  await terminal.ready();
  assert.deepEqual(vend.fallen, [], 'goods fell before any sale');
  await terminal.listen(judge.told);
  judge.codeShown('281234567890123456');
  const { status, body } = await terminal.post('/v1/sales', {
    orderId: 'o',
    amount: { currency: 'CNY', value: '1250' },
  });
  assert.equal(status, 201, JSON.stringify(body));
  scanner.show('281234567890123456');
  const sale = await terminal.saleBecomes(
    'o',
    'over',
    ({ outcome, state }) => outcome !== undefined || state === 'reversing',
  );
  judge.told(sale);
  await board.cut(() => 1);
  assert.equal(sale.state, 'settled', `the sale is not settled: ${sale.code}`);
  const book = await readCardImage(card.image());
  const kept = Object.values(book.sales).find(({ saleId }) => saleId === sale.saleId);
  assert.equal(kept?.state, 'settled', 'flash forgot what was told');
  judge.checkEnd(book);
  assert.deepEqual(judge.violations, []);
}
