import type { Book } from './book.js';
import type { CallAnswer } from './call-answer.js';
import type { TextKey } from './customer-texts.js';
import type { AlarmCode, Effect } from './effect.js';
import { fold } from './fold.js';
import type { TimerName } from './input.js';
import type { Moment } from './moment.js';
import type { Policy } from './policy.js';
import { type Change, present } from './present.js';
import type { TerminalRecord } from './record.js';
import type { Refusal } from './refusal.js';
import type { Live, Notice, TerminalState } from './terminal-state.js';

/** A record without its time, which is the turn's. */
type NewRecord<R = TerminalRecord> = R extends TerminalRecord ? Omit<R, 'atWallMs'> : never;

/**
 * One decision while it is made: the state so far, its records and its effects. It exists only within one call of `step`. The
 * state that it started from is never changed; `book` and `live` are replaced as the decision goes on.
 */
export class Turn {
  readonly policy: Policy;
  readonly records: TerminalRecord[] = [];
  readonly effects: Effect[] = [];
  book: Book;
  live: Live;
  /** Why the input changed nothing, where it did not. */
  ignored: string | undefined;

  constructor(
    state: TerminalState,
    readonly at: Moment,
  ) {
    this.policy = state.policy;
    this.book = state.book;
    this.live = state.live;
    if (state.live.clockTrusted !== at.clockTrusted) this.set({ clockTrusted: at.clockTrusted });
    if (state.live.updating !== at.updating) this.set({ updating: at.updating });
  }

  /** Adds a record, which is durable before any effect of this decision runs. */
  record(newRecord: NewRecord): void {
    const record = { ...newRecord, atWallMs: this.at.wallMs } as TerminalRecord;
    this.book = fold(this.book, record);
    this.records.push(record);
  }

  /** Changes volatile state. An optional field that is undefined in `change` is removed. */
  set(change: Change<Live>): void {
    this.live = present({ ...this.live, ...change });
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Fires `timer` in `delayMs`; replaces an earlier deadline. */
  setTimer(timer: TimerName, delayMs: number): void {
    this.set({ timers: { ...this.live.timers, [timer]: this.at.atMs + delayMs } });
  }

  clearTimer(timer: TimerName): void {
    if (this.live.timers[timer] === undefined) return;
    const { [timer]: _, ...timers } = this.live.timers;
    this.set({ timers });
  }

  /** Shows the customer a text for a few seconds. */
  notify(notice: TextKey): void {
    this.show({ text: notice });
  }

  /** Shows for a few seconds how a sale ended. The text follows the sale's state while it is shown. */
  showEndOf(saleId: string): void {
    this.show({ endOf: saleId });
  }

  private show(notice: Notice): void {
    this.set({ notice });
    this.setTimer('notice', NOTICE_MS);
  }

  /** Removes the text shown for a few seconds, if any. */
  dropNotice(): void {
    this.set({ notice: undefined });
    this.clearTimer('notice');
  }

  answer(callId: string, answer: CallAnswer): void {
    this.effect({ type: 'answerCall', callId, answer });
  }

  alarm(alarm: AlarmCode, detail: string): void {
    this.effect({ type: 'raiseAlarm', alarm, detail });
  }

  /** Counts and logs input of a customer or a device that was not accepted. */
  refuse(refusal: Refusal): void {
    this.effect({ type: 'noteRefusal', refusal });
  }

  ignore(reason: string): void {
    this.ignored = reason;
  }
}

const NOTICE_MS = 8000;
