import assert from 'node:assert/strict';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Reversal } from '../../flows/reversal.js';
import { type AnswerTo, REVERSAL_TABLE, type Verdict, verdictOf } from '../../flows/reversal-verdict.js';
import type { ReversalPhase, ReversalProgress } from '../../flows/terminal-state.js';
import { cny, failure, forged, found, paid, refundFound, SILENCE, success, unclear, unsigned } from './builders.js';

const AMOUNT = cny('1250');

/** The reversal and its progress; by default a cancel in its burst. */
interface Given {
  readonly reversal?: Partial<Reversal>;
  readonly progress?: Partial<ReversalProgress>;
  readonly mayCancel?: boolean;
}

function verdict(phase: ReversalPhase, answer: AcquirerAnswer, given: Given = {}): string {
  const reversal: Reversal = {
    reversalId: 'c1',
    saleId: 's1',
    cause: 'powerLost',
    paymentRequestId: '1',
    amount: AMOUNT,
    kind: 'cancel',
    known: true,
    payableUntilWallMs: 90_000,
    paidAtWallMs: 0,
    startedAtWallMs: 0,
    state: 'open',
    manual: false,
    ...given.reversal,
  };
  const progress: ReversalProgress = {
    phase,
    sentAtMs: 0,
    knownWhenSent: reversal.known,
    unanswered: false,
    burstUntilMs: 60_000,
    unpayableAtMs: 90_000,
    queueFailures: 0,
    ...given.progress,
  };
  return words(verdictOf(reversal, progress, answer, given.mayCancel ?? true));
}

function words(verdict: Verdict): string {
  const { type, code, known, amountDiffers, uncancellable } = verdict;
  const more = type === 'finish' ? verdict.how : type === 'ask' ? `${verdict.next} ${verdict.when}` : '';
  return [
    `${type} ${more}`.trim(),
    code,
    ...(known === undefined ? [] : [known.charged ? 'known charged' : 'known']),
    ...(amountDiffers ? ['amountDiffers'] : []),
    ...(uncancellable === undefined ? [] : [`uncancellable ${uncancellable}`]),
  ].join(', ');
}

const UNKNOWN = { reversal: { known: false } };
const UNKNOWN_LATE = { ...UNKNOWN, progress: { sentAtMs: 90_000 } };
const REFUND = { reversal: { kind: 'refund', paymentId: 'P1', refundRequestId: 'R1' } } as const;

/** Every kind of answer to every request: the answer, what follows with its code, and the reversal's state. */
const TABLE: { readonly [P in ReversalPhase]: Record<AnswerTo<P>, readonly [AcquirerAnswer, string, Given?]> } = {
  cancel: {
    done: [success(), 'finish cancelled, SUCCESS'],
    doneTooEarly: [success(), 'ask cancel unpayable, SUCCESS', UNKNOWN],
    doneBeforeKnown: [success(), 'ask cancel now, SUCCESS', { progress: { knownWhenSent: false, knownLate: true } }],
    absent: [failure('ORDER_NOT_EXIST'), 'finish nothingCharged, ORDER_NOT_EXIST', UNKNOWN_LATE],
    absentTooEarly: [failure('ORDER_NOT_EXIST'), 'ask cancel unpayable, ORDER_NOT_EXIST', UNKNOWN],
    absentThoughKnown: [failure('ORDER_NOT_EXIST'), 'ask inquiry now, ORDER_NOT_EXIST, uncancellable false'],
    refund: [failure('CANCEL_WINDOW_EXCEED'), 'ask inquiry now, CANCEL_WINDOW_EXCEED, uncancellable true'],
    inquire: [failure('ORDER_STATUS_INVALID'), 'ask inquiry now, ORDER_STATUS_INVALID, uncancellable false'],
    again: [failure('SYSTEM_ERROR'), 'ask cancel retry, SYSTEM_ERROR'],
    nothing: [SILENCE, 'ask cancel retry, NO_ANSWER'],
  },
  inquiry: {
    paidCancellable: [paidFound(), 'ask cancel retry, PAID, known charged'],
    paid: [paidFound(), 'refund, SUCCESS, known charged', { mayCancel: false }],
    paidOtherAmount: [paidFound('9'), 'refund, SUCCESS, known charged, amountDiffers', { mayCancel: false }],
    paidWithoutId: [
      success({ paymentStatus: 'SUCCESS' }),
      'ask inquiry retry, NO_PAYMENT_ID, known charged',
      { mayCancel: false },
    ],
    cancelled: [found('CANCELLED'), 'finish cancelled, CANCELLED'],
    failed: [found('FAIL'), 'finish nothingCharged, FAIL'],
    underWay: [found('PROCESSING'), 'ask undo retry, PROCESSING, known'],
    absent: [failure('ORDER_NOT_EXIST'), 'finish nothingCharged, ORDER_NOT_EXIST', UNKNOWN_LATE],
    absentTooEarly: [failure('ORDER_NOT_EXIST'), 'ask cancel unpayable, ORDER_NOT_EXIST', UNKNOWN],
    absentThoughKnown: [failure('ORDER_NOT_EXIST'), 'ask undo retry, ORDER_NOT_EXIST'],
    other: [failure('SYSTEM_ERROR'), 'ask undo retry, SYSTEM_ERROR'],
    nothing: [SILENCE, 'ask inquiry retry, NO_ANSWER'],
  },
  refund: {
    done: [success(), 'finish refunded, SUCCESS', REFUND],
    otherAmount: [
      success({ refundAmount: cny('9') }),
      'ask refundInquiry retry, AMOUNT_DIFFERS, amountDiffers',
      REFUND,
    ],
    inquire: [failure('REFUND_IN_PROCESS'), 'ask refundInquiry retry, REFUND_IN_PROCESS', REFUND],
    over: [failure('ORDER_IS_CANCELED'), 'ask inquiry retry, ORDER_IS_CANCELED', REFUND],
    person: [failure('RISK_REJECT'), 'callPerson, RISK_REJECT', REFUND],
    hold: [failure('REFUND_WINDOW_EXCEED'), 'hold, REFUND_WINDOW_EXCEED', REFUND],
    nothing: [SILENCE, 'ask refundInquiry retry, NO_ANSWER', REFUND],
  },
  refundInquiry: {
    done: [refundFound('SUCCESS'), 'finish refunded, SUCCESS', REFUND],
    otherAmount: [
      success({ refundStatus: 'SUCCESS', refundAmount: cny('9') }),
      'ask refundInquiry retry, AMOUNT_DIFFERS, amountDiffers',
      REFUND,
    ],
    processing: [refundFound('PROCESSING'), 'ask refundInquiry retry, PROCESSING', REFUND],
    failed: [refundFound('FAIL'), 'hold, REFUND_FAILED', REFUND],
    other: [failure('REFUND_NOT_EXIST'), 'ask refund retry, REFUND_NOT_EXIST', REFUND],
    nothing: [SILENCE, 'ask refund retry, NO_ANSWER', REFUND],
  },
};

/** Further answers that count as one of these kinds. */
const READINGS: readonly [name: string, ReversalPhase, AcquirerAnswer, string, Given?][] = [
  ['a U is nothing, with its code', 'cancel', unclear('ORDER_NOT_EXIST'), 'ask cancel retry, ORDER_NOT_EXIST'],
  ['a success without a signature is nothing', 'cancel', unsigned(success()), 'ask cancel retry, SUCCESS'],
  ['a success with a wrong signature is nothing', 'refund', forged(success()), 'ask refundInquiry retry, SUCCESS'],
  ['a U with a status is nothing', 'inquiry', unclear('X', { paymentStatus: 'CANCELLED' }), 'ask inquiry retry, X'],
  [
    'a cancel sent at the last moment at which the payment can arrive is too early',
    'cancel',
    success(),
    'ask cancel unpayable, SUCCESS',
    { ...UNKNOWN, progress: { sentAtMs: 89_999 } },
  ],
  ['a cancel sent after it is done', 'cancel', success(), 'finish cancelled, SUCCESS', UNKNOWN_LATE],
  [
    'the cancel after a payment became known late is too early, too',
    'cancel',
    success(),
    'ask cancel unpayable, SUCCESS',
    { progress: { knownLate: true } },
  ],
  [
    'a payment whose cancel was refused for good is refunded in the burst, too',
    'inquiry',
    paidFound(),
    'refund, SUCCESS, known charged',
    { progress: { uncancellable: true } },
  ],
  [
    'an id that was told before will do',
    'inquiry',
    success({ paymentStatus: 'SUCCESS' }),
    'refund, SUCCESS, known charged',
    { reversal: { paymentId: 'P1' }, mayCancel: false },
  ],
  [
    'a refund may be of a part of what was paid',
    'inquiry',
    paidFound('9999'),
    'refund, SUCCESS, known charged',
    { reversal: { kind: 'refund' } },
  ],
  ['a status without a meaning is one under way', 'inquiry', found('NEXT_YEAR'), 'ask undo retry, NEXT_YEAR, known'],
  ['an F with a status is an F', 'inquiry', failure('X', { paymentStatus: 'CANCELLED' }), 'ask undo retry, X'],
  ['no status is any other answer', 'refundInquiry', success(), 'ask refund retry, SUCCESS', REFUND],
];

function paidFound(value = AMOUNT.value): AcquirerAnswer {
  return { ...paid(cny(value)), paymentStatus: 'SUCCESS' };
}

describe('the table of the cancel queue', () => {
  for (const phase of Object.keys(TABLE) as ReversalPhase[]) {
    const rows: Readonly<Record<string, readonly [AcquirerAnswer, string, Given?]>> = TABLE[phase];
    for (const [kind, [answer, expected, given]] of Object.entries(rows)) {
      it(`${phase} answered as ${kind}: ${expected}`, () => assert.equal(verdict(phase, answer, given), expected));
    }
  }

  it('has no kind of answer beyond these', () => {
    const kinds = (table: Readonly<Record<ReversalPhase, object>>) => Object.values(table).map(Object.keys);
    assert.deepEqual(kinds(TABLE), kinds(REVERSAL_TABLE));
  });

  for (const [name, phase, answer, expected, given] of READINGS) {
    it(`reads answers: ${name}`, () => assert.equal(verdict(phase, answer, given), expected));
  }
});
