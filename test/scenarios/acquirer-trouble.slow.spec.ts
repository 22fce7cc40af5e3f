import assert from 'node:assert/strict';
import type { AcquirerFault } from '../../hw-sim/acquirer/acquirer-faults.js';
import type { Exchange } from '../../hw-sim/acquirer/exchange-log.js';
import { eventually } from '../support/eventually.js';
import { rssBytes } from '../support/rss-bytes.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

const PAY = '/payments/pay';
const INQUIRY = '/payments/inquiryPayment';
const CANCEL = '/payments/cancel';

const PAY_REPLY_MS = Number(QUICK.PAY_REPLY_TIMEOUT_MS);
const INQUIRY_EVERY_MS = Number(QUICK.INQUIRY_INTERVAL_MS);
const INQUIRIES = Number(QUICK.INQUIRY_LIMIT);
const CANCEL_EVERY_MS = Number(QUICK.CANCEL_RETRY_INTERVAL_MS);
const BURST_MS = Number(QUICK.CANCEL_RETRY_WINDOW_MS);
const QUEUE_EVERY_MS = Number(QUICK.QUEUE_RETRY_INTERVAL_MS);
const UNPAYABLE_MS = Number(QUICK.PAYMENT_EXPIRY_MS) + Number(QUICK.EXPIRY_MARGIN_MS);

/**
 * What a busy machine does to a wait that is measured from the other side: a request that arrives late makes the wait
 * before it longer and the one after it shorter. Waits also count from the decision, and a request leaves only when the
 * decision is on flash.
 */
const EARLY_MS = 150;
const LATE_MS = 300;

interface Trouble {
  readonly name: string;
  readonly fault: AcquirerFault;
  /** What the log has to say of it. */
  readonly told: RegExp;
}

/** 20 s in the waits of the defaults, which are ten times as long. */
const TWENTY_SECONDS_MS = 2_000;

/** The request went through and the money is with the merchant; what comes back is another matter. */
const BAD_REPLIES: readonly Trouble[] = [
  { name: 'never comes', fault: { kind: 'replyLost' }, told: /reason=timeout/ },
  {
    name: 'comes after 20 s',
    fault: { kind: 'replyDelayed', delayMs: TWENTY_SECONDS_MS },
    told: /reason=timeout/,
  },
  { name: 'is cut off in its body', fault: { kind: 'reset' }, told: /reason=disconnected/ },
  {
    name: 'is a 502 with HTML, and the request went through',
    fault: { kind: 'badGateway', arrives: true },
    told: /reason=httpStatus detail=502/,
  },
  { name: 'is cut JSON', fault: { kind: 'garbage' }, told: /reason=garbled/ },
  {
    name: 'has a wrong signature',
    fault: { kind: 'wrongSignature' },
    told: /code=SUCCESS signature=wrong/,
  },
  { name: 'is an unsigned S, and true', fault: { kind: 'unsigned' }, told: /code=SUCCESS signature=/ },
  {
    name: 'is an unsigned F that somebody made up, and the money was taken',
    fault: { kind: 'forged', status: 'F', arrives: true },
    told: /code=USER_BALANCE_NOT_ENOUGH signature=/,
  },
  {
    name: 'is signed and names another amount',
    fault: { kind: 'wrongAmount' },
    told: /amountDiffers/,
  },
  {
    name: 'is signed and names another currency',
    fault: { kind: 'wrongCurrency' },
    told: /amountDiffers/,
  },
  {
    name: 'is signed and about another request',
    fault: { kind: 'wrongRequestId' },
    told: /reason=mismatch/,
  },
  {
    name: 'has a body of 10 MB',
    fault: { kind: 'huge', sizeBytes: 10_000_000 },
    told: /reason=tooLarge/,
  },
  {
    name: 'trickles in, eight bytes at a time',
    fault: { kind: 'replyTrickled', delayMs: 100 },
    told: /reason=timeout/,
  },
];

/** The request never reached the acquirer, whatever the reply says. */
const EMPTY_REPLIES: readonly Trouble[] = [
  {
    name: 'is a 502 with HTML, and the request did not go through',
    fault: { kind: 'badGateway', arrives: false },
    told: /reason=httpStatus detail=502/,
  },
  {
    name: 'is an unsigned S that somebody made up, and the request was thrown away',
    fault: { kind: 'forged', status: 'S', arrives: false },
    told: /code=SUCCESS signature=/,
  },
];

describe('trouble with the acquirer', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;
  /** What the terminal had logged before this test. */
  let logged: number;

  /** Takes 19 s, in which the others go on. */
  let defaultTimings: ReturnType<typeof tellDefaultTimings>;

  before(async () => {
    defaultTimings = tellDefaultTimings();
    defaultTimings.catch(() => 'told by the test that waits for it');
    acquirer = await startAcquirer();
    terminal = await startTerminal(acquirer, QUICK, 'memory');
    await terminal.ready();
    /* The first of everything takes longer, and is not what is measured. */
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'settled');
  });

  after(async () => {
    await terminal.stop();
    await acquirer.stop();
  });

  beforeEach(async () => {
    await terminal.ready();
    logged = terminal.process.out().length;
  });

  afterEach(() => acquirer.clearFaults());

  const log = () => terminal.process.out().slice(logged);

  async function requests(id: string, pathEnd: string): Promise<readonly Exchange[]> {
    return (await acquirer.exchanges(id)).filter(({ path }) => path.endsWith(pathEnd));
  }

  async function held(id: string): Promise<string> {
    return (await acquirer.ledger(id)).payments[0]?.standing.heldValue ?? '0';
  }

  it('a pay that is not answered, and no inquiry either: reversed, with every timer as configured', async () => {
    await acquirer.fault({ kind: 'replyLost' }, PAY);
    await acquirer.fault({ kind: 'replyLost' }, INQUIRY, INQUIRIES);
    const burst = Math.ceil(BURST_MS / CANCEL_EVERY_MS);
    await acquirer.fault({ kind: 'requestLost' }, CANCEL, burst + 1);
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    assert.equal((await terminal.reached(saleId, 'reversing')).code, 'budgetSpent');
    assert.equal(await held(id), '1250', 'the customer is charged meanwhile');
    await terminal.reached(saleId, 'reversed', 15_000);
    assert.equal(await held(id), '0');

    const pays = await requests(id, PAY);
    const inquiries = await requests(id, INQUIRY);
    const cancels = await requests(id, CANCEL);
    assert.deepEqual([pays.length, inquiries.length], [1, INQUIRIES]);
    assertSpan(pays[0], inquiries[0], PAY_REPLY_MS, 'first inquiry');
    for (const [index, inquiry] of inquiries.slice(1).entries()) {
      assertSpan(inquiries[index], inquiry, INQUIRY_EVERY_MS, `inquiry ${index + 2}`);
    }
    assertSpan(inquiries.at(-1), cancels[0], INQUIRY_EVERY_MS, 'first cancel');
    for (const [index, cancel] of cancels.slice(1, burst).entries()) {
      assertSpan(cancels[index], cancel, CANCEL_EVERY_MS, `cancel ${index + 2}`);
    }
    /* Then the queue's rhythm, which has up to a tenth of chance in it, and counts from the missing answer. */
    const queueMs = QUEUE_EVERY_MS * 1.1 + Number(QUICK.CANCEL_REPLY_TIMEOUT_MS);
    const queued = (cancels[burst + 1]?.atMs ?? 0) - (cancels[burst]?.atMs ?? 0);
    assert.ok(queued >= QUEUE_EVERY_MS && queued <= queueMs + LATE_MS, `queued after ${queued} ms`);
    await assertConfirmedAfterExpiry(id);
    assert.match(log(), /reversalDelayed/);
  });

  for (const { name, fault, told } of BAD_REPLIES) {
    it(`a pay reply that ${name}: settled by the first inquiry`, async () => {
      await acquirer.fault(fault, PAY);
      const { saleId } = await terminal.pay();
      const id = await terminal.requestId(saleId);
      assert.equal((await terminal.reached(saleId, 'settled')).outcome, 'paid');
      const [pay, inquiry, ...more] = await acquirer.exchanges(id);
      assertSpan(pay, inquiry, PAY_REPLY_MS, 'first inquiry');
      assert.deepEqual([inquiry?.answer, more.length], ['SUCCESS', 0]);
      assert.equal(await held(id), '1250');
      assert.match(log(), told);
    });
  }

  it('a pay that did not arrive, or arrives when the sale is given up: no goods, and no money in the end', async () => {
    /* The box is free while a reversal waits for the time when the pay can no longer arrive. */
    const waiting: { readonly saleId: string; readonly id: string }[] = [];
    const reversalMs = PAY_REPLY_MS + INQUIRIES * INQUIRY_EVERY_MS;
    await acquirer.fault({ kind: 'requestDelayed', delayMs: reversalMs + CANCEL_EVERY_MS / 2 }, PAY);
    await acquirer.fault({ kind: 'requestLost' }, CANCEL);
    const late = await terminal.pay();
    const lateId = await terminal.requestId(late.saleId);
    await terminal.reached(late.saleId, 'reversing');
    await eventually('the charge arrives', async () => (await held(lateId)) === '1250');
    assert.equal((await terminal.sale(late.saleId)).state, 'reversing', 'a late success does not bring it back');
    await eventually('a cancel undoes it', async () => (await held(lateId)) === '0');
    waiting.push({ saleId: late.saleId, id: lateId });

    for (const { name, fault, told } of EMPTY_REPLIES) {
      await terminal.ready();
      await acquirer.fault(fault, PAY);
      const { saleId } = await terminal.pay();
      const id = await terminal.requestId(saleId);
      await terminal.reached(saleId, 'reversing');
      assert.equal((await requests(id, INQUIRY)).length, INQUIRIES, `a reply that ${name}`);
      assert.match(log(), told);
      waiting.push({ saleId, id });
    }

    for (const { saleId, id } of waiting) {
      assert.equal((await terminal.reached(saleId, 'reversed')).outcome, 'reversed');
      assert.equal(await held(id), '0');
      await assertConfirmedAfterExpiry(id);
    }
    assert.deepEqual(await terminal.reversals(), []);
  });

  it('inquiries that all name another amount: no goods, reversed', async () => {
    await acquirer.fault({ kind: 'replyLost' }, PAY);
    await acquirer.fault({ kind: 'wrongAmount' }, INQUIRY, INQUIRIES);
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    assert.equal((await terminal.reached(saleId, 'reversed')).code, 'budgetSpent');
    assert.equal(await held(id), '0');
    assert.match(log(), /amountDiffers/);
  });

  it('a customer who presses cancel while inquiries go unanswered: reversed at once', async () => {
    await acquirer.plan({ magic: '9907' });
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    await terminal.reached(saleId, 'inquiring');
    const answer = await terminal.api.post(`/v1/sales/${saleId}/cancel`);
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    assert.equal((await terminal.reached(saleId, 'reversed', 1_500)).outcome, 'reversed');
    assert.equal((await acquirer.ledger(id)).payments[0]?.status, 'CANCELLED');
  });

  it('does not use more memory after replies of 10 MB', async () => {
    const sales = 8;
    const settled = 3;
    await acquirer.fault({ kind: 'huge', sizeBytes: 10_000_000 }, PAY, sales);
    let before = 0;
    for (let at = 0; at < sales; at += 1) {
      await terminal.ready();
      const { saleId } = await terminal.pay();
      await terminal.reached(saleId, 'settled');
      if (at + 1 === settled) before = rssBytes(terminal.process.pid);
    }
    const grown = rssBytes(terminal.process.pid) - before;
    assert.ok(grown < 20_000_000, `${grown} bytes more`);
  });

  it('causes by default inquiries 5 s after the pay and every 3 s, and cancels every 5 s', async () => {
    const { inquiries, cancels } = await defaultTimings;
    assertNear(inquiries, [5_000, 3_000]);
    assertNear(cancels, [5_000, 5_000]);
  });

  function assertSpan(from: Exchange | undefined, to: Exchange | undefined, wantedMs: number, what: string): void {
    assert.ok(from && to, `${what}: there is one`);
    const tookMs = to.atMs - from.atMs;
    assert.ok(
      tookMs >= wantedMs - EARLY_MS && tookMs <= wantedMs + LATE_MS,
      `${what} after ${tookMs}, not ${wantedMs}`,
    );
  }

  /** The pay may still have been under way: the last cancel was sent when it no longer could. */
  async function assertConfirmedAfterExpiry(id: string): Promise<void> {
    const exchanges = await acquirer.exchanges(id);
    const last = exchanges.at(-1);
    assert.equal(last?.path.endsWith(CANCEL), true);
    const spanMs = (last?.atMs ?? 0) - (exchanges[0]?.atMs ?? 0);
    assert.ok(spanMs >= UNPAYABLE_MS - EARLY_MS, `the last cancel came ${spanMs} ms after the pay`);
  }
});

/** What the acquirer saw of a payment with nothing configured: the numbers of the best-practice page. */
async function tellDefaultTimings(): Promise<{
  readonly inquiries: readonly number[];
  readonly cancels: readonly number[];
}> {
  const acquirer = await startAcquirer();
  const terminal = await startTerminal(acquirer, {}, 'memory');
  try {
    await terminal.ready();
    /* A password prompt that nobody answers, and an acquirer that does not answer two cancels. */
    await acquirer.plan({
      answer: 'PAYMENT_IN_PROCESS',
      fate: { kind: 'pending' },
      later: { cancel: { answer: 'SILENCE', times: 2 } },
    });
    const { saleId } = await terminal.pay();
    const id = await terminal.requestId(saleId);
    const of = async (pathEnd: string) => (await acquirer.exchanges(id)).filter(({ path }) => path.endsWith(pathEnd));
    await eventually('the second inquiry', async () => (await of(INQUIRY)).length === 2);
    await terminal.api.post(`/v1/sales/${saleId}/cancel`);
    await terminal.reached(saleId, 'reversed', 12_000);
    return { inquiries: spans([...(await of(PAY)), ...(await of(INQUIRY))]), cancels: spans(await of(CANCEL)) };
  } finally {
    await terminal.stop();
    await acquirer.stop();
  }
}

function spans(exchanges: readonly Exchange[]): readonly number[] {
  return exchanges.slice(1).map(({ atMs }, index) => atMs - (exchanges[index]?.atMs ?? 0));
}

function assertNear(measured: readonly number[], wanted: readonly number[]): void {
  const near = measured.every((ms, index) => {
    /* An arrival that is late makes the next span shorter by as much. */
    return Math.abs(ms - (wanted[index] ?? 0)) <= LATE_MS;
  });
  assert.ok(measured.length === wanted.length && near, `${measured} ms, not ${wanted}`);
}
