import { createKernel, type Executors, type Kernel } from '../../firmware/kernel.js';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { type Book, EMPTY_BOOK } from '../../flows/book.js';
import type { Effect } from '../../flows/effect.js';
import type { Policy } from '../../flows/policy.js';
import { initialState } from '../../flows/terminal-state.js';
import { createPolicy } from '../flows/builders.js';
import { createMemoryJournal, type MemoryJournal } from './memory-journal.js';
import { createVirtualClock, type VirtualClock } from './virtual-clock.js';

type Executed = Exclude<Effect, { type: 'answerCall' }>;

/**
 * A kernel with the real flow, a clock that is moved by hand, a journal in memory that can be held up, and executors that
 * only record what they are asked to do.
 */
export interface TestTerminal {
  readonly kernel: Kernel;
  readonly clock: VirtualClock;
  readonly journal: MemoryJournal;
  /** Everything the executors were asked for, oldest first. */
  readonly effects: readonly Executed[];
  /** Why inputs were ignored, in order. */
  readonly ignored: readonly string[];
  /** What ran and was traced, in order: effect types, and `traced:` with input types. */
  readonly log: string[];
  readonly flashFailures: readonly Error[];
  /** Called for each effect as it runs. */
  onEffect: (effect: Effect) => void;
  /** The newest effect of a type; throws where there is none. */
  last<T extends Executed['type']>(type: T): Extract<Executed, { type: T }>;
  /** Feeds the boot and a verified answer to its probe: the terminal is ready then, where no fault is fed. */
  boot(): void;
  /** Answers the newest pay request. */
  answerPay(answer: AcquirerAnswer): void;
  /** Answers the newest reversal request. */
  answerReversal(answer: AcquirerAnswer): void;
}

/** With a host that delivers, no printer and no scanner: nothing has to be fed before a sale. */
export function testPolicy(change: Partial<Policy> = {}): Policy {
  const bare = { vend: 'host', printerPresent: false, printerRequired: false, scannerRequired: false } as const;
  return createPolicy({ terminalNumber: '42', ...bare, ...change });
}

/** A verified answer of the acquirer: success, unless changed. */
export function answered(change: Partial<Extract<AcquirerAnswer, { kind: 'answered' }>> = {}): AcquirerAnswer {
  return { kind: 'answered', signature: 'valid', status: 'S', code: 'SUCCESS', ...change };
}

export function createTestTerminal(policy: Policy = testPolicy(), book: Book = EMPTY_BOOK): TestTerminal {
  const clock = createVirtualClock();
  const journal = createMemoryJournal();
  const effects: Executed[] = [];
  const ignored: string[] = [];
  const log: string[] = [];
  const flashFailures: Error[] = [];
  let inputs = 0;
  const run = (effect: Executed): void => {
    effects.push(effect);
    log.push(effect.type);
    terminal.onEffect(effect);
  };
  const executors: Executors = {
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
  };
  const kernel = createKernel({
    clock,
    journal,
    executors,
    state: initialState(policy, book),
    momentOf: () => {
      inputs += 1;
      return {
        atMs: clock.monotonicMs(),
        wallMs: clock.wallMs(),
        clockTrusted: true,
        utcOffsetMinutes: 480,
        /* Looks random, differs each time. */
        randomDigits: `${(inputs * 7_368_787_391) % 10_000_000_000}`.padStart(10, '0'),
      };
    },
    trace: ({ type }, { ignored: reason }) => {
      log.push(`traced:${type}`);
      if (reason !== undefined) ignored.push(reason);
    },
    flashFailed: (error) => flashFailures.push(error),
  });

  function last<T extends Executed['type']>(type: T): Extract<Executed, { type: T }> {
    const found = effects.findLast((effect) => effect.type === type);
    if (found === undefined) throw new Error(`no ${type} so far`);
    return found as Extract<Executed, { type: T }>;
  }

  const terminal: TestTerminal = {
    kernel,
    clock,
    journal,
    effects,
    ignored,
    log,
    flashFailures,
    onEffect: () => undefined,
    last,
    boot() {
      kernel.feed({ type: 'booted' });
      kernel.feed({ type: 'probeAnswered', answer: answered({ status: 'F', code: 'ORDER_NOT_EXIST' }) });
    },
    answerPay(answer) {
      const { paymentRequestId } = last('sendPay').payment;
      kernel.feed({ type: 'payAnswered', paymentRequestId, answer });
    },
    answerReversal(answer) {
      const { exchange, reversalId } = last('sendReversal');
      kernel.feed({ type: 'reversalAnswered', exchange, reversalId, answer });
    },
  };
  return terminal;
}
