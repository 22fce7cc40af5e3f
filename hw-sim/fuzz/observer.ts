import type { TerminalParts } from '../../firmware/for-simulator.js';
import { type Coverage, count } from './coverage.js';
import type { ReadinessRules, SellingDecision } from './oracle/readiness-rules.js';

export interface ObservedEvents extends Pick<ReadinessRules, 'answered' | 'decided' | 'paymentsAllowed'> {
  paySent(paymentRequestId: string, code: string): void;
  alarmRaised(alarm: string, detail: string): void;
}

/** Counts what the terminal receives and decides, and reports it. */
export function createObserver(coverage: Coverage, events: ObservedEvents): TerminalParts['observe'] {
  /** The call of each exchange of a reversal. */
  const asked = new Map<number, string>();
  return (input, decision) => {
    count(coverage, `input ${input.type}`);
    if (decision.ignored !== undefined) count(coverage, `ignored ${input.type}: ${decision.ignored}`);
    if ('answer' in input) {
      const call = input.type === 'reversalAnswered' ? (asked.get(input.exchange) ?? 'lost') : CALLS[input.type];
      const { answer } = input;
      if (answer.kind === 'silence') count(coverage, `silence ${call} ${answer.reason}`);
      else count(coverage, `code ${call} ${answer.code}`);
      if (answer.kind === 'answered' && answer.signature !== 'valid')
        count(coverage, `signature ${call} ${answer.signature}`);
      events.answered({
        call: ASKED_BY[input.type],
        atMs: input.at.atMs,
        code: answer.kind === 'silence' ? undefined : answer.code,
        signed: answer.kind === 'silence' ? undefined : answer.signature === 'valid',
        late: decision.ignored !== undefined,
      });
    }
    for (const record of decision.records) {
      count(coverage, `record ${record.type}`);
      if (ALLOWING.has(record.type)) events.paymentsAllowed();
      const what = SELLING[record.type];
      if (what === undefined) continue;
      const { atMs, wallMs } = input.at;
      const reversals = Object.values(decision.state.book.reversals);
      const queued = reversals.filter(({ state }) => state !== 'finished').length;
      events.decided({ what, atMs, wallMs, queued });
    }
    for (const effect of decision.effects) {
      if (effect.type === 'sendPay') events.paySent(effect.payment.paymentRequestId, effect.code);
      if (effect.type === 'sendReversal') asked.set(effect.exchange, REVERSAL_CALLS[effect.request.type]);
      if (effect.type === 'raiseAlarm') {
        count(coverage, `alarm ${effect.alarm}`);
        events.alarmRaised(effect.alarm, effect.detail);
      }
    }
  };
}

const SELLING: Readonly<Record<string, SellingDecision['what']>> = {
  saleStarted: 'a sale was begun',
  paymentStarted: 'a payment was sent',
};
/** A payment succeeded, perhaps by a notification, or a token came. */
const ALLOWING: ReadonlySet<string> = new Set(['paymentApproved', 'agentTokenReceived']);
const ASKED_BY = {
  payAnswered: 'pay',
  inquiryAnswered: 'inquiry',
  probeAnswered: 'inquiry',
  reversalAnswered: 'reversal',
} as const;
const CALLS = { payAnswered: 'pay', inquiryAnswered: 'inquiryPayment', probeAnswered: 'probe' } as const;
const REVERSAL_CALLS = {
  cancel: 'cancel',
  inquiry: 'inquiryPayment',
  refund: 'refund',
  refundInquiry: 'inquiryRefund',
} as const;
