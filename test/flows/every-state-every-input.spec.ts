import assert from 'node:assert/strict';
import type { SaleState } from '../../flows/sale.js';
import type { Step } from '../../flows/step.js';
import { effectWords, recordWords } from './builders.js';
import { type InputCase, inputOf, SITUATIONS, type Situation } from './situations.js';

/** What an input does: to the sale at hand, to flash, to the world. */
interface Expectation {
  /** The new state of the sale at hand; missing: it stays. */
  readonly to?: SaleState;
  readonly records: string;
  readonly effects: string;
  readonly ignored?: string;
}

type Row = Readonly<Record<InputCase, Expectation>>;

/** The sale goes on. */
const moves = (to: SaleState, records: string, effects = ''): Expectation => ({ to, records, effects });
/** The sale stays, something becomes durable. */
const notes = (records: string, effects = ''): Expectation => ({ records, effects });
/** Nothing becomes durable; a caller may be told why. */
const stays = (effects = ''): Expectation => ({ records: '', effects });
/** Must not move anything. An alarm may be raised. */
const ignores = (ignored: string, effects = ''): Expectation => ({ records: '', effects, ignored });

/** A sale that is over, and a box that is free: what most of these states have in common. */
const CLOSED: Row = {
  booted: ignores('already running'),
  saleRequested: notes('saleStarted', 'told:sale/created'),
  'codeScanned payment code': ignores('no sale waits for a code'),
  'codeScanned other': ignores('no sale waits for a code'),
  codeUnclear: ignores('no sale waits for a code'),
  keysUnclear: stays('noteRefusal'),
  inputRefused: stays('noteRefusal'),
  'codeGiven payment code': stays('told:conflict/notAwaitingCode'),
  'codeGiven other': stays('told:conflict/notAwaitingCode'),
  'keyPressed 5': stays(),
  'keyPressed #': ignores('no amount entered'),
  'keyPressed *': stays(),
  cancelRequested: stays('told:sale'),
  'deliveryReported ok': stays('told:conflict/notPaid'),
  'deliveryReported not ok': stays('told:conflict/notPaid'),
  refundRequested: stays('told:conflict/notPaid'),
  receiptRequested: stays('told:conflict/nothingToPrint'),
  reversalRetryRequested: stays('told:notFound'),
  reversalSettled: stays('told:notFound'),
  payAnswered: ignores('late reply to pay'),
  inquiryAnswered: ignores('late reply to an inquiry'),
  reversalAnswered: ignores('late reply to a reversal'),
  probeAnswered: stays(),
  connectionTried: stays(),
  paymentNotified: ignores('notification of an unknown payment'),
  agentTokenNotified: notes('agentTokenReceived', 'sendProbe'),
  deviceChanged: stays(),
  doorChanged: stays(),
  machineAsked: ignores('machines do not start sales in this sale mode', 'refuseSelection'),
  machineGaveUp: ignores('machines do not start sales in this sale mode'),
  droppedLate: stays('alarm:droppedLate'),
  failedLate: ignores('late word of the vend mechanism'),
  'vendFinished yes': ignores('late word of the vend mechanism', 'alarm:vendContradicts'),
  'vendFinished no': ignores('late word of the vend mechanism'),
  'vendFinished unknown': ignores('late word of the vend mechanism'),
  'printFinished printed': ignores('no receipt was printed for this sale'),
  'printFinished failed': ignores('no receipt was printed for this sale'),
  'printFinished unknown': ignores('no receipt was printed for this sale'),
  'timerFired codeWait': ignores('the timer is not due'),
  'timerFired inquiry': ignores('the timer is not due'),
  'timerFired hostConfirm': ignores('the timer is not due'),
  'timerFired vend': ignores('the timer is not due'),
  'timerFired notice': stays(),
  'timerFired alarmHeard': ignores('the timer is not due'),
  'timerFired entry': ignores('the timer is not due'),
  'timerFired probe': stays('sendProbe'),
  'timerFired trial': ignores('the timer is not due'),
  'timerFired reach': stays('tryConnection'),
  'timerFired reversal': ignores('the timer is not due'),
};

/** A payment under way: what the states between code and goods have in common. */
const BUSY: Row = {
  booted: ignores('already running'),
  saleRequested: stays('told:conflict/saleOpen'),
  'codeScanned payment code': ignores('no sale waits for a code'),
  'codeScanned other': ignores('no sale waits for a code'),
  codeUnclear: ignores('no sale waits for a code'),
  keysUnclear: ignores('keys have no meaning during a sale'),
  inputRefused: stays('noteRefusal'),
  'codeGiven payment code': stays('told:conflict/notAwaitingCode'),
  'codeGiven other': stays('told:conflict/notAwaitingCode'),
  'keyPressed 5': ignores('keys have no meaning during a sale'),
  'keyPressed #': ignores('keys have no meaning during a sale'),
  'keyPressed *': moves('reversing', 'reversalStarted', 'sendReversal:cancel'),
  cancelRequested: moves('reversing', 'reversalStarted', 'sendReversal:cancel told:sale'),
  'deliveryReported ok': stays('told:conflict/notPaid'),
  'deliveryReported not ok': stays('told:conflict/notPaid'),
  refundRequested: stays('told:conflict/notPaid'),
  receiptRequested: stays('told:conflict/nothingToPrint'),
  reversalRetryRequested: stays('told:notFound'),
  reversalSettled: stays('told:notFound'),
  payAnswered: moves('approved', 'paymentApproved'),
  inquiryAnswered: moves('approved', 'paymentApproved'),
  reversalAnswered: ignores('late reply to a reversal'),
  probeAnswered: stays(),
  connectionTried: stays(),
  paymentNotified: moves('approved', 'paymentApproved'),
  agentTokenNotified: notes('agentTokenReceived', 'sendProbe'),
  deviceChanged: stays(),
  doorChanged: stays(),
  machineAsked: ignores('machines do not start sales in this sale mode', 'refuseSelection'),
  machineGaveUp: ignores('machines do not start sales in this sale mode'),
  droppedLate: stays('alarm:droppedLate'),
  failedLate: ignores('late word of the vend mechanism'),
  'vendFinished yes': ignores('late word of the vend mechanism', 'alarm:vendContradicts'),
  'vendFinished no': ignores('late word of the vend mechanism'),
  'vendFinished unknown': ignores('late word of the vend mechanism'),
  'printFinished printed': ignores('no receipt was printed for this sale'),
  'printFinished failed': ignores('no receipt was printed for this sale'),
  'printFinished unknown': ignores('no receipt was printed for this sale'),
  'timerFired codeWait': ignores('the timer is not due'),
  'timerFired inquiry': moves('inquiring', 'inquiryStarted', 'sendInquiry'),
  'timerFired hostConfirm': ignores('the timer is not due'),
  'timerFired vend': ignores('the timer is not due'),
  'timerFired notice': ignores('the timer is not due'),
  'timerFired alarmHeard': ignores('the timer is not due'),
  'timerFired entry': ignores('the timer is not due'),
  'timerFired probe': stays('sendProbe'),
  'timerFired trial': ignores('the timer is not due'),
  'timerFired reach': stays('tryConnection'),
  'timerFired reversal': ignores('the timer is not due'),
};

/** A box without a sale yet. */
const FREE: Row = {
  ...CLOSED,
  saleRequested: moves('awaitingCode', 'saleStarted', 'told:sale/created'),
  'codeGiven payment code': stays('told:notFound'),
  'codeGiven other': stays('told:notFound'),
  cancelRequested: stays('told:notFound'),
  'deliveryReported ok': stays('told:notFound'),
  'deliveryReported not ok': stays('told:notFound'),
  refundRequested: stays('told:notFound'),
  receiptRequested: stays('told:notFound'),
  'printFinished printed': ignores('receipt of a sale that is no longer kept'),
  'printFinished failed': ignores('receipt of a sale that is no longer kept'),
  'printFinished unknown': ignores('receipt of a sale that is no longer kept'),
  'timerFired notice': ignores('the timer is not due'),
};

/** Something is typed. */
const TYPING: Row = {
  ...FREE,
  'keyPressed #': moves('awaitingCode', 'saleStarted'),
  'timerFired entry': stays(),
};

/** The customer is asked for a code. */
const AWAITING: Row = {
  booted: ignores('already running'),
  saleRequested: stays('told:conflict/saleOpen'),
  'codeScanned payment code': moves('paying', 'paymentStarted', 'sendPay'),
  'codeScanned other': stays('noteRefusal'),
  codeUnclear: stays('noteRefusal'),
  keysUnclear: ignores('keys have no meaning during a sale'),
  inputRefused: stays('noteRefusal'),
  'codeGiven payment code': moves('paying', 'paymentStarted', 'sendPay told:sale'),
  'codeGiven other': stays('told:invalid/code'),
  'keyPressed 5': ignores('keys have no meaning during a sale'),
  'keyPressed #': ignores('keys have no meaning during a sale'),
  'keyPressed *': moves('cancelled', 'saleCancelled'),
  cancelRequested: moves('cancelled', 'saleCancelled', 'told:sale'),
  'deliveryReported ok': stays('told:conflict/notPaid'),
  'deliveryReported not ok': stays('told:conflict/notPaid'),
  refundRequested: stays('told:conflict/notPaid'),
  receiptRequested: stays('told:conflict/nothingToPrint'),
  reversalRetryRequested: stays('told:notFound'),
  reversalSettled: stays('told:notFound'),
  payAnswered: ignores('late reply to pay'),
  inquiryAnswered: ignores('late reply to an inquiry'),
  reversalAnswered: ignores('late reply to a reversal'),
  probeAnswered: stays(),
  connectionTried: stays(),
  paymentNotified: ignores('notification of an unknown payment'),
  agentTokenNotified: notes('agentTokenReceived', 'sendProbe'),
  deviceChanged: stays(),
  doorChanged: stays(),
  machineAsked: ignores('machines do not start sales in this sale mode', 'refuseSelection'),
  machineGaveUp: ignores('machines do not start sales in this sale mode'),
  droppedLate: stays('alarm:droppedLate'),
  failedLate: ignores('late word of the vend mechanism'),
  'vendFinished yes': ignores('late word of the vend mechanism', 'alarm:vendContradicts'),
  'vendFinished no': ignores('late word of the vend mechanism'),
  'vendFinished unknown': ignores('late word of the vend mechanism'),
  'printFinished printed': ignores('no receipt was printed for this sale'),
  'printFinished failed': ignores('no receipt was printed for this sale'),
  'printFinished unknown': ignores('no receipt was printed for this sale'),
  'timerFired codeWait': moves('cancelled', 'saleCancelled'),
  'timerFired inquiry': ignores('the timer is not due'),
  'timerFired hostConfirm': ignores('the timer is not due'),
  'timerFired vend': ignores('the timer is not due'),
  'timerFired notice': ignores('the timer is not due'),
  'timerFired alarmHeard': ignores('the timer is not due'),
  'timerFired entry': ignores('the timer is not due'),
  'timerFired probe': stays('sendProbe'),
  'timerFired trial': ignores('the timer is not due'),
  'timerFired reach': stays('tryConnection'),
  'timerFired reversal': ignores('the timer is not due'),
};

/** A machine has asked and waits. */
const AT_MACHINE = {
  saleRequested: stays('told:conflict/machineSells'),
  'deliveryReported ok': stays('told:conflict/notYourDelivery'),
  'deliveryReported not ok': stays('told:conflict/notYourDelivery'),
  machineAsked: ignores('a sale is open', 'refuseSelection'),
} as const satisfies Partial<Row>;

/** What must happen to each input in each situation; the types leave no pair out. */
const TABLE: Readonly<Record<Situation, Row>> = {
  noSale: FREE,
  awaitingCode: AWAITING,
  paying: BUSY,
  inquiring: {
    ...BUSY,
    'timerFired inquiry': stays('sendInquiry'),
  },
  approved: {
    ...BUSY,
    'keyPressed *': ignores('nothing to cancel'),
    'deliveryReported ok': moves('settled', 'saleSettled', 'printReceipt told:sale'),
    'deliveryReported not ok': moves('reversing', 'reversalStarted', 'sendReversal:cancel told:sale'),
    payAnswered: ignores('late reply to pay'),
    inquiryAnswered: ignores('late reply to an inquiry'),
    paymentNotified: ignores('notification in state approved'),
    'timerFired inquiry': ignores('the timer is not due'),
    'timerFired hostConfirm': moves('reversing', 'reversalStarted', 'sendReversal:cancel'),
  },
  vending: {
    ...BUSY,
    'keyPressed *': ignores('nothing to cancel'),
    cancelRequested: stays('told:conflict/goodsMoving'),
    'deliveryReported ok': stays('told:conflict/notYourDelivery'),
    'deliveryReported not ok': stays('told:conflict/notYourDelivery'),
    payAnswered: ignores('late reply to pay'),
    inquiryAnswered: ignores('late reply to an inquiry'),
    paymentNotified: ignores('notification in state vending'),
    'vendFinished yes': moves('settled', 'saleSettled', 'printReceipt'),
    'vendFinished no': moves('reversing', 'reversalStarted', 'sendReversal:cancel'),
    'vendFinished unknown': moves('reversing', 'reversalStarted', 'alarm:vendUnknown sendReversal:cancel'),
    'timerFired inquiry': ignores('the timer is not due'),
    'timerFired vend': moves('reversing', 'reversalStarted', 'alarm:vendUnknown sendReversal:cancel'),
  },
  settled: {
    ...CLOSED,
    cancelRequested: stays('told:conflict/alreadyDelivered'),
    'deliveryReported ok': stays('told:sale'),
    'deliveryReported not ok': moves('reversing', 'reversalStarted', 'sendReversal:cancel told:sale'),
    refundRequested: notes('reversalStarted', 'sendReversal:refund told:reversal/created'),
    receiptRequested: stays('printReceipt told:sale'),
    paymentNotified: ignores('notification in state settled'),
    'vendFinished yes': ignores('late word of the vend mechanism'),
    failedLate: stays('alarm:vendContradicts'),
    'vendFinished no': ignores('late word of the vend mechanism', 'alarm:vendContradicts'),
    'printFinished printed': notes('receiptFinished'),
    'printFinished failed': notes('receiptFinished', 'alarm:receiptLost'),
    'printFinished unknown': notes('receiptFinished', 'alarm:receiptLost'),
  },
  declined: {
    ...CLOSED,
    payAnswered: notes('reversalStarted', 'alarm:resultContradicts sendReversal:cancel'),
    inquiryAnswered: notes('reversalStarted', 'alarm:resultContradicts sendReversal:cancel'),
    paymentNotified: notes('reversalStarted', 'alarm:resultContradicts sendReversal:cancel'),
  },
  cancelled: CLOSED,
  reversing: {
    ...CLOSED,
    'deliveryReported ok': stays('told:conflict/alreadyReversed'),
    'deliveryReported not ok': stays('told:sale'),
    receiptRequested: stays('told:conflict/nothingToPrint'),
    reversalRetryRequested: stays('told:reversal'),
    reversalSettled: moves('reversed', 'reversalFinished', 'told:reversal'),
    reversalAnswered: moves('reversed', 'reversalFinished'),
    paymentNotified: ignores('notification in state reversing'),
    'printFinished printed': notes('receiptFinished'),
    'printFinished failed': notes('receiptFinished', 'alarm:receiptLost'),
    'printFinished unknown': notes('receiptFinished', 'alarm:receiptLost'),
    'timerFired reversal': stays(),
  },
  reversed: {
    ...CLOSED,
    'deliveryReported ok': stays('told:conflict/alreadyReversed'),
    'deliveryReported not ok': stays('told:sale'),
    receiptRequested: stays('printReceipt told:sale'),
    reversalRetryRequested: stays('told:conflict/reversalFinished'),
    reversalSettled: stays('told:conflict/reversalFinished'),
    paymentNotified: ignores('notification in state reversed'),
    'printFinished printed': notes('receiptFinished'),
    'printFinished failed': notes('receiptFinished', 'alarm:receiptLost'),
    'printFinished unknown': notes('receiptFinished', 'alarm:receiptLost'),
  },
  heldForPerson: {
    ...CLOSED,
    'deliveryReported ok': stays('told:conflict/notYourDelivery'),
    'deliveryReported not ok': stays('told:conflict/notYourDelivery'),
    reversalRetryRequested: notes('reversalReleased', 'sendReversal:cancel told:reversal'),
    reversalSettled: moves('reversed', 'reversalFinished', 'told:reversal'),
    paymentNotified: ignores('notification in state reversing'),
    'printFinished printed': notes('receiptFinished'),
    'printFinished failed': notes('receiptFinished', 'alarm:receiptLost'),
    'printFinished unknown': notes('receiptFinished', 'alarm:receiptLost'),
  },
  typingAmount: TYPING,
  typingSlot: TYPING,
  machineAwaitingCode: {
    ...AWAITING,
    ...AT_MACHINE,
    'keyPressed *': moves('cancelled', 'saleCancelled', 'refuseSelection'),
    cancelRequested: moves('cancelled', 'saleCancelled', 'told:sale refuseSelection'),
    machineGaveUp: moves('cancelled', 'saleCancelled'),
    'timerFired codeWait': moves('cancelled', 'saleCancelled', 'refuseSelection'),
  },
  machinePaying: {
    ...BUSY,
    ...AT_MACHINE,
    'keyPressed *': moves('reversing', 'reversalStarted', 'sendReversal:cancel refuseSelection'),
    cancelRequested: moves('reversing', 'reversalStarted', 'sendReversal:cancel told:sale refuseSelection'),
    machineGaveUp: moves('reversing', 'reversalStarted', 'sendReversal:cancel'),
    payAnswered: moves('vending', 'paymentApproved vendStarted', 'startVend'),
    inquiryAnswered: moves('vending', 'paymentApproved vendStarted', 'startVend'),
    paymentNotified: moves('vending', 'paymentApproved vendStarted', 'startVend'),
  },
};

describe('every state and every input', () => {
  for (const [situation, row] of Object.entries(TABLE) as [Situation, Row][]) {
    describe(situation, () => {
      for (const [name, expected] of Object.entries(row) as [InputCase, Expectation][]) {
        it(`${name}: ${told(expected)}`, () => {
          const drive = SITUATIONS[situation]();
          const before = drive.state;
          const saleId = Object.keys(before.book.sales).at(-1);
          const input = inputOf(drive, name);
          const decision = input.type === 'timerFired' ? drive.fire(input.timer) : drive.feed(input);

          const id = saleId ?? Object.keys(decision.state.book.sales).at(-1) ?? 'none';
          const was = before.book.sales[id]?.state;
          const is = decision.state.book.sales[id]?.state;
          assert.deepEqual(
            { to: is, records: recordWords(decision), effects: effectWords(decision), ignored: decision.ignored },
            { to: expected.to ?? was, records: expected.records, effects: expected.effects, ignored: expected.ignored },
          );
          checkAnswer(decision, name, id, expected);
          if (expected.ignored === undefined) return;
          assert.equal(decision.state.book, before.book);
          assert.equal(decision.state.live.notice, before.live.notice);
        });
      }
    });
  }
});

/** Whoever asked is told about the sale or reversal that was meant. */
function checkAnswer({ state, effects }: Step, name: InputCase, saleId: string, { effects: words }: Expectation): void {
  const answer = effects.find((effect) => effect.type === 'answerCall')?.answer;
  const reversalId = Object.keys(state.book.reversals).at(-1);
  const newest = Object.keys(state.book.sales).at(-1);
  const created = words.includes('/created');
  switch (answer?.kind) {
    case 'sale':
      return assert.deepEqual(answer, { kind: 'sale', saleId: created ? newest : saleId, created });
    case 'reversal':
      return assert.deepEqual(answer, { kind: 'reversal', reversalId, created });
    case 'notFound':
      return assert.equal(answer.what, name.startsWith('reversal') ? 'reversal' : 'sale');
  }
}

function told({ to, records, effects, ignored }: Expectation): string {
  if (ignored !== undefined) return `ignored, "${ignored}"`;
  return [to ?? 'stays', records, effects].filter((word) => word !== '').join(' · ');
}
