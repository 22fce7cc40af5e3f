import assert from 'node:assert/strict';
import { eventually } from '../../support/eventually.js';
import { type BoardRig, createBoardRig, LINES_ENV, mountData, WIRING } from '../board-rig.js';
import type { Scenario } from '../scenario.js';

const CATALOG = 'slot,name,price,channel\\n1,Cola,12.50,1\\n';
/** An emulated processor is slow to let a row's level reach a column. */
const SETTLE = { KEYPAD_SETTLE_MS: '8' };
/** Several rounds of the keypad, which settles at every row, and needs eight of them to take a key for released. */
const HOLD_S = 1;
/** Long enough to be killed in its middle. */
const PULSE_MS = '4000';
const SEARCH_PATH = '/usr/local/bin:/bin';
const DRIVER = '/sys/bus/amba/drivers/pl061_gpio';

/** Unavailable: there was something that it must not touch. */
const LEFT_ALONE = 69;

export const linesOfAKernel: Scenario = {
  name: 'lines',
  proves:
    'sells by keypad, relay and drop sensor over the GPIO character device; a relay that a kill left on is opened; a chip may go and come back',
  limitMs: 400_000,
  async run({ parts }) {
    const rig = await createBoardRig(parts);
    try {
      return await tryLines(rig);
    } catch (error) {
      const told = error instanceof Error ? error.stack : error;
      throw new Error(`${told}\nThe terminal's log:\n${rig.terminal.log().slice(-5_000)}`);
    } finally {
      await rig.close();
    }
  },
};

async function tryLines(rig: BoardRig): Promise<readonly string[]> {
  const { board, terminal, vend } = rig;
  const env = {
    ...rig.env,
    ...LINES_ENV,
    ...SETTLE,
    SALE_MODE: 'selection',
    CATALOG_FILE: '/tmp/catalog.csv',
    VEND_PULSE_MS: PULSE_MS,
    PAY_REPLY_TIMEOUT_MS: '20000',
  };
  const rest = async (): Promise<{ readonly status: number; readonly out: string }> => {
    const settings = Object.entries({ ...env, PATH: SEARCH_PATH }).map(([name, value]) => `'${name}=${value}'`);
    return board.shell(`env -i ${settings.join(' ')} chroot /board /opt/tillbox/bin/tillbox rest 2>&1`, {
      mayFail: true,
    });
  };

  const seen: Seen = { state: 'none' };
  const start = async (): Promise<string> => {
    await terminal.start(env);
    const { gpio } = await terminal.ready();
    await terminal.listen(({ state }) => {
      seen.state = state;
    });
    return gpio;
  };

  await board.powerOn();
  await mountData(rig);
  await board.shell(`printf '${CATALOG}' > /board/tmp/catalog.csv`);
  assert.match(await start(), /^character device: chip 9030000\.pl061 \(\/dev\/gpiochip\d\)$/);

  await choose(rig, seen, '281234567890123451');
  await eventually('the sale is settled', () => seen.state === 'settled', 60_000);
  assert.deepEqual(vend.fallen, [0]);

  await choose(rig, seen, '281234567890123452');
  await eventually('the relay closes', () => board.gpio.level(WIRING.relay) === 1, 60_000);
  await board.shell('kill -KILL $(pidof node)');
  await terminal.ended().catch(() => undefined);
  assert.equal(board.gpio.level(WIRING.relay), 1, 'this chip keeps what was driven last');
  const atMs = performance.now();
  const rested = await rest();
  const took = ((performance.now() - atMs) / 1_000).toFixed(1);
  assert.deepEqual([rested.status, rested.out.trim()], [0, '4 of 4 outputs are at rest.']);
  await eventually('the relay opens', () => board.gpio.level(WIRING.relay) === 0, 5_000);

  await start();
  assert.equal((await rest()).status, LEFT_ALONE, 'a terminal has the outputs');
  assert.equal(board.gpio.level(WIRING.ready), 1, 'its lamp stays on');

  await board.shell(`echo 9030000.pl061 > ${DRIVER}/unbind`);
  await eventually('the terminal misses its lines', async () => !(await terminal.status()).ready, 60_000);
  await board.shell(`echo 9030000.pl061 > ${DRIVER}/bind`);
  await terminal.ready();
  const before = vend.fallen.length;
  await choose(rig, seen, '281234567890123453');
  await eventually('the sale is settled, too', () => seen.state === 'settled', 60_000);
  assert.equal(vend.fallen.length, before + 1);
  await board.shell('kill -TERM $(pidof node)');
  assert.equal(await terminal.ended(), 0, 'it stops in order');
  return [`tillbox rest took ${took} s`];
}

/** The state of the newest sale, as events tell it. */
interface Seen {
  state: string;
}

/**
 * A customer presses 1 and #, shows a code, and takes it away once it is read. Presses again where nothing happened: the first
 * keys after a start do not count, and an emulator that stands still for a moment stretches keys.
 */
async function choose({ board, keypad, scanner }: BoardRig, seen: Seen, code: string): Promise<void> {
  const wanted = async (limitMs: number): Promise<boolean> =>
    eventually('the terminal wants a code', () => seen.state === 'awaitingCode', limitMs).catch(() => false);
  let tries = 0;
  do {
    tries += 1;
    assert.ok(tries <= 4, 'keys start no sale');
    /* Longer than the pause that ends an entry. */
    await board.shell('sleep 2.5');
    for (const key of ['1', '#']) {
      keypad.press(key);
      await board.shell(`sleep ${HOLD_S}`);
      keypad.release(key);
      await board.shell(`sleep ${HOLD_S}`);
    }
  } while (!(await wanted(8_000)));
  scanner.show(code);
  await eventually('the code is read', () => seen.state !== 'awaitingCode', 30_000).finally(() => scanner.hide());
}
