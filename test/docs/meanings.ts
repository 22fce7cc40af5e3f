import type { API_LIMITS } from '../../firmware/api/api-contract.js';
import type { exitCode } from '../../firmware/log/exit-code.js';
import type { ConflictCode } from '../../flows/call-answer.js';
import type { AlarmCode } from '../../flows/effect.js';
import type { CancelAction, InquiryAction, RefundAction } from '../../flows/result-codes.js';
import type { Reversal, ReversalCause, ReversalEnd } from '../../flows/reversal.js';
import type { AnswerTo } from '../../flows/reversal-verdict.js';
import type { ReceiptState, SaleState } from '../../flows/sale.js';
import type { ReversalPhase } from '../../flows/terminal-state.js';

const NOTHING_VALID = 'U, silence, or an answer that is not valid';
const OTHER_REFUND = 'S: done, with another amount';

/** The meaning of codes and states for the documents, where the code has no text for them. The types keep each list complete. */
export const meanings = {
  exitCodes: {
    done: 'done, or stopped on request',
    usage: 'wrong command line or configuration; a restart does not help',
    unavailable:
      'something needed is missing: a port is in use, another process holds the data directory or its lock was removed, a check failed',
    bug: 'an assertion failed; restart it, recovery runs',
    flash:
      'the flash failed, the journal was removed, or a missing one is back: restart it, and see [what to do](#a-card-that-fails). Of a command: it could not write everything',
  } satisfies Record<keyof typeof exitCode, string>,

  alarms: {
    amountDiffers: 'a reply names another amount than the request; it proves nothing',
    signatureWrong:
      'a reply has no valid signature; it proves nothing. The status and `tillbox check` say whether a proxy or `ALIPAY_PUBLIC_KEY` is the cause',
    acquirerMisconfigured: 'the acquirer refuses our requests because of our set-up',
    agentTokenRefused:
      'a token for another client id or of another merchant came and was not accepted; set `ALIPAY_AGENT_MERCHANT` where that merchant is right',
    reversalDelayed: 'a reversal was not finished within its first burst; the queue keeps retrying. Watch it',
    reversalNeedsPerson: 'a reversal failed too often or for too long; contact Alipay technical support',
    refundRefused:
      'the acquirer refuses a refund, and a person has to act: settle the entry first, then pay the customer back another way',
    resultContradicts:
      'the acquirer says that a payment succeeded that had failed, was cancelled, or was settled by hand; it is reversed, unless its goods were delivered',
    unknownPayment:
      'the acquirer says that this terminal was paid, and no sale on its card explains it: the card was lost or wiped. It is held in the queue for a person; where too many wait, it is not acknowledged, so that the acquirer sends the notification again',
    vendUnknown: 'it is not known whether the goods of the sale came out',
    vendContradicts:
      'the vend mechanism corrected its report: goods of a sale that is not paid, or a paid sale without goods. Check, and refund or charge by hand',
    droppedLate: 'goods fell when no sale was waiting for them',
    receiptLost: 'a receipt was not printed, or that is not known',
  } satisfies Record<AlarmCode, string>,

  saleStates: {
    awaitingCode: 'the customer is asked to show a payment code',
    paying: 'the payment request is sent',
    inquiring: 'its result is not known yet; inquiries are sent',
    approved: 'paid; the host app has to report the delivery',
    vending: 'paid; the goods are moving',
    settled: 'paid and finished: delivered, or no report of that is needed. Final, `outcome: paid`',
    declined: 'surely not charged. Final, `outcome: declined`',
    cancelled: 'ended before anything was charged. Final, `outcome: cancelled`',
    reversing: 'the charge, if there is one, is being undone or waits for a person; the terminal is free',
    reversed: 'the acquirer confirmed that nothing is charged, or a person settled it. Final, `outcome: reversed`',
  } satisfies Record<SaleState, string>,

  receiptStates: {
    none: 'none was due',
    due: 'sent to the printer, which has not confirmed it yet',
    printed: 'the printer confirmed it',
    failed: 'certainly not printed',
    unknown: 'perhaps printed (power, paper or cable failed in the middle); ask for a copy where it is missing',
  } satisfies Record<ReceiptState, string>,

  reversalStates: {
    open: 'the terminal is working on it',
    needsPerson:
      'a person has to act. The terminal keeps retrying, ten times more slowly, unless `manual` says that the reversal is held',
    finished: '`end` says how',
  } satisfies Record<Reversal['state'], string>,

  reversalCauses: {
    budgetSpent: 'all inquiries brought no result',
    inquiryRefused: 'the acquirer refused the inquiry',
    customerCancelled: 'the customer pressed cancel while waiting',
    hostCancelled: 'the host app cancelled',
    hostSilent: 'no report of the host app within `HOST_CONFIRM_MS`',
    notDelivered: 'the host app could not deliver',
    vendFailed: 'the goods did not come out',
    vendUnknown: 'nobody knows whether the goods came out, and `VEND_UNKNOWN` is not `keep`',
    powerLost: 'the terminal stopped in the middle of the sale',
    paidAfterFailure:
      'the acquirer says that the payment succeeded, after it had failed, was cancelled, or was settled by hand; the sale stays as it is',
    unknownPayment:
      'the acquirer says that this terminal was paid, and no sale on its card explains it. Held for a person, under a sale that replaces the lost one',
    refundRequested: 'a refund was asked for; the sale stays settled',
  } satisfies Record<ReversalCause, string>,

  reversalEnds: {
    cancelled: 'the payment is cancelled at the acquirer',
    refunded: 'the money was refunded',
    nothingCharged: 'the acquirer has no such payment and it can no longer arrive, or the acquirer says that it failed',
    settledByHand:
      'a person closed it; `by`, `note` and `outcome` say who, why, and whether the payment stands (`paid`) or not (`reversed`)',
  } satisfies Record<ReversalEnd['how'], string>,

  inquiryActions: {
    again: 'proves nothing yet: inquire again',
    reverse: 'reverse the payment',
  } satisfies Record<InquiryAction, string>,

  cancelActions: {
    absent: 'there is no such payment: cancel once more after its expiry; a known payment is inquired',
    refund: 'cannot be cancelled: inquire, and refund what is paid',
    inquire:
      'inquire its state: cancelled or failed ends the reversal; a paid one is cancelled again, and refunded after the burst',
    again: 'retry',
  } satisfies Record<CancelAction, string>,

  refundActions: {
    inquire: 'inquire the refund: then it is done, sent again as the same request, or held where it failed for good',
    over: 'the payment is cancelled, the acquirer says: inquire the payment',
    person: 'a person is called; still retried slowly',
    hold: 'held, and a person is called: settle it first, then pay the customer back; or retry it',
  } satisfies Record<RefundAction, string>,

  reversalRequests: {
    cancel: 'cancel',
    inquiry: 'inquiry of the payment',
    refund: 'refund',
    refundInquiry: 'inquiry of the refund',
  } satisfies Record<ReversalPhase, string>,

  reversalAnswers: {
    cancel: {
      done: 'S; the payment was known before the request, or can no longer arrive',
      doneTooEarly: 'S; the payment can still arrive',
      doneBeforeKnown: 'S; the payment became known after the request, and can still arrive',
      absent: 'F: no such payment; it is not known and can no longer arrive',
      absentTooEarly: 'F: no such payment; it is not known and can still arrive',
      absentThoughKnown: 'F: no such payment; it is known',
      refund: 'F: refused for good',
      inquire: 'F: refused because of the state of the payment',
      again: 'any other F',
      nothing: NOTHING_VALID,
    },
    inquiry: {
      paidCancellable: 'S: paid; in the burst, in the cancellable period, and no cancel was refused for good',
      paid: 'S: paid, in any other case',
      paidOtherAmount: 'S: another amount is paid, in any other case',
      paidWithoutId: 'S: paid, in any other case; no answer gave the payment id, which a refund needs',
      cancelled: 'S: cancelled',
      failed: 'S: failed',
      underWay: 'S: a status that is none of these',
      absent: 'F: no such payment; it is not known and can no longer arrive',
      absentTooEarly: 'F: no such payment; it is not known and can still arrive',
      absentThoughKnown: 'F: no such payment; it is known',
      other: 'any other F, or S without a status',
      nothing: NOTHING_VALID,
    },
    refund: {
      done: 'S',
      otherAmount: OTHER_REFUND,
      inquire: 'any other F',
      over: 'F: the payment is cancelled',
      person: 'F: a person has to act',
      hold: 'F: refused for good',
      nothing: NOTHING_VALID,
    },
    refundInquiry: {
      done: 'S: done',
      otherAmount: OTHER_REFUND,
      processing: 'S: being processed',
      failed: 'S: failed',
      other: 'any F, any other status, or none',
      nothing: NOTHING_VALID,
    },
  } satisfies { readonly [P in ReversalPhase]: Record<AnswerTo<P>, string> },

  conflicts: {
    saleOpen: 'another sale is open; for a settlement as paid: of the same order',
    orderPaid:
      'the order was paid, with another amount or by a sale that is no longer kept; or a payment cannot be settled as paid because its order has another sale that is paid',
    orderHeld:
      'a reversal of this order is held for a person, who may still settle it as paid, or is settling it: settle or retry it first',
    notAwaitingCode: 'the sale does not wait for a code',
    goodsMoving: 'too late to cancel: the goods are on their way',
    alreadyDelivered: 'too late to cancel: ask for a refund',
    notPaid: 'only a paid sale can be delivered or refunded, or a reversal be settled as paid',
    alreadyReversed: 'the sale is `reversing` or `reversed`: the goods are not paid for',
    notYourDelivery: 'the terminal hands out the goods itself (`VEND` is not `none`)',
    otherAccount:
      'the payment was made with another `ALIPAY_CLIENT_ID`, `MERCHANT_ID`, acquirer or agent merchant, which `error.message` names: only with that can it be undone',
    refundDiffers: 'this `refundId` was used for another refund',
    reversalFinished: 'there is nothing left to retry or settle',
    unconfirmed: 'the payment may be undone already, and the acquirer does not confirm that it stands: try again later',
    underWay: 'a request that undoes the payment was just sent, and its answer decides: try again in a few seconds',
    machineSells: 'in sale mode `mdb` the machine starts sales, not the host app',
    nothingToPrint: 'no receipt belongs to this sale, the refund is not confirmed, or there is no printer',
  } satisfies Record<ConflictCode, string>,

  apiLimits: {
    bodyBytes: 'longest body; a longer one is answered 413',
    targetChars: 'longest path with its query; a longer one is answered 414',
    connections:
      'requests at the same time, with streams, a quarter of them for this machine only; one more is answered 503',
    eventStreams: 'of these, event streams; one more is answered 503',
    requestTimeoutMs:
      'a request that has not arrived completely by then, or its headers in half that time, is answered 408',
    callsInFlight: 'requests that wait for a decision at the same time; one more is answered 503',
    callTimeoutMs:
      'after this time the answer is 503 `noAnswer`; the decision may still come, so read the state before you repeat the call',
    eventsKept: 'events kept for readers that reconnect',
    heartbeatIntervalMs: 'a comment line on each stream, so that a dead connection is noticed',
  } satisfies Record<keyof typeof API_LIMITS, string>,
} as const;
