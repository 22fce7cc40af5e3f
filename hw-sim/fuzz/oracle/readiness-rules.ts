import type { Violate } from './violate.js';

/**
 * Ready before charge: no sale starts and no payment is sent while a fault stops sales that the terminal can know of.
 * Judged at the instant of the decision, by the state of the world.
 */
export interface ReadinessRules {
  /** A process started, and has had no answer yet. */
  processStarted(): void;
  /** An answer of the acquirer, or silence, in the order in which the terminal processed them. */
  answered(word: AcquirerWord): void;
  decided(decision: SellingDecision): void;
  /** A payment succeeded, or the merchant authorised the terminal anew: the reason for refused payments may be gone. */
  paymentsAllowed(): void;
}

export interface AcquirerWord {
  /** The kind of call: silence on a reversal may concern only that one. */
  readonly call: 'pay' | 'inquiry' | 'reversal';
  readonly atMs: number;
  /** Its result code; undefined where there was no answer. */
  readonly code: string | undefined;
  /** Whether the answer has a right signature; undefined where there was none. */
  readonly signed: boolean | undefined;
  /** It came too late: nothing waited for it. */
  readonly late: boolean;
}

export interface SellingDecision {
  readonly what: 'a sale was begun' | 'a payment was sent';
  readonly atMs: number;
  /** The terminal's own wall clock. */
  readonly wallMs: number;
  /** Reversals that were not finished then. */
  readonly queued: number;
}

/** What stopped sales at an instant, seen from outside the box. */
export interface Surroundings {
  /** For how long the door had been open; 0 where it was shut. */
  doorOpenMs(atMs: number): number;
  /** The error of the box's wall clock. */
  clockErrorMs(atMs: number, wallMs: number): number;
}

export interface ReadinessTerms {
  readonly queueLimit: number;
  /** The largest error of a confirmed clock; it may then step by as much again. */
  readonly clockErrorLimitMs: number;
}

/** Codes that only another payment disproves: inquiries and reversals do not depend on the contract for payments. */
const ABOUT_PAYMENTS: ReadonlySet<string> = new Set([
  'INVALID_CONTRACT',
  'INVALID_MERCHANT_STATUS',
  'MERCHANT_KYB_NOT_QUALIFIED',
  'MERCHANT_NOT_REGISTERED',
  'BUSINESS_NOT_SUPPORT',
]);
/** After that one customer may try again. */
const REFUSAL_HOLDS_MS = 45_000;

/** A door's switch bounces. */
const DOOR_NOTICED_MS = 1_000;

export function createReadinessRules(terms: ReadinessTerms, around: Surroundings, violate: Violate): ReadinessRules {
  let answers = false;
  let refused: { readonly code: string; readonly atMs: number } | undefined;

  return {
    processStarted() {
      answers = false;
      refused = undefined;
    },
    answered({ call, atMs, code, signed, late }) {
      if (signed === true) answers = true;
      else if (call !== 'reversal' && !(late && signed === undefined)) answers = false;
      if (signed !== true || code === undefined) return;
      if (call === 'pay') refused = ABOUT_PAYMENTS.has(code) ? { code, atMs } : undefined;
      else if (call === 'inquiry' && code === refused?.code) refused = undefined;
    },
    paymentsAllowed() {
      refused = undefined;
    },
    decided({ what, atMs, wallMs, queued }) {
      const found = (why: string): void => violate(`not ready, and ${what}`, why);
      if (!answers) found('the acquirer did not answer as it should');
      if (refused !== undefined && atMs - refused.atMs < REFUSAL_HOLDS_MS) {
        found(`payments were refused with ${refused.code} ${Math.round(atMs - refused.atMs)} ms before`);
      }
      if (queued >= terms.queueLimit) found(`${queued} reversals waited`);
      if (around.doorOpenMs(atMs) > DOOR_NOTICED_MS) found('the door was open');
      const errorMs = around.clockErrorMs(atMs, wallMs);
      if (errorMs > terms.clockErrorLimitMs) found(`the clock was wrong by ${errorMs} ms`);
    },
  };
}
