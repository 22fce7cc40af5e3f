import assert from 'node:assert/strict';
import { deepFreeze } from '../../firmware/journal/store/deep-freeze.js';
import { type Book, bytesOf, EMPTY_BOOK, openReversals, openSale } from '../../flows/book.js';
import { fold, replay } from '../../flows/fold.js';
import { readiness } from '../../flows/readiness.js';
import type { TerminalRecord } from '../../flows/record.js';
import { cny, NOON_WALL_MS, paid } from './builders.js';
import { createReadyDrive, type Drive, startPaying, startSale } from './drive.js';

const DAY_MS = 86_400_000;

function sell(drive: Drive, orderId: string): void {
  const paymentRequestId = startPaying(drive, '1250', orderId);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
}

const orders = (drive: Drive): string =>
  Object.values(drive.state.book.sales)
    .map(({ orderId }) => orderId)
    .join(' ');

describe('the book', () => {
  it('is the same from its records, from a snapshot and the rest, and from JSON', () => {
    const drive = createReadyDrive({ vend: 'host' });
    for (const order of ['a', 'b', 'c']) sell(drive, order);
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    const { book } = drive.state;
    assert.deepEqual(replay(drive.records), book);
    for (let cut = 0; cut <= drive.records.length; cut += 1) {
      const snapshot = JSON.parse(JSON.stringify(replay(drive.records.slice(0, cut))));
      assert.deepEqual(replay(drive.records.slice(cut), snapshot), book);
    }
  });

  it('keeps as many sales as configured, the newest', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 2 });
    for (const order of ['a', 'b', 'c', 'd']) sell(drive, order);
    assert.equal(orders(drive), 'c d');
    drive.reboot({ policy: { salesKept: 10 } });
    drive.feed({ type: 'probeAnswered', answer: paid(cny('1')) });
    for (const order of ['e', 'f', 'g']) sell(drive, order);
    assert.equal(orders(drive), 'c d e f g');
    drive.reboot({ policy: { salesKept: 1 } });
    assert.equal(orders(drive), 'g');
  });

  it('keeps sales as long as configured', () => {
    const drive = createReadyDrive({ vend: 'host', salesKeptMs: DAY_MS });
    sell(drive, 'a');
    drive.wait(DAY_MS / 2);
    drive.feed({ type: 'probeAnswered', answer: paid(cny('1')) });
    sell(drive, 'b');
    drive.wait(DAY_MS / 2 + 1);
    drive.feed({ type: 'probeAnswered', answer: paid(cny('1')) });
    startSale(drive, '1', 'c');
    assert.equal(orders(drive), 'b c');
  });

  it('counts what it keeps in time that the terminal was running, over restarts, and not in dark time', () => {
    const drive = createReadyDrive({ vend: 'host', salesKeptMs: DAY_MS });
    const sellLater = (orderId: string, darkMs: number, runningMs: number): void => {
      drive.wait(darkMs);
      drive.reboot();
      drive.wait(runningMs);
      drive.feed({ type: 'probeAnswered', answer: paid(cny('1')) });
      sell(drive, orderId);
    };
    sell(drive, 'a');
    sellLater('b', 40 * DAY_MS, DAY_MS / 2);
    sellLater('c', 40 * DAY_MS, DAY_MS / 2);
    assert.equal(orders(drive), 'a b c');
    sellLater('d', 0, 1000);
    assert.equal(orders(drive), 'b c d');
  });

  for (const aheadMs of [40 * DAY_MS, -40 * DAY_MS, 36_500 * DAY_MS]) {
    it(`drops nothing where the clock jumps by ${aheadMs / DAY_MS} days, once or to and fro`, () => {
      const drive = createReadyDrive({ vend: 'host' });
      sell(drive, 'a');
      const { saleId } = drive.sale();
      for (const [index, jumpMs] of [aheadMs, 0, aheadMs, aheadMs].entries()) {
        drive.setClock({ trusted: true, aheadMs: jumpMs });
        sell(drive, `jump-${index}`);
      }
      assert.equal(orders(drive), 'a jump-0 jump-1 jump-2 jump-3');
      drive.feed({ type: 'saleRequested', callId: 'again', orderId: 'a', amount: cny('1250') });
      assert.deepEqual(drive.lastSent('answerCall').answer, { kind: 'sale', saleId, created: false });
      drive.feed({ type: 'refundRequested', callId: 'r', saleId, refundId: 'r1' });
      assert.equal(drive.lastSent('answerCall').answer.kind, 'reversal');
    });
  }

  it('drops the oldest sales early where they take more flash than is meant for them', () => {
    const drive = createReadyDrive({ vend: 'host', bytesKept: 2_000 });
    for (let order = 0; order < 50; order += 1) sell(drive, `order-${order}-咖啡`);
    const { book } = drive.state;
    assert.match(orders(drive), /^order-4[5-9].* order-49-咖啡$/);
    assert.equal(book.bytes, bytesOf(book));
    assert.ok(book.bytes > 1_500 && book.bytes < 2_600, `${book.bytes}`);
  });

  it('drops nothing for room that is still wanted, takes no more customers then, and goes on when there is room', () => {
    const drive = createReadyDrive({ vend: 'host', bytesKept: 7_200, queueLimit: 100 });
    let taken = 0;
    for (; taken < 100 && readiness(drive.state).reasons.length === 0; taken += 1) {
      sell(drive, `order-${taken}`);
      drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    }
    assert.deepEqual(readiness(drive.state).reasons, ['queueFull']);
    assert.equal(openReversals(drive.state.book).length, taken);
    const { bytes, paidOrders } = drive.state.book;
    assert.ok(bytes + paidOrders.length < 7_200 * 2, 'the next reversal would have fitted');
    for (const { reversalId } of openReversals(drive.state.book).slice(0, taken / 2)) {
      drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: '' });
    }
    drive.reboot();
    drive.feed({ type: 'probeAnswered', answer: paid(cny('1')) });
    assert.deepEqual(
      readiness(drive.state).reasons.filter((reason) => reason === 'queueFull'),
      [],
    );
  });

  it('knows its size from a snapshot without one', () => {
    const drive = createReadyDrive({ vend: 'host' });
    for (const order of ['a', 'b']) sell(drive, order);
    const { bytes: _, bytesKept: __, paidOrders: ___, ...old } = drive.state.book;
    assert.deepEqual(replay([], old as Book), drive.state.book);
  });

  it('never drops a sale whose refund is still on its way, nor that refund', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 1 });
    sell(drive, 'a');
    const { saleId } = drive.sale();
    drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1', amount: cny('250') });
    for (const order of ['b', 'c', 'd']) sell(drive, order);
    assert.equal(orders(drive), 'a d');
    assert.deepEqual(
      openReversals(drive.state.book).map(({ refundId }) => refundId),
      ['r1'],
    );
  });

  it('never drops a sale whose money is still on its way back, nor its reversal', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 1 });
    sell(drive, 'a');
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    for (const order of ['b', 'c', 'd']) sell(drive, order);
    assert.equal(orders(drive), 'a d');
    assert.equal(openReversals(drive.state.book).length, 1);
  });

  it('never drops a settled sale with a refund on its way', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 1 });
    sell(drive, 'a');
    const { saleId } = drive.sale();
    drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: 'r1', amount: cny('250') });
    for (const order of ['b', 'c']) sell(drive, order);
    assert.equal(orders(drive), 'a c');
    const { reversalId } = drive.reversal();
    drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: '' });
    sell(drive, 'd');
    assert.equal(orders(drive), 'd');
  });

  it('drops finished reversals with their sale', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 1 });
    sell(drive, 'a');
    drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
    const { reversalId } = drive.reversal();
    drive.feed({ type: 'reversalSettled', callId: 'c', reversalId, by: 'Wang', note: '' });
    sell(drive, 'b');
    sell(drive, 'c');
    assert.deepEqual([orders(drive), drive.state.book.reversals], ['c', {}]);
  });

  it('dates a sale by what happened to it last, and never back', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.wait(2000);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    assert.equal(drive.sale().updatedAtWallMs, NOON_WALL_MS + 2000);
    drive.setClock({ trusted: false, aheadMs: -NOON_WALL_MS });
    drive.reboot();
    assert.equal(drive.sale().receipt, 'unknown');
    assert.deepEqual([drive.sale().startedAtWallMs, drive.sale().updatedAtWallMs], [NOON_WALL_MS, NOON_WALL_MS + 2000]);
  });

  it('has no open sale once it is settled', () => {
    const drive = createReadyDrive({ vend: 'host' });
    startSale(drive);
    assert.equal(openSale(drive.state.book)?.orderId, 'order-1');
    drive.feed({ type: 'keyPressed', key: '*' });
    assert.equal(openSale(drive.state.book), undefined);
  });

  const STRANGE: readonly TerminalRecord[] = [
    { type: 'vendStarted', saleId: 'none', atWallMs: 0 },
    { type: 'reversalFinished', reversalId: 'none', end: { how: 'cancelled', atWallMs: 0 }, atWallMs: 0 },
  ];
  it('refuses a result of a sale that never paid', () => {
    const drive = createReadyDrive();
    const { saleId } = startSale(drive);
    const result: TerminalRecord = { type: 'paymentApproved', saleId, atWallMs: 0 };
    assert.throws(() => fold(drive.state.book, result), /has no payment attempt/);
  });

  for (const record of STRANGE) {
    it(`refuses ${record.type} of what it does not know: the journal is not its own`, () => {
      assert.throws(() => fold(EMPTY_BOOK, record), /the book has no (?:sale|reversal) none/);
    });
  }

  it('is the same folded one by one, at once, and from any snapshot on; no snapshot is touched', () => {
    const drive = createReadyDrive({ vend: 'host', salesKept: 10, queueLimit: 100 });
    for (let sale = 0; sale < 40; sale += 1) {
      const paymentRequestId = startPaying(drive, '1250', `order-${sale}`);
      if (sale % 3 === 0) drive.feed({ type: 'keyPressed', key: '*' });
      else drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      const { saleId } = drive.sale();
      if (sale % 3 === 1) {
        drive.feed({ type: 'refundRequested', callId: 'c', saleId, refundId: `r${sale}`, amount: cny('250') });
      }
      if (sale % 5 === 0) drive.wait(30_000);
    }
    const { records } = drive;
    const whole = JSON.stringify(records.reduce(fold, EMPTY_BOOK));
    assert.ok(records.length > 100 && !whole.includes('order-2"') && whole.includes('order-39"'));
    assert.ok(whole.includes(',order-2;'), 'the order of a paid sale that has gone');
    for (let at = 0; at <= records.length; at += 7) {
      const snapshot = deepFreeze(records.slice(0, at).reduce(fold, EMPTY_BOOK));
      assert.equal(JSON.stringify(replay(records.slice(at), snapshot)), whole, `from record ${at} on`);
    }
  });

  it('replays three thousand records over a thousand open reversals in no more than a second of computing', () => {
    const amount = cny('1250');
    const times = { atWallMs: 1, startedAtWallMs: 1, updatedAtWallMs: 1 };
    const records = Array.from({ length: 1000 }, (_, i): TerminalRecord[] => {
      const [saleId, id] = [`s${i}`, `2026${i}`];
      const sale = {
        saleId,
        orderId: 'o',
        amount,
        state: 'awaitingCode',
        attempts: [],
        receipt: 'none',
        ...times,
      } as const;
      const reversal = { ...REVERSAL, reversalId: `c${id}`, saleId, paymentRequestId: id, amount };
      return [
        { type: 'saleStarted', atWallMs: 1, sale },
        { type: 'paymentStarted', atWallMs: 1, saleId, paymentRequestId: id, serialNumber: i, expiresAtWallMs: 2 },
        { type: 'reversalStarted', atWallMs: 1, reversal },
      ];
    }).flat();
    /* Processor time of this process: others may run on the machine. */
    const started = process.cpuUsage();
    assert.equal(openReversals(replay(records)).length, 1000);
    const tookMs = process.cpuUsage(started).user / 1000;
    assert.ok(tookMs < 1000, `${tookMs} ms`);
  });
});

const REVERSAL = {
  cause: 'budgetSpent',
  kind: 'cancel',
  known: false,
  payableUntilWallMs: 2,
  paidAtWallMs: 1,
  startedAtWallMs: 1,
  state: 'open',
  manual: false,
} as const;
