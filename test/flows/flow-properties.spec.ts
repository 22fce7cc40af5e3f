import assert from 'node:assert/strict';
import fc from 'fast-check';
import { openReversals } from '../../flows/book.js';
import { replay } from '../../flows/fold.js';
import type { Policy } from '../../flows/policy.js';
import { readiness } from '../../flows/readiness.js';
import type { RecordType } from '../../flows/record.js';
import { checkDecision } from './invariants.js';
import type { AcquirerManners, PayFate } from './model-acquirer.js';
import { createModelWorld, type Happening, type ModelWorld, type Trip } from './model-world.js';

const TRIPS: readonly Trip[] = [
  'good',
  'wrongAmount',
  'denied',
  'requestLost',
  'replyLost',
  'requestLate',
  'twice',
  'forged',
  'unsigned',
  'neverAnswered',
];
/** What 400 runs have to reach. */
const EVERY_DAY: readonly RecordType[] = [
  'terminalStarted',
  'saleStarted',
  'paymentStarted',
  'inquiryStarted',
  'attemptFailed',
  'paymentApproved',
  'vendStarted',
  'saleSettled',
  'saleCancelled',
  'receiptFinished',
  'reversalStarted',
  'reversalFinished',
];
const FATES: readonly PayFate[] = ['paid', 'refused', 'paidLater', 'failsLater', 'turnedAway'];

/** Mostly the newest. */
const index = fc.constantFrom(0, 0, 0, 0, 1, 2, 5);
const type = <T extends string>(...names: T[]) => fc.constantFrom(...names);
const fate = fc.constantFrom('paid', 'paid', 'paid', ...FATES);

/** Plausible events; those that bring a sale forward are more frequent. */
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 16, arbitrary: fc.record({ type: type('order'), order: fc.nat(5), amount: fc.nat(2) }) },
  { weight: 16, arbitrary: fc.record({ type: type('code'), good: fc.constantFrom(true, true, true, false) }) },
  { weight: 1, arbitrary: fc.record({ type: type('key'), key: fc.constant('*') }) },
  { weight: 6, arbitrary: fc.record({ type: type('key'), key: fc.constantFrom('1', '7', '0', '#', '#') }) },
  { weight: 6, arbitrary: fc.record({ type: type('machineAsks') }) },
  { weight: 1, arbitrary: fc.record({ type: type('machineGivesUp') }) },
  { weight: 1, arbitrary: fc.record({ type: type('door'), open: fc.constantFrom(true, false, false) }) },
  { weight: 4, arbitrary: fc.record({ type: type('cancel', 'delivered', 'notDelivered'), sale: index }) },
  {
    weight: 1,
    arbitrary: fc.oneof(
      fc.record({ type: type('refund'), sale: index, refund: fc.nat(3), amount: fc.nat(1200) }),
      fc.record({ type: type('refund'), sale: index, refund: fc.nat(3) }),
    ),
  },
  { weight: 1, arbitrary: fc.record({ type: type('receipt'), sale: index }) },
  { weight: 1, arbitrary: fc.record({ type: type('retry', 'settle', 'keep'), reversal: index }) },
  {
    weight: 30,
    arbitrary: fc.record({
      type: type('exchange'),
      request: index,
      trip: fc.constantFrom('good', 'good', 'good', 'good', ...TRIPS),
      fate,
    }),
  },
  { weight: 5, arbitrary: fc.record({ type: type('lateArrival'), request: index, fate }) },
  { weight: 1, arbitrary: fc.record({ type: type('repeatAnswer'), answer: index }) },
  { weight: 3, arbitrary: fc.record({ type: type('confirm') }) },
  { weight: 1, arbitrary: fc.record({ type: type('notify'), payment: index, otherAmount: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ type: type('vend'), outcome: type('yes', 'no', 'unknown') }) },
  { weight: 4, arbitrary: fc.record({ type: type('print'), outcome: type('printed', 'failed', 'unknown') }) },
  { weight: 14, arbitrary: fc.record({ type: type('wait'), ms: fc.constantFrom(100, 3000, 5000, 20_000, 100_000) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: type('powerCut'),
      torn: fc.boolean(),
      unsent: fc.boolean(),
      clockTrusted: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: type('clockConfirmed') }) },
);

const CATALOG: Policy['catalog'] = {
  1: { slot: '01', name: 'Tea', price: { currency: 'CNY', value: '1003' }, channel: '2' },
};

const policy: fc.Arbitrary<Partial<Policy>> = fc.record({
  saleMode: type('host', 'host', 'amount', 'selection'),
  catalog: fc.constant(CATALOG),
  vend: type('device', 'host'),
  hostConfirmMs: fc.constantFrom(0, 30_000),
  vendUnknown: type('refund', 'keep', 'operator'),
  queueLimit: fc.constantFrom(3, 20),
});

/** A machine hands out what it asked for. */
const machinePolicy = policy.map((one): Partial<Policy> => ({ ...one, saleMode: 'mdb', vend: 'device' }));

/** A whole sale in a row: by random events alone few customers would reach the end. */
const atMachine: fc.Arbitrary<readonly Happening[]> = fc.oneof(
  { weight: 8, arbitrary: happening.map((one) => [one]) },
  {
    weight: 1,
    arbitrary: fc.constant<readonly Happening[]>([
      { type: 'door', open: false },
      { type: 'machineAsks' },
      { type: 'code', good: true },
      { type: 'exchange', request: 0, trip: 'good', fate: 'paid' },
      { type: 'vend', outcome: 'yes' },
    ]),
  },
);

const manners: fc.Arbitrary<AcquirerManners> = fc.record({
  cancelsUnknown: fc.boolean(),
  remembersCancels: fc.boolean(),
  cancelPeriodMs: fc.constantFrom(20_000, 86_400_000),
});

const START: readonly Happening[] = [{ type: 'exchange', request: 0, trip: 'good', fate: 'paid' }];

/** Plays a random run and checks every decision. */
function run(policyChange: Partial<Policy>, acquirer: AcquirerManners, happenings: readonly Happening[]): ModelWorld {
  const world = createModelWorld(policyChange, acquirer, checkDecision);
  world.drive.feed({ type: 'booted' });
  world.drive.feed({ type: 'probeAnswered', answer: { kind: 'answered', signature: 'valid', status: 'F', code: 'X' } });
  for (const one of [...START, ...happenings]) {
    if (one.type === 'powerCut') assert.deepEqual(replay(world.drive.records), world.drive.state.book);
    world.happen(one);
  }
  return world;
}

describe('the flow, over random runs with late, lost, repeated and forged answers and power cuts', () => {
  it('keeps its invariants at every decision; replay of the records is the book; ids never repeat', () => {
    const reached = new Set<RecordType>();
    fc.assert(
      fc.property(
        policy,
        manners,
        fc.array(happening, { minLength: 30, maxLength: 120, size: 'max' }),
        (policyChange, acquirer, happenings) => {
          const { drive } = run(policyChange, acquirer, happenings);
          assert.deepEqual(replay(drive.records), drive.state.book);
          const ids = drive.sent('sendPay').map(({ payment }) => payment.paymentRequestId);
          assert.equal(new Set(ids).size, ids.length, 'a payment request id repeats');
          for (const id of ids) assert.match(id, /^(?:\d\d){1,32}$/);
          for (const { type: recordType } of drive.records) reached.add(recordType);
        },
      ),
      { numRuns: 400 },
    );
    /* Otherwise the runs would prove nothing. */
    const missed = EVERY_DAY.filter((recordType) => !reached.has(recordType));
    assert.deepEqual(missed, []);
  });

  it('keeps the book within the retention', () => {
    fc.assert(
      fc.property(
        manners,
        fc.array(happening, { minLength: 50, maxLength: 150, size: 'max' }),
        (acquirer, happenings) => {
          const { drive } = run({ salesKept: 3, vend: 'host' }, acquirer, happenings);
          const { book } = drive.state;
          const busy = new Set(openReversals(book).map(({ saleId }) => saleId));
          const closed = Object.values(book.sales).filter(({ saleId }) => !busy.has(saleId));
          /* Reversals that finished since the last sale started are dropped with the next one. */
          const reversed = closed.filter(({ saleId }) =>
            Object.values(book.reversals).some((reversal) => reversal.saleId === saleId),
          );
          assert.ok(closed.length - reversed.length <= 3, `${closed.length} sales are kept`);
          for (const { saleId } of Object.values(book.reversals))
            assert.ok(book.sales[saleId], 'a reversal without its sale');
        },
      ),
      { numRuns: 150 },
    );
  });

  it('keeps them where a machine asks, too, and leaves no machine without an answer', () => {
    let vended = 0;
    fc.assert(
      fc.property(
        machinePolicy,
        manners,
        fc.array(atMachine, { minLength: 20, maxLength: 60, size: 'max' }),
        (policyChange, acquirer, happenings) => {
          const world = run(policyChange, acquirer, happenings.flat());
          world.calmDown(40 * 60_000);
          checkMoney(world);
          assert.equal(world.asking, undefined, 'a machine waits for ever');
          vended += world.goods.size;
        },
      ),
      { numRuns: 150 },
    );
    assert.ok(vended > 50, `${vended} vends are no proof`);
  });

  it('ends every charge as goods or as money back once the faults stop, and is ready again', () => {
    fc.assert(
      fc.property(
        policy,
        manners,
        fc.array(happening, { minLength: 20, maxLength: 80, size: 'max' }),
        (policyChange, acquirer, happenings) => {
          const world = run(policyChange, acquirer, happenings);
          world.calmDown(40 * 60_000);
          checkMoney(world);
        },
      ),
      { numRuns: 300 },
    );
  });
});

/** Checked with the acquirer's ledger and the goods. */
function checkMoney({ drive, acquirer, goods }: ModelWorld): void {
  const { book, policy: settings } = drive.state;
  const left = openReversals(book).filter(({ manual }) => !manual);
  assert.deepEqual(left, [], 'the queue does not drain');
  const blocked = readiness(drive.state).reasons.filter((reason) => reason !== 'queueFull');
  assert.deepEqual(blocked, [], 'the box does not get ready again');

  for (const sale of Object.values(book.sales)) {
    const reversals = Object.values(book.reversals).filter(({ saleId }) => saleId === sale.saleId);
    const byPerson = reversals.some(({ manual, end }) => manual || end?.how === 'settledByHand');
    const kept = sale.attempts.reduce((sum, { paymentRequestId }) => sum + acquirer.kept(paymentRequestId), 0);
    if (byPerson) continue;
    const paid = sale.attempts.at(-1)?.paymentRequestId;
    const back = reversals.reduce(
      (sum, { amount, paymentRequestId }) => sum + (paymentRequestId === paid ? Number(amount.value) : 0),
      0,
    );
    if (sale.state === 'settled') assert.equal(kept, Number(sale.amount.value) - back, `settled sale ${sale.saleId}`);
    else assert.equal(kept, 0, `${sale.state} sale ${sale.saleId} was charged`);
    if (settings.vend === 'host') continue;
    const alarmed = drive
      .sent('raiseAlarm')
      .some(({ alarm, detail }) => alarm === 'vendUnknown' && detail === sale.saleId);
    if (goods.has(sale.saleId) !== (sale.state === 'settled')) assert.ok(alarmed, 'goods and money differ unnoticed');
  }
  const known = new Set(Object.values(book.sales).flatMap(({ attempts }) => attempts.map((a) => a.paymentRequestId)));
  for (const id of acquirer.accounts.keys()) assert.ok(known.has(id), 'a charge that flash does not know of');
}
