import type { Violate } from '../oracle.js';

/**
 * Ready before charge: no sale begins and no payment is sent while something stands against it that the terminal can know
 * of. Judged at the instant of the decision, and by the world as far as it can tell.
 */
export interface ReadinessRules {
  /** A process started, and nobody has answered it yet. */
  processStarted(): void;
  /** The acquirer's answer to something, or its silence, in the order in which the terminal took them. */
  answered(word: AcquirerWord): void;
  decided(decision: SellingDecision): void;
}

export interface AcquirerWord {
  /** What was asked: silence on a reversal may be about that one alone. */
  readonly call: 'sale' | 'reversal';
  /** Whether the answer has a right signature; undefined where there was none. */
  readonly signed: boolean | undefined;
  /** Nobody waited for it any more. */
  readonly late: boolean;
}

export interface SellingDecision {
  readonly what: 'a sale was begun' | 'a payment was sent';
  readonly atMs: number;
  /** What the terminal took the time for. */
  readonly wallMs: number;
  /** Reversals that were not finished then. */
  readonly queued: number;
}

/** What stood in the way at an instant, looked at from outside the box. */
export interface Surroundings {
  /** For how long the door had been open; 0 where it was shut. */
  doorOpenMs(atMs: number): number;
  /** How wrong the box was about the time. */
  clockErrorMs(atMs: number, wallMs: number): number;
}

export interface ReadinessTerms {
  readonly queueLimit: number;
  /** How wrong a clock may be that was confirmed, and stepped by as much again. */
  readonly clockErrorLimitMs: number;
}

/** A door's switch bounces. */
const DOOR_NOTICED_MS = 1_000;

export function createReadinessRules(terms: ReadinessTerms, around: Surroundings, violate: Violate): ReadinessRules {
  let answers = false;

  return {
    processStarted() {
      answers = false;
    },
    answered({ call, signed, late }) {
      if (signed === true) answers = true;
      else if (call === 'sale' && !(late && signed === undefined)) answers = false;
    },
    decided({ what, atMs, wallMs, queued }) {
      const found = (why: string): void => violate(`not ready, and ${what}`, why);
      if (!answers) found('the acquirer did not answer as it should');
      if (queued >= terms.queueLimit) found(`${queued} reversals waited`);
      if (around.doorOpenMs(atMs) > DOOR_NOTICED_MS) found('the door was open');
      const errorMs = around.clockErrorMs(atMs, wallMs);
      if (errorMs > terms.clockErrorLimitMs) found(`the clock was wrong by ${errorMs} ms`);
    },
  };
}
