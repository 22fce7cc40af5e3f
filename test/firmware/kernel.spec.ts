import assert from 'node:assert/strict';
import { DEFERRED_LIMIT } from '../../firmware/kernel.js';
import { EMPTY_BOOK } from '../../flows/book.js';
import type { CallAnswer } from '../../flows/call-answer.js';
import { replay } from '../../flows/fold.js';
import { CODE, cny, createPolicy, paid } from '../flows/builders.js';
import { createTestTerminal, type TestTerminal } from './test-terminal.js';

/** Booted, and the acquirer has answered. A machine delivers. */
function createReadyTerminal(): TestTerminal {
  const terminal = createTestTerminal(createPolicy());
  terminal.boot();
  terminal.log.length = 0;
  return terminal;
}

function order(terminal: TestTerminal, orderId = 'order-1'): CallAnswer[] {
  const answers: CallAnswer[] = [];
  terminal.kernel.ask({ type: 'saleRequested', orderId, amount: cny('1250') }, (answer) => answers.push(answer));
  return answers;
}

function saleState(terminal: TestTerminal): string | undefined {
  return Object.values(terminal.kernel.state.book.sales).at(-1)?.state;
}

describe('kernel', () => {
  describe('write barrier', () => {
    it('runs no effect and publishes nothing before the records are durable', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.log.length = 0;
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      assert.deepEqual(terminal.log, []);
      assert.equal(saleState(terminal), 'awaitingCode');
      terminal.journal.resume();
      assert.deepEqual(terminal.log, ['traced:codeScanned', 'sendPay']);
      assert.equal(saleState(terminal), 'paying');
      assert.equal(terminal.journal.records.at(-1)?.type, 'paymentStarted');
    });

    it('finds every effect durable at the moment it runs', () => {
      const terminal = createReadyTerminal();
      const seen: string[] = [];
      terminal.onEffect = (effect) => {
        const book = replay(terminal.journal.records);
        seen.push(`${effect.type} ${Object.values(book.sales)[0]?.state}`);
      };
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      const paymentRequestId = Object.values(terminal.kernel.state.book.sales)[0]?.attempts[0]?.paymentRequestId ?? '';
      terminal.kernel.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      assert.deepEqual(seen, ['sendPay paying', 'startVend vending']);
    });

    it('lets nothing out after a failed commit, and decides nothing any more', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.log.length = 0;
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      terminal.journal.fail();
      assert.equal(terminal.flashFailures.length, 1);
      terminal.kernel.feed({ type: 'keyPressed', key: '*' });
      terminal.clock.advance(600_000);
      assert.deepEqual(terminal.log, []);
      assert.equal(saleState(terminal), 'awaitingCode');
      assert.equal(terminal.clock.timers(), 0);
    });
  });

  describe('a stop', () => {
    it('during a commit lets nothing out of it, though it succeeds', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.log.length = 0;
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      terminal.kernel.stop();
      terminal.journal.resume();
      assert.deepEqual([terminal.log, saleState(terminal), terminal.clock.timers()], [[], 'awaitingCode', 0]);
    });

    it('by an effect is the end of what waited', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.journal.pause();
      terminal.onEffect = () => terminal.kernel.stop();
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      terminal.kernel.feed({ type: 'keyPressed', key: '*' });
      terminal.log.length = 0;
      terminal.journal.resume();
      terminal.kernel.feed({ type: 'keyPressed', key: '*' });
      assert.deepEqual([terminal.log, saleState(terminal)], [['traced:codeScanned', 'sendPay'], 'paying']);
    });
  });

  describe('a close', () => {
    const closed = (terminal: TestTerminal): (() => number) => {
      let times = 0;
      terminal.kernel.close(() => {
        times += 1;
      });
      return () => times;
    };

    it('makes durable what was answered and waited for the next commit', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      assert.ok(!terminal.journal.records.some(({ type }) => type === 'saleStarted'), 'it waits');
      terminal.journal.pause();
      const times = closed(terminal);
      assert.equal(times(), 0, 'not before it is durable');
      terminal.journal.resume();
      assert.equal(times(), 1);
      assert.equal(terminal.journal.records.at(-1)?.type, 'saleStarted');
      assert.deepEqual(replay(terminal.journal.records, EMPTY_BOOK).sales, terminal.kernel.state.book.sales);
    });

    it('waits for the commit under way, of which nothing comes out', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.log.length = 0;
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      const times = closed(terminal);
      assert.equal(times(), 0);
      terminal.journal.resume();
      assert.deepEqual([times(), terminal.log, terminal.clock.timers()], [1, [], 0]);
      assert.equal(terminal.journal.records.at(-1)?.type, 'paymentStarted');
    });

    it('writes nothing where nothing waits, and ends later', () => {
      const terminal = createReadyTerminal();
      const commits = terminal.journal.commits();
      const times = closed(terminal);
      assert.equal(times(), 0);
      terminal.clock.advance(0);
      assert.deepEqual([times(), terminal.journal.commits()], [1, commits]);
    });

    it('that the journal fails is told as any failure, and never ends', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.journal.pause();
      const times = closed(terminal);
      terminal.journal.fail();
      assert.deepEqual(
        [times(), terminal.flashFailures.map(({ message }) => message)],
        [0, ['the card reports an error']],
      );
    });
  });

  describe('inputs during a commit', () => {
    it('wait, keep their order and share the next commit', () => {
      const terminal = createReadyTerminal();
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      const commits = terminal.journal.commits();
      const answers = order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: 'b' });
      assert.deepEqual([answers, terminal.log], [[], []]);
      terminal.journal.resume();
      assert.equal(terminal.journal.commits(), commits + 2);
      assert.deepEqual(
        terminal.journal.records.slice(-4).map((record) => record.type),
        ['agentTokenReceived', 'saleStarted', 'paymentStarted', 'agentTokenReceived'],
      );
      assert.equal(answers.length, 1);
      assert.deepEqual(
        terminal.log.filter((word) => word.startsWith('traced')),
        ['traced:agentTokenNotified', 'traced:saleRequested', 'traced:codeScanned', 'traced:agentTokenNotified'],
      );
    });

    it('that come from an effect are taken after it, not inside it', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.log.length = 0;
      terminal.onEffect = (effect) => {
        if (effect.type !== 'sendPay') return;
        const { paymentRequestId } = effect.payment;
        terminal.kernel.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
        assert.equal(saleState(terminal), 'paying');
      };
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      assert.equal(saleState(terminal), 'vending');
      assert.deepEqual(terminal.log, ['traced:codeScanned', 'sendPay', 'traced:payAnswered', 'startVend']);
    });

    it('more than the inbox holds are refused', () => {
      const terminal = createReadyTerminal();
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      for (let i = 0; i < 10_000; i += 1) terminal.kernel.feed({ type: 'codeUnclear' });
      assert.throws(() => terminal.kernel.feed({ type: 'codeUnclear' }), /more than 10000 inputs wait/);
    });
  });

  describe('records that may wait', () => {
    it('cost no commit, and ride along with the next one in their place', () => {
      const terminal = createReadyTerminal();
      const commits = terminal.journal.commits();
      order(terminal);
      assert.equal(terminal.journal.commits(), commits);
      assert.equal(saleState(terminal), 'awaitingCode');
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      assert.equal(terminal.journal.commits(), commits + 1);
      assert.deepEqual(
        terminal.journal.records.slice(-2).map((record) => record.type),
        ['saleStarted', 'paymentStarted'],
      );
      assert.deepEqual(replay(terminal.journal.records), terminal.kernel.state.book);
    });

    it('are committed when too many of them wait', () => {
      const terminal = createReadyTerminal();
      const commits = terminal.journal.commits();
      for (let i = 0; i <= DEFERRED_LIMIT / 2; i += 1) {
        order(terminal, `order-${i}`);
        terminal.kernel.feed({ type: 'keyPressed', key: '*' });
      }
      assert.equal(terminal.journal.commits(), commits + 1);
    });
  });

  describe('timers', () => {
    it('fire when they are due, one after the other', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      terminal.log.length = 0;
      terminal.clock.advance(4999);
      assert.deepEqual(terminal.log, []);
      terminal.clock.advance(1);
      assert.deepEqual(terminal.log, ['traced:timerFired', 'sendInquiry']);
      terminal.clock.advance(6000);
      assert.equal(terminal.log.filter((word) => word === 'sendInquiry').length, 3);
    });

    it('that fall due during a commit are decided after it', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      terminal.log.length = 0;
      terminal.clock.advance(7000);
      assert.deepEqual(terminal.log, []);
      terminal.journal.resume();
      terminal.clock.advance(0);
      assert.equal(terminal.log.filter((word) => word === 'sendInquiry').length, 1);
    });

    it('fire the earliest first, whichever was set last', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.clock.advance(55_000);
      terminal.kernel.feed({ type: 'codeScanned', code: 'no code' });
      terminal.clock.advance(4999);
      assert.equal(saleState(terminal), 'awaitingCode');
      terminal.clock.advance(1);
      assert.equal(saleState(terminal), 'cancelled');
    });

    it('that fell due during a commit fire in the order of their deadlines', () => {
      const terminal = createReadyTerminal();
      const fired: string[] = [];
      const stop = terminal.kernel.onChange(({ live }, before) => {
        const gone = Object.keys(before.live.timers).filter((timer) => !(timer in live.timers));
        fired.push(...gone);
      });
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: 'no code' });
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      terminal.clock.advance(300_000);
      terminal.journal.resume();
      terminal.clock.advance(0);
      stop();
      assert.deepEqual(fired, ['notice', 'codeWait']);
    });

    it('never need more than one timer of the host', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: 'no code' });
      assert.ok(Object.keys(terminal.kernel.state.live.timers).length > 1);
      assert.equal(terminal.clock.timers(), 1);
    });

    it('are silent once the kernel is stopped', () => {
      const terminal = createReadyTerminal();
      terminal.kernel.stop();
      assert.equal(terminal.clock.timers(), 0);
    });
  });

  describe('callers', () => {
    it('are answered once, after the commit that the answer rests on', () => {
      const terminal = createReadyTerminal();
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      const { saleId } = Object.values(terminal.kernel.state.book.sales)[0] ?? { saleId: '' };
      terminal.journal.pause();
      const answers: CallAnswer[] = [];
      terminal.kernel.ask({ type: 'cancelRequested', saleId }, (answer) => answers.push(answer));
      assert.deepEqual(answers, []);
      terminal.journal.resume();
      terminal.clock.advance(60_000);
      assert.deepEqual(answers, [{ kind: 'sale', saleId, created: false }]);
    });

    it('are each told their own answer', () => {
      const terminal = createReadyTerminal();
      terminal.journal.pause();
      terminal.kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' });
      const [first, second] = [order(terminal, 'order-1'), order(terminal, 'order-2')];
      terminal.journal.resume();
      assert.deepEqual(
        [first, second].map((answers) => answers.map(({ kind }) => kind)),
        [['sale'], ['conflict']],
      );
    });
  });

  describe('listeners', () => {
    it('see the state before and after, until they are taken off', () => {
      const terminal = createReadyTerminal();
      const seen: (string | undefined)[] = [];
      const stop = terminal.kernel.onChange((state, before) => {
        assert.notEqual(state, before);
        seen.push(Object.values(state.book.sales).at(-1)?.state);
      });
      order(terminal);
      terminal.kernel.feed({ type: 'codeScanned', code: CODE });
      stop();
      terminal.kernel.feed({ type: 'keyPressed', key: '*' });
      assert.deepEqual(seen, ['awaitingCode', 'paying']);
    });
  });
});
