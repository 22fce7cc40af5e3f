import assert from 'node:assert/strict';
import { EMPTY_BOOK, openSale } from '../../flows/book.js';
import type { Effect } from '../../flows/effect.js';
import { replay } from '../../flows/fold.js';
import type { Event, TimerName } from '../../flows/input.js';
import type { Policy } from '../../flows/policy.js';
import { isDeferrable, type TerminalRecord } from '../../flows/record.js';
import type { Reversal } from '../../flows/reversal.js';
import type { Sale } from '../../flows/sale.js';
import { type Step, step } from '../../flows/step.js';
import { initialState, type TerminalState } from '../../flows/terminal-state.js';
import {
  CODE,
  cny,
  createMoment,
  createPolicy,
  type EffectOf,
  type EffectType,
  effectWords,
  failure,
  NOON_WALL_MS,
  recordWords,
} from './builders.js';

/**
 * Drives the flow as the kernel does, without the kernel: feeds events, fires timers when they are due, and keeps records and
 * effects. Time is a number.
 */
export interface Drive {
  readonly policy: Policy;
  readonly state: TerminalState;
  /** Since the first boot. */
  readonly nowMs: number;
  readonly records: readonly TerminalRecord[];
  readonly effects: readonly Effect[];
  feed(event: Event): Step;
  /** Lets time pass; timers fire in order. Returns their decisions. */
  wait(ms: number): Step[];
  /** Waits until `timer` is due and fires only this one, also where it is not set. */
  fire(timer: TimerName): Step;
  /** A power cut and a boot. The volatile state is lost; with `torn` also the records that waited for a commit. */
  reboot(options?: {
    readonly torn?: boolean;
    readonly policy?: Partial<Policy>;
    readonly clockTrusted?: boolean;
  }): Step;
  setClock(clock: { readonly trusted?: boolean; readonly aheadMs?: number; readonly utcOffsetMinutes?: number }): void;
  /** All effects of a type so far. */
  sent<T extends EffectType>(type: T): EffectOf<T>[];
  lastSent<T extends EffectType>(type: T): EffectOf<T>;
  /** The last sale started. */
  sale(): Sale;
  /** The last reversal started. */
  reversal(): Reversal;
  /** The effects since the last call of `news`, as words. */
  news(): string;
}

export function createDrive(change: Partial<Policy> = {}): Drive {
  let policy = createPolicy(change);
  let state = initialState(policy, EMPTY_BOOK);
  let nowMs = 0;
  let bootedAtMs = 0;
  let clockTrusted = true;
  let aheadMs = 0;
  let utcOffsetMinutes = 480;
  let seed = 1;
  let durable = 0;
  let seen = 0;
  const records: TerminalRecord[] = [];
  const effects: Effect[] = [];

  function feed(event: Event): Step {
    seed = (seed * 48_271) % 2_147_483_647;
    /* The last digits of such a number differ more than the first ones. */
    const randomDigits = [...`${seed}`.padStart(10, '0')].reverse().join('');
    const wallMs = NOON_WALL_MS + nowMs + aheadMs;
    const at = createMoment({ atMs: nowMs - bootedAtMs, wallMs, clockTrusted, utcOffsetMinutes, randomDigits });
    const decision = step(state, { ...event, at });
    state = decision.state;
    records.push(...decision.records);
    if (!decision.records.every(isDeferrable)) durable = records.length;
    effects.push(...decision.effects);
    return decision;
  }

  function nextTimer(): [TimerName, number] | undefined {
    const timers = Object.entries(state.live.timers) as [TimerName, number][];
    return timers.sort(([, a], [, b]) => a - b)[0];
  }

  const drive: Drive = {
    get policy() {
      return policy;
    },
    get state() {
      return state;
    },
    get nowMs() {
      return nowMs;
    },
    records,
    effects,
    feed,
    wait(ms) {
      const untilMs = nowMs + ms;
      const steps: Step[] = [];
      for (let next = nextTimer(); next !== undefined; next = nextTimer()) {
        const dueMs = Math.max(nowMs, bootedAtMs + next[1]);
        if (dueMs > untilMs) break;
        nowMs = dueMs;
        steps.push(feed({ type: 'timerFired', timer: next[0] }));
        assert.ok(steps.length < 100_000, `timer ${next[0]} fires for ever`);
      }
      nowMs = untilMs;
      return steps;
    },
    fire(timer) {
      const dueAtMs = state.live.timers[timer];
      if (dueAtMs !== undefined) nowMs = Math.max(nowMs, bootedAtMs + dueAtMs);
      return feed({ type: 'timerFired', timer });
    },
    reboot(options = {}) {
      if (options.torn === true) records.length = durable;
      durable = records.length;
      policy = { ...policy, ...options.policy };
      if (options.clockTrusted !== undefined) clockTrusted = options.clockTrusted;
      state = initialState(policy, replay(records));
      bootedAtMs = nowMs;
      return feed({ type: 'booted' });
    },
    setClock(clock) {
      clockTrusted = clock.trusted ?? clockTrusted;
      aheadMs = clock.aheadMs ?? aheadMs;
      utcOffsetMinutes = clock.utcOffsetMinutes ?? utcOffsetMinutes;
    },
    sent<T extends EffectType>(type: T) {
      return effects.filter((effect): effect is EffectOf<T> => effect.type === type);
    },
    lastSent<T extends EffectType>(type: T) {
      const last = drive.sent(type).at(-1);
      assert.ok(last, `no ${type} was sent`);
      return last;
    },
    sale() {
      const sale = Object.values(state.book.sales).at(-1);
      assert.ok(sale, 'no sale was started');
      return sale;
    },
    reversal() {
      const reversal = Object.values(state.book.reversals).at(-1);
      assert.ok(reversal, 'no reversal was started');
      return reversal;
    },
    news() {
      const fresh = effects.slice(seen);
      seen = effects.length;
      return effectWords({ state, records: [], effects: fresh });
    },
  };
  return drive;
}

/** A box that has booted and whose acquirer has answered. Where keys start sales, the pause after the start is over. */
export function createReadyDrive(change: Partial<Policy> = {}): Drive {
  const drive = createDrive(change);
  drive.feed({ type: 'booted' });
  drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
  if (drive.state.live.timers.entry !== undefined) drive.fire('entry');
  drive.news();
  return drive;
}

export function startSale(drive: Drive, amount = '1250', orderId = 'order-1'): Sale {
  drive.feed({ type: 'saleRequested', callId: 'c-sale', orderId, amount: cny(amount) });
  drive.news();
  return drive.sale();
}

/** Starts a sale and shows a code: the pay request has left. Returns its id. */
export function startPaying(drive: Drive, amount = '1250', orderId = 'order-1'): string {
  startSale(drive, amount, orderId);
  drive.feed({ type: 'codeScanned', code: CODE });
  drive.news();
  return drive.lastSent('sendPay').payment.paymentRequestId;
}

/** Checks a whole decision: the state of the last sale, and the records and effects as words in order. */
export function expectStep(
  drive: Drive,
  decision: Step,
  expected: { readonly sale?: Sale['state']; readonly records: string; readonly effects: string },
): void {
  const sale = expected.sale === undefined ? {} : { sale: drive.sale().state };
  assert.deepEqual(
    { ...sale, records: recordWords(decision), effects: effectWords(decision), ignored: decision.ignored },
    { ...expected, ignored: undefined },
  );
}

export function expectIgnored(decision: Step, reason: string): void {
  assert.deepEqual({ ignored: decision.ignored, records: recordWords(decision) }, { ignored: reason, records: '' });
}

/** True while a sale is open. */
export function isBusy(drive: Drive): boolean {
  return openSale(drive.state.book) !== undefined;
}
