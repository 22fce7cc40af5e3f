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

type Fact<R = TerminalRecord> = R extends TerminalRecord ? Omit<R, 'atWallMs'> : never;

/**
 * One decision in the making. The state it started from is never touched; `book` and `live` are replaced as the decision
 * goes on, so that later questions see what was decided before. It lives only inside one `step`.
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
  }

  record(fact: Fact): void {
    const record = { ...fact, atWallMs: this.at.wallMs } as TerminalRecord;
    this.book = fold(this.book, record);
    this.records.push(record);
  }

  /** Changes what is volatile; an optional field that is given as undefined goes. */
  set(change: Change<Live>): void {
    this.live = present({ ...this.live, ...change });
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  /** Fires `timer` in `delayMs`, instead of when it was set before. */
  setTimer(timer: TimerName, delayMs: number): void {
    this.set({ timers: { ...this.live.timers, [timer]: this.at.atMs + delayMs } });
  }

  clearTimer(timer: TimerName): void {
    if (this.live.timers[timer] === undefined) return;
    const { [timer]: _, ...timers } = this.live.timers;
    this.set({ timers });
  }

  /** Tells the customer something for a few seconds. */
  notify(notice: TextKey): void {
    this.tell({ text: notice });
  }

  /** Tells the customer of a sale for a few seconds how it ended: as it is known at each moment of them. */
  tellEndOf(saleId: string): void {
    this.tell({ endOf: saleId });
  }

  private tell(notice: Notice): void {
    this.set({ notice });
    this.setTimer('notice', NOTICE_MS);
  }

  /** What was told is no longer of interest. */
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

  /** What a customer or a device gave is not taken. */
  refuse(refusal: Refusal): void {
    this.effect({ type: 'noteRefusal', refusal });
  }

  ignore(reason: string): void {
    this.ignored = reason;
  }
}

const NOTICE_MS = 8000;
