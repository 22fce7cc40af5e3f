import type { API_LIMITS } from '../../firmware/api/api-contract.js';
import type { exitCode } from '../../firmware/log/exit-code.js';
import type { ConflictCode } from '../../flows/call-answer.js';
import type { AlarmCode } from '../../flows/effect.js';
import type { CancelAction, InquiryAction, RefundAction } from '../../flows/result-codes.js';
import type { Reversal, ReversalCause, ReversalEnd } from '../../flows/reversal.js';
import type { AnswerTo } from '../../flows/reversal-verdict.js';
import type { ReceiptState, SaleState } from '../../flows/sale.js';
import type { ReversalPhase } from '../../flows/terminal-state.js';

const NOTHING_BELIEVED = 'U, silence, or an answer that cannot be believed';
const OTHER_REFUND = 'S: done, with another amount';

/** What people are told about words that the code has without a text of its own. The types keep each list complete. */
export const meanings = {
  exitCodes: {
    done: 'done, or stopped on request',
    usage: 'wrong command line or configuration; a restart does not help',
    unavailable:
      'something needed is missing: a port is taken, another process holds the data directory or its lock was removed, a check failed',
    bug: 'an assertion failed; restart it, recovery runs',
    flash:
      'the flash failed, the journal was taken away, or a missing one is there again: restart it, and see [what to do](#a-card-that-fails). Of a command: what it had to write could not be written whole',
  } satisfies Record<keyof typeof exitCode, string>,

  alarms: {
    amountDiffers: 'a reply names another amount than was asked for; it is not believed',
    signatureWrong:
      'a reply is not signed as it should be; it is not believed. The status and `tillbox check` say whether a proxy or `ALIPAY_PUBLIC_KEY` is the cause',
    acquirerMisconfigured: 'the acquirer refuses our requests for a reason of set-up',
    agentTokenRefused:
      'a token for another client id or of another merchant came and was not taken; set `ALIPAY_AGENT_MERCHANT` where that merchant is right',
    reversalDelayed: 'a reversal was not done within its first burst; the queue goes on. Watch it',
    reversalNeedsPerson: 'a reversal failed too often or for too long; contact Alipay technical support',
    refundRefused:
      'the acquirer refuses a refund; a person has to see to it: settle the entry first, then pay the customer back another way',
    resultContradicts:
      'the acquirer says that a payment succeeded which was over without a charge, by its own word, cancelled, or settled by hand; it is reversed, unless its goods were delivered',
    unknownPayment:
      'the acquirer says that this terminal was paid, and no sale on its card explains it: the card was lost or wiped. It is held in the queue for a person; where too many wait, it is not acknowledged, so that the acquirer tells of it again',
    vendUnknown: 'it is not known whether the goods of the sale went out',
    vendContradicts:
      'the vend mechanism said otherwise afterwards: goods of a sale that is not paid, or a paid sale without goods. Look, and refund or charge by hand',
    droppedLate: 'goods fell when no sale was waiting for them',
    receiptLost: 'a receipt was not printed, or nobody knows',
  } satisfies Record<AlarmCode, string>,

  saleStates: {
    awaitingCode: 'the customer is asked to show a payment code',
    paying: 'the payment request is out',
    inquiring: 'its result is not known yet; inquiries go out',
    approved: 'paid; the host has yet to say that it delivered',
    vending: 'paid; the goods are moving',
    settled: 'paid and over: delivered, or nobody has to tell that it was. Final, `outcome: paid`',
    declined: 'surely not charged. Final, `outcome: declined`',
    cancelled: 'given up before anything was charged. Final, `outcome: cancelled`',
    reversing: 'the charge, if there is one, goes back, or waits for a person; the customer and the terminal are free',
    reversed: 'the acquirer confirmed that nothing is charged, or a person settled it. Final, `outcome: reversed`',
  } satisfies Record<SaleState, string>,

  receiptStates: {
    none: 'none was due',
    due: 'sent to the printer, which has not confirmed it yet',
    printed: 'the printer confirmed it',
    failed: 'surely not printed',
    unknown: 'perhaps printed (power, paper or cable went in the middle); ask for a copy where it is missing',
  } satisfies Record<ReceiptState, string>,

  reversalStates: {
    open: 'the terminal is working on it',
    needsPerson:
      'a person has to look. The terminal goes on by itself, ten times more slowly, unless `manual` says that it is held back',
    finished: '`end` says how',
  } satisfies Record<Reversal['state'], string>,

  reversalCauses: {
    budgetSpent: 'all inquiries brought no result',
    inquiryRefused: 'the acquirer refused the inquiry',
    customerCancelled: 'the customer pressed cancel while waiting',
    hostCancelled: 'the host app cancelled',
    hostSilent: 'no word of the host within `HOST_CONFIRM_MS`',
    notDelivered: 'the host could not deliver',
    vendFailed: 'the goods did not come out',
    vendUnknown: 'nobody knows whether the goods came out, and `VEND_UNKNOWN` is not `keep`',
    powerLost: 'the terminal stopped in the middle of the sale',
    paidAfterFailure:
      'the acquirer says that the payment succeeded, after it was over without a charge: by its own word, cancelled, or settled by hand; the sale stays as it is',
    unknownPayment:
      'the acquirer says that this terminal was paid, and no sale on its card explains it. Held for a person, under a sale that stands for the lost one',
    refundRequested: 'a refund was asked for; the sale stays settled',
  } satisfies Record<ReversalCause, string>,

  reversalEnds: {
    cancelled: 'the payment is cancelled at the acquirer',
    refunded: 'the money was refunded',
    nothingCharged: 'the acquirer has no such payment, at a time when it can no longer arrive, or says that it failed',
    settledByHand:
      'a person closed it; `by`, `note` and `outcome` say who, why, and whether the payment stands (`paid`) or not (`reversed`)',
  } satisfies Record<ReversalEnd['how'], string>,

  inquiryActions: {
    again: 'proves nothing yet: inquire again',
    reverse: 'reverse the payment',
  } satisfies Record<InquiryAction, string>,

  cancelActions: {
    absent: 'there is no such payment; asked once more after its expiry, unless it was surely there, then inquire',
    refund: 'cannot be cancelled: inquire, and refund what is paid',
    inquire:
      'inquire what it is: cancelled or failed ends it; what is paid is cancelled again, and refunded where the burst ends without it',
    again: 'retry',
  } satisfies Record<CancelAction, string>,

  refundActions: {
    inquire:
      'inquire what became of it, then go on: done, again with the same request, or held where it failed for good',
    over: 'said to be cancelled already: inquire the payment',
    person: 'a person is called; still retried slowly',
    hold: 'held back, and a person is called: settle it first, then pay the customer back; or retry it',
  } satisfies Record<RefundAction, string>,

  reversalRequests: {
    cancel: 'cancel',
    inquiry: 'inquiry of the payment',
    refund: 'refund',
    refundInquiry: 'inquiry of the refund',
  } satisfies Record<ReversalPhase, string>,

  reversalAnswers: {
    cancel: {
      done: 'S; the payment was known when it was asked, or can no longer arrive',
      doneTooEarly: 'S; the payment can still arrive',
      doneBeforeKnown: 'S; the payment has become known meanwhile, and can still arrive',
      absent: 'F: no such payment; it is not known and can no longer arrive',
      absentTooEarly: 'F: no such payment; it is not known and can still arrive',
      absentThoughKnown: 'F: no such payment; it is known',
      refund: 'F: refused for good',
      inquire: 'F: refused for the state that the payment is in',
      again: 'any other F',
      nothing: NOTHING_BELIEVED,
    },
    inquiry: {
      paidCancellable: 'S: paid, while it can be cancelled: in the burst, in time, and not refused for good',
      paid: 'S: paid, afterwards',
      paidOtherAmount: 'S: another amount is paid, afterwards',
      paidWithoutId: 'S: paid, afterwards; no payment id was ever told, which a refund needs',
      cancelled: 'S: cancelled',
      failed: 'S: failed',
      underWay: 'S: any other status',
      absent: 'F: no such payment; it is not known and can no longer arrive',
      absentTooEarly: 'F: no such payment; it is not known and can still arrive',
      absentThoughKnown: 'F: no such payment; it is known',
      other: 'any other F, or S without a status',
      nothing: NOTHING_BELIEVED,
    },
    refund: {
      done: 'S',
      otherAmount: OTHER_REFUND,
      inquire: 'any other F',
      over: 'F: the payment is cancelled',
      person: 'F: a person has to see to it',
      hold: 'F: refused for good',
      nothing: NOTHING_BELIEVED,
    },
    refundInquiry: {
      done: 'S: done',
      otherAmount: OTHER_REFUND,
      processing: 'S: being processed',
      failed: 'S: failed',
      other: 'any F, any other status, or none',
      nothing: NOTHING_BELIEVED,
    },
  } satisfies { readonly [P in ReversalPhase]: Record<AnswerTo<P>, string> },

  conflicts: {
    saleOpen: 'another sale is open; for a settlement as paid: of the same order',
    orderPaid:
      'the order was paid, with another amount or by a sale that is no longer kept; or a payment cannot be settled as paid because its order has another sale that is paid',
    orderHeld:
      'a reversal of this order is held for a person, who may yet declare its payment to stand, or just does: settle or retry it first',
    notAwaitingCode: 'no code is wanted in this state',
    goodsMoving: 'too late to cancel: the goods are on their way',
    alreadyDelivered: 'too late to cancel: ask for a refund',
    notPaid: 'only a paid sale can be delivered or refunded, or a reversal be settled as paid',
    alreadyReversed: 'the sale is `reversing` or `reversed`: the goods are not paid for',
    notYourDelivery: 'the terminal hands out the goods itself (`VEND` is not `none`)',
    otherAccount:
      'the payment was made with another `ALIPAY_CLIENT_ID`, `MERCHANT_ID`, acquirer or agent merchant, which `error.message` names: only that can give it back',
    refundDiffers: 'this `refundId` was used for another refund',
    reversalFinished: 'there is nothing left to retry or settle',
    unconfirmed:
      'the money may have gone back already, and the acquirer does not confirm that the payment stands: try again later',
    underWay: 'a request to give the money back has just been sent: its answer decides; ask again in a few seconds',
    machineSells: 'in sale mode `mdb` the machine asks, not the host app',
    nothingToPrint: 'no receipt belongs to this sale, the refund is not confirmed, or there is no printer',
  } satisfies Record<ConflictCode, string>,

  apiLimits: {
    bodyBytes: 'longest body; a longer one is answered 413',
    targetChars: 'longest path with its query; a longer one is answered 414',
    connections:
      'requests that are answered at once, streams among them, a quarter for this machine alone; one more is answered 503',
    eventStreams: 'of these, streams of events; one more is answered 503',
    requestTimeoutMs: 'a request that has not arrived whole by then, or its headers in half of it, is answered 408',
    callsInFlight: 'requests that wait for a decision at once; one more is answered 503',
    callTimeoutMs: 'past it the answer is 503 `noAnswer`; the decision may still come, so read before asking again',
    eventsKept: 'events kept for readers that come back',
    heartbeatIntervalMs: 'a comment line on each stream, so that a dead connection is noticed',
  } satisfies Record<keyof typeof API_LIMITS, string>,
} as const;
