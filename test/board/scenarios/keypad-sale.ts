import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SaleView } from '../../../firmware/api/output-schemas.js';
import { eventually } from '../../support/eventually.js';
import { type BoardRig, LINES_ENV, mountData, WIRING } from '../board-rig.js';
import { onBoard } from '../on-board.js';
import type { Scenario } from '../scenario.js';

const CATALOG = 'slot,name,price,channel\n1,Cola,4.50,1\n12,Tea,3,1\n';
/** Several rounds of the keypad, each of which waits `KEYPAD_SETTLE_MS` at every row until the test has moved the wires. */
const HOLD_MS = 1_800;
const PAUSE_MS = 1_200;
/** What was typed in the dark is not taken; see docs/wiring.md. */
const AFTER_START_MS = 2_500;
/* Without the kernel's own times of edges, goods have to be slow for this slow processor. */
const PASSING_MS = 200;

export const keypadSale: Scenario = {
  name: 'keys',
  proves: 'sells by keypad, relay and drop sensor over sysfs, on boards where its module is compiled',
  limitMs: 300_000,
  run: ({ parts }) =>
    onBoard({ ...parts, root: parts.sysfsRoot }, { passingMs: PASSING_MS }, async (rig) => {
      await rig.board.powerOn();
      await mountData(rig);
      await rig.board.shell(`cat > /board/tmp/catalog.csv <<'END'\n${CATALOG}END`);
      await rig.terminal.start({
        ...rig.env,
        ...LINES_ENV,
        GPIO_BACKEND: 'sysfs',
        SALE_MODE: 'selection',
        CATALOG_FILE: '/tmp/catalog.csv',
        KEYPAD_SETTLE_MS: '30',
        PAY_REPLY_TIMEOUT_MS: '20000',
      });
      const { gpio } = await rig.terminal.ready();
      assert.match(gpio, /^onoff over sysfs: chip 9030000\.pl061/);
      return [await sellByKeys(rig)];
    }),
};

async function sellByKeys({ board, terminal, scanner, keypad, vend, acquirer }: BoardRig): Promise<string> {
  let told: SaleView | undefined;
  await terminal.listen((sale) => {
    told = sale;
  });
  const lastTold = (): SaleView | undefined => told;
  await sleep(AFTER_START_MS);
  assert.equal(board.gpio.level(WIRING.ready), 1, 'the ready lamp is lit');
  const atMs = performance.now();
  for (const key of ['1', '2', '#']) {
    keypad.tap(key, HOLD_MS);
    await sleep(HOLD_MS + PAUSE_MS);
  }
  const sale = await eventually('a sale is started by the keys', () => lastTold(), 30_000);
  assert.deepEqual([sale.description, sale.amount.value], ['Tea', '300']);
  await eventually('the ready lamp goes out', () => board.gpio.level(WIRING.ready) === 0);
  scanner.show('281234567890123456');
  const { attempts } = await terminal.saleBecomes(sale.orderId, 'settled', ({ state }) => state === 'settled');
  scanner.hide();
  assert.deepEqual(vend.fallen, [0]);
  assert.equal(acquirer.acquirer.ledger.standing(attempts[0]?.paymentRequestId ?? '').heldValue, 300n);
  await terminal.saleBecomes(sale.orderId, 'printed', ({ receipt }) => receipt.state !== 'due');
  await terminal.ready();
  await eventually('the ready lamp is lit again', () => board.gpio.level(WIRING.ready) === 1);
  return `three keys, code, goods and paper in ${((performance.now() - atMs) / 1_000).toFixed(1)} s`;
}
