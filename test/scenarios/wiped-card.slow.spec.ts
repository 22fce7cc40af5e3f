import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT, QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';
import { startTillbox } from '../support/tillbox-process.js';

const PATH = '/notify/1001';

describe('a card that was wiped', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;
  let notifyUrl: string;
  let apiPort: number;
  let env: Readonly<Record<string, string>>;

  before(async () => {
    acquirer = await startAcquirer();
  });
  after(() => acquirer.stop());

  beforeEach(async () => {
    const port = await freePort();
    notifyUrl = `http://127.0.0.1:${port}${PATH}`;
    apiPort = await freePort();
    env = { ...QUICK, API_PORT: `${apiPort}`, NOTIFY_HOST: '127.0.0.1', NOTIFY_PORT: `${port}`, NOTIFY_URL: notifyUrl };
    terminal = await startTerminal(acquirer, env);
  });
  afterEach(() => terminal.stop());

  const inPlace = () => ({ ...MERCHANT, ...acquirer.env, ...env, DATA_DIR: terminal.dataDir });

  async function queue(...args: readonly string[]): Promise<{ readonly code: unknown; readonly told: string }> {
    const child = startTillbox(['queue', ...args], { ...inPlace(), API_PORT: `${await freePort()}` });
    return { code: await child.ended, told: child.out() + child.errorOut() };
  }

  /** The row that `check` has for the journal while no terminal runs. */
  async function checkedJournal(): Promise<string> {
    const child = startTillbox(['check'], {
      ...inPlace(),
      API_PORT: `${await freePort()}`,
      NOTIFY_PORT: `${await freePort()}`,
    });
    await child.ended;
    return /^\w+ +journal .*(?:\n +→.*)?/m.exec(child.out())?.[0] ?? child.out();
  }

  function zeroBothHalves(): void {
    for (const half of ['journal-a', 'journal-b']) {
      const file = path.join(terminal.dataDir, half);
      fs.writeFileSync(file, Buffer.alloc(fs.statSync(file).size));
    }
  }

  function emptyDirectory(): void {
    for (const name of fs.readdirSync(terminal.dataDir))
      fs.rmSync(path.join(terminal.dataDir, name), { recursive: true });
  }

  /** All but the mark inside, and the one beside the directory. */
  function zeroWithoutOuterMark(): void {
    zeroBothHalves();
    fs.rmSync(`${terminal.dataDir}.card-mark`);
  }

  it('sells only after a person has accepted it, also after restarts, and check says so', async () => {
    await terminal.ready();
    await terminal.kill();
    emptyDirectory();
    const row = await checkedJournal();
    assert.match(row, /^FAIL +journal .*wiped.*\n +→ .*tillbox queue accept-new-card --by NAME --note TEXT/);

    for (const start of ['first', 'second']) {
      await terminal.restart();
      const { faults } = await terminal.reasonAppears('flashChanged');
      assert.match(faults.map(({ operatorAction }) => operatorAction).join(), /accept-new-card/, start);
      assert.match(terminal.process.out(), /ERROR another card than this terminal knows/);
      const refused = await terminal.api.post('/v1/sales', { orderId: 'x', amount: { currency: 'CNY', value: '100' } });
      assert.equal(refused.status, 503);
      if (start === 'first') await terminal.kill();
    }

    const { code, told } = await queue('accept-new-card', '--by', 'Wang', '--note', 'old card is dead');
    assert.equal(code, 0, told);
    await eventually('it sells', async () => (await terminal.status()).ready, 30_000);
    assert.match(
      terminal.process.out(),
      /WARN {2}the card was accepted why="accepted by Wang at 2\S+: old card is dead"/,
    );
    await terminal.kill();
    await terminal.restart();
    await terminal.ready();
  });

  const WAYS = {
    'zeros in both halves': zeroBothHalves,
    'zeros, where only the mark on it is left': zeroWithoutOuterMark,
  };
  for (const [way, wipe] of Object.entries(WAYS)) {
    it(`is recognised by ${way}`, async () => {
      await terminal.kill();
      wipe();
      await terminal.restart();
      await terminal.reasonAppears('flashChanged');
    });
  }

  it('can also be accepted before a start', async () => {
    await terminal.ready();
    await terminal.kill();
    emptyDirectory();
    const { code, told } = await queue('accept-new-card', '--by', 'Wang', '--note', 'new card');
    assert.deepEqual([code, /given up/.test(told)], [0, true], told);
    await terminal.restart();
    await terminal.ready();
  });

  it('in the middle of a payment: the notified payment is held for a person, also while nothing is sold', async () => {
    await terminal.ready();
    await acquirer.plan({ magic: '9907' });
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'inquiring');
    const id = await terminal.requestId(saleId);
    await terminal.kill();
    emptyDirectory();
    await terminal.restart();
    await terminal.reasonAppears('flashChanged');
    const notification = {
      notifyType: 'PAYMENT_RESULT',
      result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
      paymentRequestId: id,
      paymentId: 'P-lost',
      paymentAmount: { currency: 'CNY', value: '1250' },
    };
    for (let time = 0; time < 3; time += 1) await acquirer.notify(notifyUrl, notification);
    const [held, ...others] = await eventually('it is held', async () => {
      const reversals = await terminal.reversals();
      return reversals.length > 0 && reversals;
    });
    assert.deepEqual(
      [held?.cause, held?.state, held?.manual, held?.paymentRequestId, held?.paymentId, others],
      ['unknownPayment', 'needsPerson', true, id, 'P-lost', []],
    );
    assert.match(
      terminal.process.out(),
      new RegExp(`WARN {2}alarm alarm=unknownPayment detail="${id} P-lost CNY 12.50"`),
    );
    const metrics = await eventually('the last notification is there', async () => {
      const text = await fetch(`http://127.0.0.1:${apiPort}/metrics`).then((reply) => reply.text());
      return /tillbox_notifications_ignored_total 2\n/.test(text) && text;
    });
    assert.match(metrics, /tillbox_alarms_total\{alarm="unknownPayment"\} 1\n/);
    assert.match(metrics, /tillbox_reversals_needing_person 1\n/);
  });
});
