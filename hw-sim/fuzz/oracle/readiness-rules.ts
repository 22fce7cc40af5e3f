import type { Violate } from './violate.js';

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
  /** A payment came about, or the merchant authorised the terminal anew: what payments were refused for may be over. */
  paymentsAllowed(): void;
}

export interface AcquirerWord {
  /** What was asked: silence on a reversal may be about that one alone. */
  readonly call: 'pay' | 'inquiry' | 'reversal';
  readonly atMs: number;
  /** Its result code; undefined where there was no answer. */
  readonly code: string | undefined;
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

/** What only another payment disproves: an inquiry or a reversal does not meet the contract of payments. */
const ABOUT_PAYMENTS: ReadonlySet<string> = new Set([
  'INVALID_CONTRACT',
  'INVALID_MERCHANT_STATUS',
  'MERCHANT_KYB_NOT_QUALIFIED',
  'MERCHANT_NOT_REGISTERED',
  'BUSINESS_NOT_SUPPORT',
]);
/** After that one customer may try whether it is over. */
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
