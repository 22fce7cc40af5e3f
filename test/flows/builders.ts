import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Effect } from '../../flows/effect.js';
import type { Moment } from '../../flows/moment.js';
import type { Money } from '../../flows/money.js';
import type { Policy } from '../../flows/policy.js';
import type { Step } from '../../flows/step.js';

/** 2026-11-23 20:15:30 in Beijing: far from the end of a cancellable period. */
export const NOON_WALL_MS = Date.UTC(2026, 10, 23, 12, 15, 30);

export const CODE = '288888888888888888';

/** The configuration's defaults, for a box with a vend mechanism and a printer. */
export function createPolicy(change: Partial<Policy> = {}): Policy {
  return {
    terminalNumber: '4711',
    currency: 'CNY',
    account: 'CLIENT M1',
    clientId: 'CLIENT',
    acquirer: 'https://pay.example.com/ams/api',
    movedFrom: [],
    saleMode: 'host',
    catalog: {},
    vend: 'device',
    vendUnknown: 'refund',
    vendTimeoutMs: 10_000,
    hostConfirmMs: 0,
    payReplyTimeoutMs: 5000,
    inquiryIntervalMs: 3000,
    inquiryReplyTimeoutMs: 3000,
    inquiryLimit: 15,
    cancelReplyTimeoutMs: 3000,
    cancelRetryIntervalMs: 5000,
    cancelRetryWindowMs: 60_000,
    queueRetryIntervalMs: 60_000,
    paymentExpiryMs: 60_000,
    expiryMarginMs: 30_000,
    codeWaitMs: 60_000,
    cancelPeriodEnd: { minuteOfDay: 15, utcOffsetMinutes: 480 },
    attemptLimit: 3,
    codeDigits: { least: 17, most: 32 },
    queueLimit: 20,
    printerPresent: true,
    printerRequired: true,
    scannerRequired: true,
    salesKept: 500,
    salesKeptMs: 30 * 86_400_000,
    bytesKept: 2 * 1024 * 1024,
    ...change,
  };
}

export function createMoment(change: Partial<Moment> = {}): Moment {
  return {
    atMs: 0,
    wallMs: NOON_WALL_MS,
    clockTrusted: true,
    utcOffsetMinutes: 480,
    randomDigits: '1234567890',
    ...change,
  };
}

export function cny(value: string): Money {
  return { currency: 'CNY', value };
}

type Answered = Extract<AcquirerAnswer, { kind: 'answered' }>;

/* Answers of the acquirer, with a valid signature unless the name says otherwise. */

export function success(change: Partial<Answered> = {}): Answered {
  return { kind: 'answered', signature: 'valid', status: 'S', code: 'SUCCESS', ...change };
}

/** To `pay`, and with a status to an inquiry: the money was charged. */
export function paid(amount: Money, paymentId = 'P1'): Answered {
  return success({ amount, paymentId });
}

/** To an inquiry: the call succeeded and found this. */
export function found(paymentStatus: string, change: Partial<Answered> = {}): Answered {
  return success({ paymentStatus, paymentId: 'P1', ...change });
}

export function refundFound(refundStatus: string): Answered {
  return success({ refundStatus });
}

export function failure(code: string, change: Partial<Answered> = {}): Answered {
  return { kind: 'answered', signature: 'valid', status: 'F', code, ...change };
}

export function unclear(code = 'UNKNOWN_EXCEPTION', change: Partial<Answered> = {}): Answered {
  return { kind: 'answered', signature: 'valid', status: 'U', code, ...change };
}

export function unsigned(answer: Answered): Answered {
  return { ...answer, signature: 'missing' };
}

export function forged(answer: Answered): Answered {
  return { ...answer, signature: 'wrong' };
}

export const SILENCE: AcquirerAnswer = { kind: 'silence', reason: 'timeout' };

/** An effect as one word: its type; the answer to a caller as `answer:kind/code`; an alarm as `alarm:code`. */
export function effectWord(effect: Effect): string {
  switch (effect.type) {
    case 'answerCall': {
      const { answer } = effect;
      if (answer.kind === 'conflict') return `answer:conflict/${answer.code}`;
      if (answer.kind === 'invalid') return `answer:invalid/${answer.field}`;
      if (answer.kind === 'sale' || answer.kind === 'reversal') {
        return `answer:${answer.kind}${answer.created ? '/created' : ''}`;
      }
      return `answer:${answer.kind}`;
    }
    case 'raiseAlarm':
      return `alarm:${effect.alarm}`;
    case 'sendReversal':
      return `sendReversal:${effect.request.type}`;
    default:
      return effect.type;
  }
}

/** A decision's effects in order, e.g. `alarm:amountDiffers sendInquiry`. */
export function effectWords(step: Step): string {
  return step.effects.map(effectWord).join(' ');
}

/** A decision's records in order. */
export function recordWords(step: Step): string {
  return step.records.map((record) => record.type).join(' ');
}

export type EffectType = Effect['type'];

export type EffectOf<T extends EffectType> = Extract<Effect, { type: T }>;
