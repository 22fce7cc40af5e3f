import type { Clock, Timer } from '../drivers/host.js';
import type { CallAnswer } from '../flows/call-answer.js';
import type { Effect } from '../flows/effect.js';
import type { Event, Input, TimerName } from '../flows/input.js';
import type { Moment } from '../flows/moment.js';
import { isDeferrable, type TerminalRecord } from '../flows/record.js';
import { type Step, step } from '../flows/step.js';
import type { TerminalState } from '../flows/terminal-state.js';

/**
 * Feeds inputs to the flow one at a time and runs what it decides.
 *
 * Invariants
 * - Write barrier: no effect of an input runs before every record of it is durable. Only records that can be
 *   lost without harm may wait for the next commit.
 * - `state` is what is published: it is never ahead of flash. While a commit is under way, decisions wait.
 * - Inputs are taken in the order they arrived; the ones that arrived during a commit share the next one.
 * - After a failed commit nothing more is decided and no effect runs: the process has to restart.
 */
export interface Kernel {
  readonly state: TerminalState;
  /** `done` is called once, when the decision on the event is durable and published; never where that failed. */
  feed(event: Event, done?: () => void): void;
  /** Feeds an event with a caller. `answered` is called once, after the commit. */
  ask(call: Call, answered: (answer: CallAnswer) => void): void;
  /** `listener` is called after each batch of decisions is published. Returns the function that removes it. */
  onChange(listener: (state: TerminalState, before: TerminalState) => void): () => void;
  /** Takes no more inputs and fires no more timers. */
  stop(): void;
  /**
   * Stops, and commits the deferred records, since callers have got answers that depend on them. `closed` is called once,
   * later; never where the journal fails.
   */
  close(closed: () => void): void;
}

/** An event with a caller; the kernel assigns its `callId`. */
export type Call<E extends Event = Event> = E extends { readonly callId: string } ? Omit<E, 'callId'> : never;

/** One function for each kind of effect; the compiler keeps the map complete. */
export type Executors = {
  readonly [T in Exclude<Effect['type'], 'answerCall'>]: (effect: Extract<Effect, { type: T }>) => void;
};

/** Where records become durable. */
export interface Journal {
  commit(records: readonly TerminalRecord[], stateAfter: TerminalState['book'], done: (error?: Error) => void): void;
}

export interface KernelParts {
  readonly clock: Clock;
  /** Called for each event in order, before its decision. An answer of the acquirer may confirm the clock here. */
  readonly momentOf: (event: Event) => Moment;
  readonly journal: Journal;
  readonly executors: Executors;
  readonly state: TerminalState;
  /** Called with every input and the state before its decision, also where the decision then fails. */
  readonly beforeDecision?: (input: Input, before: TerminalState) => void;
  /** Called with each state as it is published, before the effects of its decisions run and anybody is answered. */
  readonly beforeEffects?: (state: TerminalState) => void;
  /** Called with every decision, in order, once it is published. */
  readonly trace: (input: Input, decision: Step) => void;
  /** The journal failed: nothing can be promised any more. */
  readonly flashFailed: (error: Error) => void;
}

interface InboxEntry {
  readonly event: Event;
  readonly done: (() => void) | undefined;
}

/** How many events may wait. Only a faulty source reaches it. */
const INBOX_LIMIT = 10_000;

/** How many records may wait for a commit: a host app that only starts and cancels sales must not fill the memory. */
export const DEFERRED_LIMIT = 100;

export function createKernel(parts: KernelParts): Kernel {
  const { clock, journal, executors } = parts;
  let published = parts.state;
  let inbox: InboxEntry[] = [];
  let deferred: TerminalRecord[] = [];
  /* The state after all records so far, durable or not. */
  let newest = parts.state;
  let busy = false;
  let stopped = false;
  let wakeUp: Timer | undefined;
  let wakeUpAtMs = Number.POSITIVE_INFINITY;
  let calls = 0;
  const callers = new Map<string, (answer: CallAnswer) => void>();
  const listeners = new Set<(state: TerminalState, before: TerminalState) => void>();

  function feed(event: Event, done?: () => void): void {
    if (stopped) return;
    if (inbox.length >= INBOX_LIMIT) throw new Error(`more than ${INBOX_LIMIT} inputs wait`);
    inbox.push({ event, done });
    pump();
  }

  function pump(): void {
    while (!busy && !stopped && inbox.length > 0) {
      busy = true;
      const batch = inbox;
      inbox = [];
      decide(batch);
    }
  }

  function decide(batch: readonly InboxEntry[]): void {
    let state = published;
    const decisions: [Input, Step][] = [];
    const records: TerminalRecord[] = [];
    for (const { event } of batch) {
      const input: Input = { ...event, at: parts.momentOf(event) };
      parts.beforeDecision?.(input, state);
      const decision = step(state, input);
      decisions.push([input, decision]);
      records.push(...decision.records);
      state = decision.state;
    }
    newest = state;
    const finish = (): void => {
      publish(state, decisions);
      for (const { done } of batch) done?.();
      busy = false;
    };
    if (records.every(isDeferrable) && deferred.length + records.length <= DEFERRED_LIMIT) {
      deferred.push(...records);
      return finish();
    }
    const all = [...deferred, ...records];
    deferred = [];
    journal.commit(all, state.book, (error) => {
      if (stopped) return;
      if (error !== undefined) {
        stop();
        return parts.flashFailed(error);
      }
      finish();
      pump();
    });
  }

  function publish(state: TerminalState, decisions: readonly [Input, Step][]): void {
    const before = published;
    published = state;
    setWakeUp();
    parts.beforeEffects?.(state);
    for (const [input, decision] of decisions) {
      parts.trace(input, decision);
      for (const effect of decision.effects) run(effect);
    }
    for (const listener of [...listeners]) listener(state, before);
  }

  function run(effect: Effect): void {
    if (effect.type === 'answerCall') {
      const answered = callers.get(effect.callId);
      callers.delete(effect.callId);
      answered?.(effect.answer);
      return;
    }
    /* The map is complete by its type; the compiler cannot follow the correlation. */
    const execute = executors[effect.type] as (effect: Effect) => void;
    execute(effect);
  }

  /** One host timer for the earliest deadline in the state. */
  function setWakeUp(): void {
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const deadlineMs of Object.values(published.live.timers)) {
      if (deadlineMs !== undefined && deadlineMs < earliestMs) earliestMs = deadlineMs;
    }
    if (earliestMs === wakeUpAtMs) return;
    wakeUp?.cancel();
    wakeUp = undefined;
    wakeUpAtMs = earliestMs;
    if (earliestMs === Number.POSITIVE_INFINITY) return;
    wakeUp = clock.after(Math.max(0, earliestMs - clock.monotonicMs()), fireDue);
  }

  function fireDue(): void {
    wakeUp = undefined;
    wakeUpAtMs = Number.POSITIVE_INFINITY;
    if (stopped) return;
    /* A decision under way will set the timer again when it is published. */
    if (busy) return;
    const nowMs = clock.monotonicMs();
    const due = (Object.entries(published.live.timers) as [TimerName, number][])
      .filter(([, deadlineMs]) => deadlineMs <= nowMs)
      .sort(([, a], [, b]) => a - b);
    const first = due[0];
    if (first === undefined) return setWakeUp();
    /* One at a time: what the first decides may move the others. */
    feed({ type: 'timerFired', timer: first[0] });
  }

  function ask(call: Call, answered: (answer: CallAnswer) => void): void {
    calls += 1;
    const callId = `call-${calls}`;
    callers.set(callId, answered);
    feed({ ...call, callId } as Event);
  }

  function stop(): void {
    stopped = true;
    wakeUp?.cancel();
    inbox = [];
  }

  function close(closed: () => void): void {
    stop();
    const waiting = deferred;
    deferred = [];
    /* Nothing to write and no commit under way. A terminal without a journal always ends here. */
    if (waiting.length === 0 && !busy) return void clock.after(0, closed);
    journal.commit(waiting, newest.book, (error) => (error === undefined ? closed() : parts.flashFailed(error)));
  }

  return {
    get state() {
      return published;
    },
    feed,
    ask,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop,
    close,
  };
}
