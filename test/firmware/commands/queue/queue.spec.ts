import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLinuxClock } from '../../../../drivers/linux/clock.js';
import { takeDataDir } from '../../../../drivers/linux/data-dir-lock.js';
import { createLinuxFlash } from '../../../../drivers/linux/flash.js';
import { createLinuxHttp } from '../../../../drivers/linux/http.js';
import { createLinuxRandom } from '../../../../drivers/linux/random.js';
import { createLocalApi, type LocalApi } from '../../../../firmware/api/local-api.js';
import { checkJournal } from '../../../../firmware/commands/check/check-journal.js';
import { queue } from '../../../../firmware/commands/queue.js';
import {
  BOOK_JOURNAL,
  BOOK_SEGMENT_BYTES,
  BOOK_VOLUMES,
  type BookStore,
} from '../../../../firmware/journal/open-book.js';
import { readBook } from '../../../../firmware/journal/read-card.js';
import { openStore } from '../../../../firmware/journal/store/store.js';
import type { Book } from '../../../../flows/book.js';
import { JOURNAL_FAULTS } from '../../../../flows/faults.js';
import { replay } from '../../../../flows/fold.js';
import type { Policy } from '../../../../flows/policy.js';
import type { TerminalRecord } from '../../../../flows/record.js';
import { QUIET_SOURCES } from '../../api/api-fixture.js';
import { type CommandRun, runCommand } from '../../command-run.js';
import { answered, createTestTerminal, type TestTerminal, testPolicy } from '../../test-terminal.js';

const CODE = '281234567890123456789012';
const TOKEN = 'an-agent-token-of-nobody';

/** Two sales whose cancels wait, and a third that went through; and the token of ISV mode. */
function busyTerminal(): TestTerminal {
  const terminal = createTestTerminal();
  terminal.boot();
  terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: TOKEN });
  for (const orderId of ['A1', 'A2', 'A3']) {
    terminal.clock.advance(1000);
    const amount = { currency: 'CNY', value: '1250' };
    terminal.kernel.ask({ type: 'saleRequested', orderId, amount, description: 'Tea' }, () => undefined);
    terminal.kernel.feed({ type: 'codeScanned', code: CODE });
    const saleId = Object.keys(terminal.kernel.state.book.sales).at(-1) ?? '';
    if (orderId === 'A3') terminal.answerPay(answered({ amount, paymentId: 'P3' }));
    else terminal.kernel.ask({ type: 'cancelRequested', saleId }, () => undefined);
  }
  return terminal;
}

const idsOf = ({ kernel }: TestTerminal): string[] => Object.keys(kernel.state.book.reversals);

function storeIn(dataDir: string, provision: 'ifNew' | 'never' = 'never'): Promise<BookStore> {
  return new Promise((resolve, reject) => {
    const host = { flash: createLinuxFlash({ dataDir }), clock: createLinuxClock(), random: createLinuxRandom() };
    openStore({ ...BOOK_JOURNAL, ...host, provision }, (error, store) =>
      store === undefined ? reject(error) : resolve(store),
    );
  });
}

async function writeCard(dataDir: string, records: readonly TerminalRecord[]): Promise<void> {
  const store = await storeIn(dataDir, 'ifNew');
  const commit = (added: readonly TerminalRecord[]) =>
    new Promise<void>((resolve, reject) => {
      const book = replay(added, store.state);
      store.commit(added, book, (error) => (error === undefined ? resolve() : reject(error)));
    });
  for (const record of records) await commit([record]);
  store.close();
}

const lock = (dataDir: string) =>
  new Promise<{ release(): void }>((resolve, reject) => {
    takeDataDir(dataDir, (error, taken) => (taken === undefined ? reject(error) : resolve(taken)));
  });

function serveApi(terminal: TestTerminal, token?: string): Promise<LocalApi> {
  return new Promise((resolve, reject) => {
    createLocalApi(
      {
        http: createLinuxHttp(),
        clock: createLinuxClock(),
        random: createLinuxRandom(),
        kernel: terminal.kernel,
        options: { host: '127.0.0.1', port: 0, locale: 'en', ...(token === undefined ? {} : { token }) },
        about: { version: 'test' },
        sources: QUIET_SOURCES,
      },
      (error, api) => (api === undefined ? reject(error) : resolve(api)),
    );
  });
}

const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createTcpServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

const jsonLines = ({ out }: CommandRun): Record<string, unknown>[] =>
  out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('tillbox queue', () => {
  let dataDir = '';
  let terminal = busyTerminal();
  let [first = '', second = ''] = idsOf(terminal);

  beforeEach(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'tillbox-queue-'));
    terminal = busyTerminal();
    [first = '', second = ''] = idsOf(terminal);
    await writeCard(dataDir, terminal.journal.records);
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  const tillboxQueue = (...args: string[]) => runCommand('queue', queue, args);
  const onCard = (...args: string[]) => runCommand('queue', queue, [...args, '--data-dir', dataDir]);

  describe('on a card', () => {
    it('lists what waits, with ids that can be typed', async () => {
      const { code, out, errorOut } = await onCard('list');
      assert.deepEqual([code, errorOut], [0, '']);
      const rows = out.trim().split('\n');
      assert.match(rows[0] ?? '', /^ID +SINCE +AMOUNT +KIND +STATE +CAUSE/);
      assert.equal(rows.length, 4);
      assert.match(rows[1] ?? '', /CNY 12\.50 +cancel +open +hostCancelled$/);
      const id = rows[1]?.split(' ')[0] ?? '';
      assert.ok(id.length < 24 && first.startsWith(id), id);
      assert.match((await onCard('show', id)).out, new RegExp(`^reversal +${first}\n`));
    });

    it('lists, shows and exports an entry whose code is a name that every object inherits', async () => {
      for (const code of ['__proto__', 'hasOwnProperty']) {
        await writeCard(dataDir, [{ type: 'reversalNeedsPerson', reversalId: first, lastCode: code, atWallMs: 1 }]);
        for (const args of [['list'], ['show', first], ['export'], ['list', '--json']]) {
          const { code: ended, out } = await onCard(...args);
          assert.equal(ended, 0, `${code}: ${args}`);
          assert.ok(args[0] === 'list' || out.includes(code), `${code}: ${args}`);
        }
      }
    });

    it('leaves the card as it is', async () => {
      const before = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name))]);
      for (const words of [['list'], ['show', first], ['export'], ['retry', first]]) await onCard(...words);
      const after = readdirSync(dataDir).map((name) => [name, readFileSync(join(dataDir, name))]);
      assert.deepEqual(after, before);
    });

    it('shows one with its sale, as text and as JSON', async () => {
      const text = await onCard('show', first);
      assert.match(text.out, /order +A1\n/);
      const { reversal, sale, from } = JSON.parse((await onCard('show', first, '--json')).out);
      assert.deepEqual([reversal.reversalId, sale.orderId, from], [first, 'A1', 'card']);
    });

    it('exports everything that is kept, without a secret', async () => {
      const run = await onCard('export');
      const lines = jsonLines(run);
      assert.deepEqual(
        lines.map((line) => [line.type, line.reversalId ?? line.orderId]),
        [
          ['queue', undefined],
          ['reversal', first],
          ['reversal', second],
          ['sale', 'A1'],
          ['sale', 'A2'],
          ['sale', 'A3'],
        ],
      );
      assert.equal(lines[0]?.agentToken, '[secret]');
      for (const secret of [TOKEN, CODE]) assert.ok(!run.out.includes(secret), secret);
    });

    it('does not retry: that takes the terminal', async () => {
      const { code, errorOut } = await onCard('retry', first);
      assert.equal(code, 69);
      assert.match(errorOut, /the terminal, which has to run/);
    });

    it('settles: durable, with who and why, and once', async () => {
      const unproven = await onCard('settle', first, '--by', 'Ada', '--note', 'has it', '--outcome', 'paid');
      assert.equal(unproven.code, 64);
      assert.match(unproven.errorOut, /never confirmed this payment/);
      assert.equal(JSON.parse((await onCard('show', first, '--json')).out).reversal.state, 'open');
      const settled = await onCard('settle', first, '--by', 'Ada', '--note', 'paid back in cash', '--json');
      assert.equal(settled.code, 0, settled.errorOut);
      const told = JSON.parse(settled.out);
      const { end } = told.reversal;
      assert.equal(told.sale.state, 'reversed');
      assert.deepEqual(
        [end.how, end.by, end.note, end.outcome],
        ['settledByHand', 'Ada', 'paid back in cash', 'reversed'],
      );
      for (const at of [end.at, told.sale.updatedAt]) {
        assert.ok(Math.abs(Date.parse(at) - Date.now()) < 600_000, `it was settled now, not at ${at}`);
      }
      const store = await storeIn(dataDir);
      const { reversals, sales } = store.state;
      store.close();
      const reversal = reversals[first];
      assert.deepEqual([reversal?.state, reversal?.end?.by], ['finished', 'Ada']);
      assert.equal(sales[reversal?.saleId ?? '']?.state, 'reversed');
      assert.equal(reversals[second]?.state, 'open');
      const again = await onCard('settle', first, '--by', 'Bob', '--note', 'once more');
      assert.equal(again.code, 64);
      assert.match(again.errorOut, /finished already/);
      assert.deepEqual(JSON.parse((await onCard('show', first, '--json')).out).reversal.end, end);
    });

    it('does not settle while somebody holds the directory', async () => {
      const held = await lock(dataDir);
      const { code, errorOut } = await onCard('settle', first, '--by', 'Ada', '--note', 'cash');
      held.release();
      assert.equal(code, 69);
      assert.match(errorOut, new RegExp(`in use by process ${process.pid}`));
    });

    it('says that a terminal has the card in hand, whose sale under way looks cut off', async () => {
      const held = await lock(dataDir);
      const { code, errorOut } = await onCard('list');
      held.release();
      assert.equal(code, 0);
      assert.match(errorOut, new RegExp(`is in use by process ${process.pid} .*; ask the terminal itself`));
    });

    it('reads a damaged card, and says that it is one', async () => {
      rmSync(join(dataDir, BOOK_VOLUMES[0]));
      const { code, out, errorOut } = await onCard('list');
      assert.equal(code, 74);
      assert.match(errorOut, /no box starts with this card: .*journal-a/);
      assert.match(out, /CNY 12\.50 .*\n/);
      const settled = await onCard('settle', first, '--by', 'Ada', '--note', 'cash');
      assert.equal(settled.code, 74);
      assert.deepEqual(readdirSync(dataDir).sort(), [BOOK_VOLUMES[1]]);
    });

    const SIZES: readonly (readonly [name: string, sizes: readonly [number, number], waits: RegExp])[] = [
      ['cut in one half', [100_000, BOOK_SEGMENT_BYTES], /2 waiting/],
      ['grown in one half', [8_000_000, BOOK_SEGMENT_BYTES], /2 waiting/],
      ['emptied', [0, 0], /^$/],
    ];
    for (const [name, sizes, waits] of SIZES) {
      it(`says of a journal that was ${name} what a start says, and shows what it can`, async () => {
        for (const half of [0, 1] as const) truncateSync(join(dataDir, BOOK_VOLUMES[half]), sizes[half]);
        const { code, out, errorOut } = await onCard('list');
        assert.equal(code, 74);
        assert.match(out, waits);
        const why = new RegExp(`journal-a holds ${sizes[0]} bytes instead of 4194304`);
        assert.match(errorOut, why);
        const reading = await readBook(createLinuxFlash({ dataDir, access: 'readOnly' }));
        const row = checkJournal(reading, { dataDir });
        assert.equal(row.outcome, 'FAIL');
        assert.match(row.found, why);
      });
    }

    it('takes the journal in the directory that is named for it, whatever JOURNAL_PARTITIONS says', async () => {
      const env = { JOURNAL_PARTITIONS: '/dev/mmcblk9p3,/dev/mmcblk9p4' };
      const { code, out, errorOut } = await runCommand('queue', queue, ['list', '--data-dir', dataDir], env);
      assert.deepEqual([code, errorOut], [0, '']);
      assert.match(out, /2 waiting/);
    });

    it('is whole to the self-test only where nothing but an unfinished write is missing', async () => {
      const conditionWith = async (noiseBytes: number) => {
        const path = join(dataDir, BOOK_VOLUMES[1]);
        const image = readFileSync(path);
        const last = image.findLastIndex((byte) => byte !== 0);
        const from = noiseBytes === image.length ? 0 : last - (last % 4096);
        writeFileSync(path, image.fill(0x5a, from, from + noiseBytes));
        const row = checkJournal(await readBook(createLinuxFlash({ dataDir, access: 'readOnly' })), { dataDir });
        return `${row.outcome} ${row.found.split(';')[0]}`;
      };
      assert.equal(await conditionWith(0), 'PASS whole');
      assert.equal(await conditionWith(4096), 'PASS whole, but for the remains of one unfinished write');
      const lost = await conditionWith(BOOK_SEGMENT_BYTES);
      assert.match(lost, /^PASS all there, but 1024 places of one half cannot be read: .* change the card$/);
    });

    it('reads swapped halves, and sends nobody for a new card', async () => {
      const [a = '', b = ''] = BOOK_VOLUMES.map((name) => join(dataDir, name));
      renameSync(a, `${a}.other`);
      renameSync(b, a);
      renameSync(`${a}.other`, b);
      const { code, out, errorOut } = await onCard('list');
      assert.equal(code, 74);
      assert.match(out, /2 waiting/);
      assert.match(errorOut, /swap the names in JOURNAL_PARTITIONS, or the two files, back; the card is sound\n$/);
      const row = checkJournal(await readBook(createLinuxFlash({ dataDir, access: 'readOnly' })), { dataDir });
      assert.equal(row.outcome, 'FAIL');
      assert.match(row.todo ?? '', /^swap the two names in JOURNAL_PARTITIONS.* back, .*no new card/);
    });

    it('does not call the queue empty where a part of it cannot be read', async () => {
      const empty = mkdtempSync(join(tmpdir(), 'tillbox-queue-'));
      await writeCard(empty, [
        { type: 'terminalStarted', salesKept: 10, salesKeptMs: 1, bytesKept: 100_000, atWallMs: 1 },
      ]);
      assert.match(
        (await runCommand('queue', queue, ['list', '--data-dir', empty])).out,
        /^Nothing waits in the queue/,
      );
      rmSync(join(empty, BOOK_VOLUMES[1]));
      const { code, out } = await runCommand('queue', queue, ['list', '--data-dir', empty]);
      rmSync(empty, { recursive: true });
      assert.deepEqual([code, out], [74, 'What can be read holds no such reversal.\n']);
    });

    it('says where there is nothing', async () => {
      const { code, errorOut } = await runCommand('queue', queue, ['list', '--data-dir', join(dataDir, 'elsewhere')]);
      assert.equal(code, 74);
      assert.match(errorOut, /holds no journal that can be read: .*no such file/);
      assert.doesNotMatch(errorOut, /nothing was ever stored/);
    });

    it('looks for the journal on the partitions that the configuration names', async () => {
      const devices = mkdtempSync('/dev/shm/tillbox-queue-');
      const [a = '', b = ''] = BOOK_VOLUMES.map((name) => join(devices, name));
      for (const name of BOOK_VOLUMES) {
        copyFileSync(join(dataDir, name), join(devices, name));
        rmSync(join(dataDir, name));
      }
      const env = { API_PORT: String(await closedPort()), DATA_DIR: dataDir, JOURNAL_PARTITIONS: `${a},${b}` };
      const listed = await runCommand('queue', queue, ['list'], env);
      const settling = (id: string, ...more: string[]) => ['settle', id, '--by', 'Ada', '--note', 'cash', ...more];
      const settled = await runCommand('queue', queue, settling(first), env);
      const lockless = { ...env, DATA_DIR: join(dataDir, 'elsewhere') };
      const refused = await runCommand('queue', queue, settling(second), lockless);
      const named = await runCommand('queue', queue, settling(second, '--data-dir', dataDir), lockless);
      rmSync(devices, { recursive: true });
      assert.equal(refused.code, 64);
      assert.match(refused.errorOut, /DATA_DIR \(\S+elsewhere\) is not there.*--data-dir/);
      assert.deepEqual([named.code, named.errorOut.includes(`reading JOURNAL_PARTITIONS, ${a} and ${b}`)], [0, true]);
      assert.match(listed.out, /2 waiting/);
      assert.ok(listed.errorOut.includes(`reading ${a} and ${b}`), listed.errorOut);
      assert.equal(settled.code, 0, settled.errorOut);
    });
  });

  describe('on the card of a box that died in the middle of a sale', () => {
    interface Death {
      readonly state: string;
      readonly policy: Partial<Policy>;
      readonly happened: (terminal: TestTerminal) => void;
      readonly fate: RegExp;
      /** Whether the acquirer's success is on the card. */
      readonly proven: boolean;
    }
    const paid = (terminal: TestTerminal) =>
      terminal.answerPay(answered({ amount: { currency: 'CNY', value: '1250' }, paymentId: 'P1' }));
    const unknown = ({ kernel, clock, answerPay }: TestTerminal) => {
      answerPay(answered({ status: 'U', code: 'PAYMENT_IN_PROCESS' }));
      clock.advance(5_000);
      /* The next commit takes the inquiry with it. */
      kernel.feed({ type: 'agentTokenNotified', accessToken: TOKEN });
    };
    const DEATHS: readonly Death[] = [
      { state: 'paying', policy: {}, happened: () => undefined, fate: /card reverses it/, proven: false },
      { state: 'inquiring', policy: {}, happened: unknown, fate: /card reverses it/, proven: false },
      { state: 'approved', policy: { hostConfirmMs: 1 }, happened: paid, fate: /waits for the host app/, proven: true },
      { state: 'vending', policy: { vend: 'device' }, happened: paid, fate: /as VEND_UNKNOWN says/, proven: true },
    ];

    function dyingTerminal({
      policy,
      happened = () => undefined,
    }: Pick<Death, 'state' | 'policy'> & Partial<Death>): TestTerminal {
      const dying = createTestTerminal(testPolicy(policy));
      dying.boot();
      const amount = { currency: 'CNY', value: '1250' };
      dying.kernel.ask({ type: 'saleRequested', orderId: 'A1', amount }, () => undefined);
      dying.kernel.feed({ type: 'codeScanned', code: CODE });
      happened(dying);
      return dying;
    }

    let deadDir = '';
    beforeEach(() => {
      deadDir = mkdtempSync(join(tmpdir(), 'tillbox-queue-'));
    });
    afterEach(() => rmSync(deadDir, { recursive: true, force: true }));
    const onDead = (...args: string[]) => runCommand('queue', queue, [...args, '--data-dir', deadDir]);
    const bookOnDead = async (): Promise<Book> => {
      const store = await storeIn(deadDir);
      store.close();
      return store.state;
    };

    for (const death of DEATHS) {
      it(`shows the money at stake of a sale that is ${death.state}, under the id that a start gives it`, async () => {
        const dying = dyingTerminal(death);
        await writeCard(deadDir, dying.journal.records);
        const { attempts } = Object.values(dying.kernel.state.book.sales)[0] ?? { attempts: [] };
        const id = attempts[0]?.paymentRequestId ?? '';
        for (const words of [['list'], ['list', '--all'], ['show', 'c2'], ['export']]) {
          const { code, out } = await onDead(...words);
          assert.equal(code, 0);
          for (const fact of ['A1', id, death.state]) assert.ok(out.includes(fact), `${words}: ${fact} in ${out}`);
          assert.doesNotMatch(out, /Nothing waits/);
        }
        assert.match((await onDead('list')).out, death.fate);
        const { reversals, cutOff } = JSON.parse((await onDead('list', '--json')).out);
        const row = checkJournal(await readBook(createLinuxFlash({ dataDir: deadDir, access: 'readOnly' })), {
          dataDir: deadDir,
        });
        assert.match(row.found, /0 reversals waiting, 1 sale cut off/);
        const reborn = createTestTerminal(testPolicy(death.policy), dying.kernel.state.book);
        reborn.boot();
        if (death.state === 'approved') reborn.clock.advance(1);
        assert.deepEqual([reversals, cutOff[0].reversalId], [[], idsOf(reborn)[0]]);
      });

      it(`settles a sale that is ${death.state} by hand, and a start then finds nothing to do`, async () => {
        await writeCard(deadDir, dyingTerminal(death).journal.records);
        const kept = await onDead('settle', 'c2', '--by', 'Ada', '--note', 'has it', '--outcome', 'paid');
        assert.equal(kept.code, death.proven ? 0 : 64, kept.errorOut);
        const settled = await onDead('settle', 'c2', '--by', 'Ada', '--note', 'Alipay cancelled it');
        assert.equal(settled.code, death.proven ? 64 : 0, settled.errorOut);
        const book = await bookOnDead();
        const [reversal] = Object.values(book.reversals);
        assert.deepEqual([reversal?.state, reversal?.end?.by], ['finished', 'Ada']);
        assert.deepEqual(
          Object.values(book.sales).map(({ state }) => state),
          [death.proven ? 'settled' : 'reversed'],
        );
        assert.match((await onDead('list')).out, /^Nothing waits/);
        const reborn = createTestTerminal(testPolicy(death.policy), book);
        reborn.boot();
        assert.ok(!reborn.effects.some(({ type }) => type === 'sendReversal'));
      });
    }

    it('does not settle a payment as paid once its cancel may have been sent: a card cannot ask the acquirer', async () => {
      const dying = dyingTerminal({ state: 'approved', policy: { hostConfirmMs: 1 }, happened: paid });
      dying.clock.advance(1);
      await writeCard(deadDir, dying.journal.records);
      const [reversalId = ''] = idsOf(dying);
      const kept = await onDead('settle', reversalId, '--by', 'Ada', '--note', 'has it', '--outcome', 'paid');
      assert.deepEqual([kept.code, /a card cannot ask the acquirer/.test(kept.errorOut)], [64, true], kept.errorOut);
      const settled = await onDead('settle', reversalId, '--by', 'Ada', '--note', 'Alipay says CANCELLED');
      assert.equal(settled.code, 0, settled.errorOut);
    });

    it('says until when a payment may still be charged that is settled as reversed before its expiry', async () => {
      const dying = dyingTerminal({ state: 'paying', policy: { paymentExpiryMs: 1000 * 365 * 86_400_000 } });
      await writeCard(deadDir, dying.journal.records);
      const settled = await onDead('settle', 'c2', '--by', 'Ada', '--note', 'nothing charged');
      assert.equal(settled.code, 0, settled.errorOut);
      assert.match(settled.out, /^may arrive until +3\d{3}-/m);
      assert.match(settled.out, /^warning +the payment may still be charged until 3\d{3}-/m);
    });

    it('shows nothing of a sale that has no payment', async () => {
      const waiting = createTestTerminal();
      waiting.boot();
      const amount = { currency: 'CNY', value: '1250' };
      waiting.kernel.ask({ type: 'saleRequested', orderId: 'A1', amount }, () => undefined);
      waiting.kernel.feed({ type: 'agentTokenNotified', accessToken: TOKEN });
      await writeCard(deadDir, waiting.journal.records);
      assert.equal((await bookOnDead()).bootCount, 1);
      assert.match((await onDead('list')).out, /^Nothing waits in the queue\.\n$/);
    });
  });

  describe('of a running terminal', () => {
    let api: LocalApi;
    let env: Record<string, string> = {};
    beforeEach(async () => {
      api = await serveApi(terminal, 'a-token-of-the-technician');
      env = { API_PORT: String(api.port), API_TOKEN: 'a-token-of-the-technician', DATA_DIR: dataDir };
    });
    afterEach(() => api.close());
    const online = (...args: string[]) => runCommand('queue', queue, args, env);

    it('lists, shows and exports the same as the card does', async () => {
      for (const words of [['list'], ['show', second], ['show', second.slice(0, -1)]]) {
        assert.deepEqual(await online(...words), await onCard(...words));
      }
      const known = jsonLines(await onCard('export')).filter(({ orderId }) => orderId !== 'A3');
      assert.deepEqual(jsonLines(await online('export')).slice(1), known.slice(1));
    });

    it('retries at once', async () => {
      terminal.answerReversal(answered({ status: 'U', code: 'UNKNOWN_EXCEPTION' }));
      const sent = () => terminal.effects.filter((effect) => effect.type === 'sendReversal').length;
      const before = sent();
      const { code, out } = await online('retry', second);
      assert.equal(code, 0);
      assert.match(out, /state +open/);
      assert.equal(sent(), before + 1);
    });

    it('settles through the terminal', async () => {
      const { code, out } = await online('settle', first, '--by', 'Ada', '--note', 'cash');
      assert.equal(code, 0);
      assert.match(out, /ended +settledByHand at .*\nby +Ada\nnote +cash\noutcome +reversed\n/);
      assert.equal(terminal.kernel.state.book.reversals[first]?.end?.by, 'Ada');
      const again = await online('settle', first, '--by', 'Ada', '--note', 'cash');
      assert.equal(again.code, 64);
      assert.match(again.errorOut, /the terminal refuses: the reversal is finished/);
    });

    it('says that the token is wrong, and does not go around it', async () => {
      const { code, errorOut, out } = await runCommand('queue', queue, ['list'], {
        ...env,
        API_TOKEN: 'not-the-right-token',
      });
      assert.deepEqual([code, out], [64, '']);
      assert.match(errorOut, /refuses \(API_TOKEN\?\)/);
    });

    for (const fault of JOURNAL_FAULTS) {
      it(`reads the card of a terminal that runs without its journal: ${fault}`, async () => {
        terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: [fault] });
        const { code, out, errorOut } = await online('list');
        assert.equal(code, 0);
        assert.match(errorOut, /runs without its journal/);
        assert.match(out, /2 waiting/);
      });
    }

    it('asks a terminal that has other faults', async () => {
      terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: ['flashSlow'] });
      const { code, errorOut } = await online('list');
      assert.deepEqual([code, errorOut.includes('journal')], [0, false]);
    });
  });

  describe('where the terminal does not answer', () => {
    it('reads flash when nothing listens', async () => {
      const env = { API_PORT: String(await closedPort()), DATA_DIR: dataDir };
      const { code, out, errorOut } = await runCommand('queue', queue, ['list'], env);
      assert.equal(code, 0);
      assert.match(errorOut, /no terminal listens at http:\/\/127\.0\.0\.1:\d+; reading /);
      assert.match(out, /2 waiting/);
    });

    it('says who holds the directory all the same', async () => {
      const held = await lock(dataDir);
      const env = { API_PORT: String(await closedPort()), DATA_DIR: dataDir };
      const listed = await runCommand('queue', queue, ['list'], env);
      const settled = await runCommand('queue', queue, ['settle', first, '--by', 'Ada', '--note', 'cash'], env);
      held.release();
      assert.equal(listed.code, 0);
      assert.match(listed.errorOut, new RegExp(`in use by process ${process.pid} .* but no terminal listens`));
      assert.equal(settled.code, 69);
    });

    it('is not taken in by another program on the port', async () => {
      const server = createServer((_request, response) => response.end('<html>hello</html>'));
      const port = await new Promise<number>((resolve) => {
        server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
      });
      const env = { API_PORT: String(port), DATA_DIR: dataDir };
      const { code, errorOut, out } = await runCommand('queue', queue, ['list'], env);
      server.close();
      assert.equal(code, 0);
      assert.match(errorOut, /does not answer as a terminal/);
      assert.match(out, /2 waiting/);
    });
  });

  describe('asked wrongly', () => {
    const cases: readonly (readonly [readonly string[], RegExp])[] = [
      [['dance'], /say list, show, retry, settle or export/],
      [['show'], /show needs the id/],
      [['list', 'r2026'], /list takes no id/],
      [['settle', 'r2026'], /--by NAME and --note TEXT/],
      [['settle', 'r2026', '--by', 'a\nb', '--note', 'x'], /--by has to be the name of a person/],
      [['list', '--by', 'Ada'], /belong to settle/],
    ];
    for (const [args, expected] of cases) {
      it(`answers 64 to ${JSON.stringify(args)}`, async () => {
        const { code, errorOut, out } = await tillboxQueue(...args);
        assert.deepEqual([code, out], [64, '']);
        assert.match(errorOut, expected);
      });
    }

    it('names the choices where an id means several, and says where it means none', async () => {
      const several = await onCard('show', 'c2');
      assert.equal(several.code, 64);
      for (const id of [first, second]) assert.ok(several.errorOut.includes(id));
      const none = await onCard('settle', 'x9', '--by', 'Ada', '--note', 'cash');
      assert.equal(none.code, 64);
      assert.match(none.errorOut, /no reversal's id begins with "x9"/);
    });

    it('names a wrong variable that it needs, and no other', async () => {
      const { code, errorOut } = await runCommand('queue', queue, ['list'], { API_PORT: 'many', CURRENCY: 'XXX' });
      assert.equal(code, 64);
      assert.match(errorOut, /One thing is wrong.*\n {2}API_PORT/);
    });
  });

  it('survives any damage to the card', async () => {
    const path = join(dataDir, BOOK_VOLUMES[0]);
    const file = openSync(path, 'r+');
    for (const at of [40, 5_000, 9_000]) writeSync(file, Buffer.from([0xff, 0xff]), 0, 2, at);
    closeSync(file);
    const { code } = await onCard('export');
    assert.ok(code === 0 || code === 74, String(code));
  });
});
