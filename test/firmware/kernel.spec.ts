import assert from 'node:assert/strict';
import { createKernel, DEFERRED_LIMIT, type Kernel } from '../../firmware/kernel.js';
import { EMPTY_BOOK, replay } from '../../flows/book.js';
import type { CallAnswer } from '../../flows/call-answer.js';
import type { Effect } from '../../flows/effect.js';
import { initialState } from '../../flows/terminal-state.js';
import { CODE, cny, createMoment, createPolicy, failure, paid } from '../flows/builders.js';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.js';
import { createVirtualClock, type VirtualClock } from './virtual-clock.js';

interface Rig {
  readonly kernel: Kernel;
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  /** What ran and was traced, in order: effect types, and `traced:` inputs. */
  readonly log: string[];
  readonly failures: Error[];
  /** Called for each effect as it runs. */
  onEffect: (effect: Effect) => void;
}

/** A kernel with a real flow, a clock that is moved by hand and a journal that can be held up. */
function createRig(): Rig {
  const clock = createVirtualClock();
  const journal = createMemoryJournal();
  const log: string[] = [];
  const failures: Error[] = [];
  let digits = 1_000_000_000;
  const run = (effect: Effect): void => {
    log.push(effect.type);
    rig.onEffect(effect);
  };
  const kernel = createKernel({
    clock,
    journal,
    momentOf: () => {
      digits += 1;
      return createMoment({ atMs: clock.monotonicMs(), wallMs: clock.wallMs(), randomDigits: `${digits}` });
    },
    executors: {
      sendPay: run,
      sendInquiry: run,
      sendReversal: run,
      sendProbe: run,
      tryConnection: run,
      startVend: run,
      refuseSelection: run,
      printReceipt: run,
      noteRefusal: run,
      raiseAlarm: run,
    },
    state: initialState(createPolicy(), EMPTY_BOOK),
    trace: (input) => log.push(`traced:${input.type}`),
    flashFailed: (error) => failures.push(error),
  });
  const rig: Rig = { kernel, clock, journal, log, failures, onEffect: () => {} };
  return rig;
}

/** Booted, and the acquirer has answered. */
function createReadyRig(): Rig {
  const rig = createRig();
  rig.kernel.feed({ type: 'booted' });
  rig.kernel.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
  rig.log.length = 0;
  return rig;
}

function order(rig: Rig, orderId = 'order-1'): CallAnswer[] {
  const answers: CallAnswer[] = [];
  rig.kernel.ask({ type: 'saleRequested', orderId, amount: cny('1250') }, (answer) => answers.push(answer));
  return answers;
}

function saleState(rig: Rig): string | undefined {
  return Object.values(rig.kernel.state.book.sales).at(-1)?.state;
}

describe('kernel', () => {
  describe('write barrier', () => {
    it('runs no effect and publishes nothing before the records are durable', () => {
      const rig = createReadyRig();
      order(rig);
      rig.log.length = 0;
      rig.journal.pause();
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      assert.deepEqual(rig.log, []);
      assert.equal(saleState(rig), 'awaitingCode');
      rig.journal.resume();
      assert.deepEqual(rig.log, ['traced:codeScanned', 'sendPay']);
      assert.equal(saleState(rig), 'paying');
      assert.equal(rig.journal.records.at(-1)?.type, 'paymentStarted');
    });

    it('finds every effect durable at the moment it runs', () => {
      const rig = createReadyRig();
      const seen: string[] = [];
      rig.onEffect = (effect) => {
        const book = replay(rig.journal.records);
        seen.push(`${effect.type} ${Object.values(book.sales)[0]?.state}`);
      };
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      const paymentRequestId = Object.values(rig.kernel.state.book.sales)[0]?.attempts[0]?.paymentRequestId ?? '';
      rig.kernel.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      assert.deepEqual(seen, ['sendPay paying', 'startVend vending']);
    });

    it('lets nothing out after a failed commit, and decides nothing any more', () => {
      const rig = createReadyRig();
      order(rig);
      rig.log.length = 0;
      rig.journal.pause();
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      rig.journal.fail();
      assert.equal(rig.failures.length, 1);
      rig.kernel.feed({ type: 'keyPressed', key: '*' });
      rig.clock.advance(600_000);
      assert.deepEqual(rig.log, []);
      assert.equal(saleState(rig), 'awaitingCode');
      assert.equal(rig.clock.timers(), 0);
    });
  });

  describe('a stop', () => {
    it('during a commit lets nothing out of it, though it succeeds', () => {
      const rig = createReadyRig();
      order(rig);
      rig.log.length = 0;
      rig.journal.pause();
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      rig.kernel.stop();
      rig.journal.resume();
      assert.deepEqual([rig.log, saleState(rig), rig.clock.timers()], [[], 'awaitingCode', 0]);
    });

    it('by an effect is the end of what waited', () => {
      const rig = createReadyRig();
      order(rig);
      rig.journal.pause();
      rig.onEffect = () => rig.kernel.stop();
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      rig.kernel.feed({ type: 'keyPressed', key: '*' });
      rig.log.length = 0;
      rig.journal.resume();
      rig.kernel.feed({ type: 'keyPressed', key: '*' });
      assert.deepEqual([rig.log, saleState(rig)], [['traced:codeScanned', 'sendPay'], 'paying']);
    });
  });

  describe('a close', () => {
    const closed = (rig: Rig): (() => number) => {
      let times = 0;
      rig.kernel.close(() => {
        times += 1;
      });
      return () => times;
    };

    it('makes durable what was answered and waited for the next commit', () => {
      const rig = createReadyRig();
      order(rig);
      assert.ok(!rig.journal.records.some(({ type }) => type === 'saleStarted'), 'it waits');
      rig.journal.pause();
      const times = closed(rig);
      assert.equal(times(), 0, 'not before it is durable');
      rig.journal.resume();
      assert.equal(times(), 1);
      assert.equal(rig.journal.records.at(-1)?.type, 'saleStarted');
      assert.deepEqual(replay(rig.journal.records, EMPTY_BOOK).sales, rig.kernel.state.book.sales);
    });

    it('waits for the commit under way, of which nothing comes out', () => {
      const rig = createReadyRig();
      order(rig);
      rig.log.length = 0;
      rig.journal.pause();
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      const times = closed(rig);
      assert.equal(times(), 0);
      rig.journal.resume();
      assert.deepEqual([times(), rig.log, rig.clock.timers()], [1, [], 0]);
      assert.equal(rig.journal.records.at(-1)?.type, 'paymentStarted');
    });

    it('writes nothing where nothing waits, and ends later', () => {
      const rig = createReadyRig();
      const commits = rig.journal.commits();
      const times = closed(rig);
      assert.equal(times(), 0);
      rig.clock.advance(0);
      assert.deepEqual([times(), rig.journal.commits()], [1, commits]);
    });

    it('that the journal fails is told as any failure, and never ends', () => {
      const rig = createReadyRig();
      order(rig);
      rig.journal.pause();
      const times = closed(rig);
      rig.journal.fail();
      assert.deepEqual([times(), rig.failures.map(({ message }) => message)], [0, ['the card reports an error']]);
    });
  });

  describe('inputs during a commit', () => {
    it('wait, keep their order and share the next commit', () => {
      const rig = createReadyRig();
      rig.journal.pause();
      rig.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      const commits = rig.journal.commits();
      const answers = order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      rig.kernel.feed({ type: 'agentTokenNotified', accessToken: 'b' });
      assert.deepEqual([answers, rig.log], [[], []]);
      rig.journal.resume();
      assert.equal(rig.journal.commits(), commits + 2);
      assert.deepEqual(
        rig.journal.records.slice(-4).map((record) => record.type),
        ['agentTokenReceived', 'saleStarted', 'paymentStarted', 'agentTokenReceived'],
      );
      assert.equal(answers.length, 1);
      assert.deepEqual(
        rig.log.filter((word) => word.startsWith('traced')),
        ['traced:agentTokenNotified', 'traced:saleRequested', 'traced:codeScanned', 'traced:agentTokenNotified'],
      );
    });

    it('that come from an effect are taken after it, not inside it', () => {
      const rig = createReadyRig();
      order(rig);
      rig.log.length = 0;
      rig.onEffect = (effect) => {
        if (effect.type !== 'sendPay') return;
        const { paymentRequestId } = effect.payment;
        rig.kernel.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
        assert.equal(saleState(rig), 'paying');
      };
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      assert.equal(saleState(rig), 'vending');
      assert.deepEqual(rig.log, ['traced:codeScanned', 'sendPay', 'traced:payAnswered', 'startVend']);
    });

    it('more than the inbox holds are refused', () => {
      const rig = createReadyRig();
      rig.journal.pause();
      rig.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      for (let i = 0; i < 10_000; i += 1) rig.kernel.feed({ type: 'codeUnclear' });
      assert.throws(() => rig.kernel.feed({ type: 'codeUnclear' }), /more than 10000 inputs wait/);
    });
  });

  describe('records that may wait', () => {
    it('cost no commit, and ride along with the next one in their place', () => {
      const rig = createReadyRig();
      const commits = rig.journal.commits();
      order(rig);
      assert.equal(rig.journal.commits(), commits);
      assert.equal(saleState(rig), 'awaitingCode');
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      assert.equal(rig.journal.commits(), commits + 1);
      assert.deepEqual(
        rig.journal.records.slice(-2).map((record) => record.type),
        ['saleStarted', 'paymentStarted'],
      );
      assert.deepEqual(replay(rig.journal.records), rig.kernel.state.book);
    });

    it('are committed when too many of them wait', () => {
      const rig = createReadyRig();
      const commits = rig.journal.commits();
      for (let i = 0; i <= DEFERRED_LIMIT / 2; i += 1) {
        order(rig, `order-${i}`);
        rig.kernel.feed({ type: 'keyPressed', key: '*' });
      }
      assert.equal(rig.journal.commits(), commits + 1);
    });
  });

  describe('timers', () => {
    it('fire when they are due, one after the other', () => {
      const rig = createReadyRig();
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      rig.log.length = 0;
      rig.clock.advance(4999);
      assert.deepEqual(rig.log, []);
      rig.clock.advance(1);
      assert.deepEqual(rig.log, ['traced:timerFired', 'sendInquiry']);
      rig.clock.advance(6000);
      assert.equal(rig.log.filter((word) => word === 'sendInquiry').length, 3);
    });

    it('that fall due during a commit are decided after it', () => {
      const rig = createReadyRig();
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      rig.journal.pause();
      rig.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      rig.log.length = 0;
      rig.clock.advance(7000);
      assert.deepEqual(rig.log, []);
      rig.journal.resume();
      rig.clock.advance(0);
      assert.equal(rig.log.filter((word) => word === 'sendInquiry').length, 1);
    });

    it('fire the earliest first, whichever was set last', () => {
      const rig = createReadyRig();
      order(rig);
      rig.clock.advance(55_000);
      rig.kernel.feed({ type: 'codeScanned', code: 'no code' });
      rig.clock.advance(4999);
      assert.equal(saleState(rig), 'awaitingCode');
      rig.clock.advance(1);
      assert.equal(saleState(rig), 'cancelled');
    });

    it('that fell due during a commit fire in the order of their deadlines', () => {
      const rig = createReadyRig();
      const fired: string[] = [];
      const stop = rig.kernel.onChange(({ live }, before) => {
        const gone = Object.keys(before.live.timers).filter((timer) => !(timer in live.timers));
        fired.push(...gone);
      });
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: 'no code' });
      rig.journal.pause();
      rig.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      rig.clock.advance(300_000);
      rig.journal.resume();
      rig.clock.advance(0);
      stop();
      assert.deepEqual(fired, ['notice', 'codeWait']);
    });

    it('never need more than one timer of the host', () => {
      const rig = createReadyRig();
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: 'no code' });
      assert.ok(Object.keys(rig.kernel.state.live.timers).length > 1);
      assert.equal(rig.clock.timers(), 1);
    });

    it('are silent once the kernel is stopped', () => {
      const rig = createReadyRig();
      rig.kernel.stop();
      assert.equal(rig.clock.timers(), 0);
    });
  });

  describe('callers', () => {
    it('are answered once, after the commit that the answer rests on', () => {
      const rig = createReadyRig();
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      const { saleId } = Object.values(rig.kernel.state.book.sales)[0] ?? { saleId: '' };
      rig.journal.pause();
      const answers: CallAnswer[] = [];
      rig.kernel.ask({ type: 'cancelRequested', saleId }, (answer) => answers.push(answer));
      assert.deepEqual(answers, []);
      rig.journal.resume();
      rig.clock.advance(60_000);
      assert.deepEqual(answers, [{ kind: 'sale', saleId, created: false }]);
    });

    it('are each told their own answer', () => {
      const rig = createReadyRig();
      rig.journal.pause();
      rig.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      const [first, second] = [order(rig, 'order-1'), order(rig, 'order-2')];
      rig.journal.resume();
      assert.deepEqual(
        [first, second].map((answers) => answers.map(({ kind }) => kind)),
        [['sale'], ['conflict']],
      );
    });
  });

  describe('listeners', () => {
    it('see the state before and after, until they are taken off', () => {
      const rig = createReadyRig();
      const seen: (string | undefined)[] = [];
      const stop = rig.kernel.onChange((state, before) => {
        assert.notEqual(state, before);
        seen.push(Object.values(state.book.sales).at(-1)?.state);
      });
      order(rig);
      rig.kernel.feed({ type: 'codeScanned', code: CODE });
      stop();
      rig.kernel.feed({ type: 'keyPressed', key: '*' });
      assert.deepEqual(seen, ['awaitingCode', 'paying']);
    });
  });
});
