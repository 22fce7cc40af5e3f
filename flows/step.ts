import {
  noteAcquirerAnswer,
  onClockDoubted,
  onConnectionTried,
  onReachDue,
  openTrial,
  sendProbe,
} from './acquirer-watch.js';
import { onAgentToken } from './agent-token.js';
import { type Book, openSale } from './book.js';
import { onBooted } from './boot.js';
import {
  onAlarmHeard,
  onDeliveryReported,
  onDroppedLate,
  onFailedLate,
  onHostSilent,
  onVendFinished,
  vendUnknown,
} from './delivery.js';
import type { Effect } from './effect.js';
import type { DeviceName, FaultCode } from './faults.js';
import type { Input, TimerName } from './input.js';
import { clearEntry, discardEntry, onKeyPressed, onKeysLost, onKeysUnclear } from './keypad-entry.js';
import { onInputRefused, onMachineAsked, onMachineGaveUp, refuseUnpaid } from './machine-requests.js';
import { onRefundRequested, onReversalRetryRequested, onReversalSettled } from './operator-requests.js';
import { onInquiryAnswered, onInquiryTimer, onPayAnswered, onPaymentNotified } from './payment.js';
import { present } from './present.js';
import { onPrintFinished, onReceiptRequested } from './receipt-printing.js';
import type { TerminalRecord } from './record.js';
import { onReversalAnswered, onReversalTimer } from './reversal-exchange.js';
import {
  onCancelRequested,
  onCodeGiven,
  onCodeScanned,
  onCodeUnclear,
  onCodeWaitOver,
  onSaleRequested,
} from './sale-requests.js';
import type { TerminalState } from './terminal-state.js';
import { Turn } from './turn.js';

export interface Step {
  readonly state: TerminalState;
  /** To be made durable, in order, before any of the effects. */
  readonly records: readonly TerminalRecord[];
  readonly effects: readonly Effect[];
  /** Why the input changed nothing, for the trace. */
  readonly ignored?: string;
}

/** Decides what follows from an input: a pure function. All decisions of the terminal are made here. */
export function step(state: TerminalState, input: Input): Step {
  const turn = new Turn(state, input.at);
  if (state.live.clockTrusted && !input.at.clockTrusted) onClockDoubted(turn);
  decide(turn, input);
  discardEntry(turn);
  refuseUnpaid(turn);
  showEnd(turn, state.book);
  return {
    state: { policy: state.policy, book: turn.book, live: turn.live },
    records: turn.records,
    effects: turn.effects,
    ...present({ ignored: turn.ignored }),
  };
}

/** Shows the customer of a sale that this decision closed how it ended. */
function showEnd(turn: Turn, before: Book): void {
  /* Without a record no sale has ended. */
  if (turn.records.length === 0) return;
  const sale = openSale(before);
  if (sale !== undefined && openSale(turn.book)?.saleId !== sale.saleId) turn.showEndOf(sale.saleId);
}

function decide(turn: Turn, input: Input): void {
  switch (input.type) {
    case 'booted':
      return onBooted(turn);
    case 'timerFired':
      return onTimer(turn, input.timer);
    case 'saleRequested':
      return onSaleRequested(turn, input);
    case 'codeScanned':
      return onCodeScanned(turn, input.code);
    case 'codeUnclear':
      return onCodeUnclear(turn);
    case 'codeGiven':
      return onCodeGiven(turn, input.callId, input.saleId, input.code);
    case 'keyPressed':
      return onKeyPressed(turn, input.key);
    case 'keysUnclear':
      return onKeysUnclear(turn);
    case 'cancelRequested':
      return onCancelRequested(turn, input.callId, input.saleId);
    case 'deliveryReported':
      return onDeliveryReported(turn, input.callId, input.saleId, input.ok);
    case 'refundRequested':
      return onRefundRequested(turn, input);
    case 'receiptRequested':
      return onReceiptRequested(turn, input);
    case 'reversalRetryRequested':
      return onReversalRetryRequested(turn, input.callId, input.reversalId);
    case 'reversalSettled':
      return onReversalSettled(turn, input);
    case 'payAnswered':
      return onPayAnswered(turn, input.paymentRequestId, input.answer);
    case 'inquiryAnswered':
      return onInquiryAnswered(turn, input.paymentRequestId, input.answer);
    case 'reversalAnswered':
      return onReversalAnswered(turn, input);
    case 'probeAnswered':
      return noteAcquirerAnswer(turn, 'inquiry', input.answer);
    case 'connectionTried':
      return onConnectionTried(turn, input.reached);
    case 'paymentNotified':
      return onPaymentNotified(turn, input.paymentRequestId, input.paymentId, input.amount);
    case 'agentTokenNotified':
      return onAgentToken(turn, input);
    case 'deviceChanged':
      return onDeviceChanged(turn, input.device, input.faults);
    case 'doorChanged':
      return turn.set({ doorOpen: input.open });
    case 'machineAsked':
      return onMachineAsked(turn, input);
    case 'machineGaveUp':
      return onMachineGaveUp(turn);
    case 'inputRefused':
      return onInputRefused(turn, input.refusal);
    case 'droppedLate':
      return onDroppedLate(turn);
    case 'failedLate':
      return onFailedLate(turn);
    case 'vendFinished':
      return onVendFinished(turn, input.saleId, input.outcome);
    case 'printFinished':
      return onPrintFinished(turn, input);
  }
}

function onTimer(turn: Turn, timer: TimerName): void {
  const dueAtMs = turn.live.timers[timer];
  if (dueAtMs === undefined || dueAtMs > turn.at.atMs) return turn.ignore('the timer is not due');
  turn.clearTimer(timer);
  switch (timer) {
    case 'codeWait':
      return onCodeWaitOver(turn);
    case 'inquiry':
      return onInquiryTimer(turn);
    case 'hostConfirm':
      return onHostSilent(turn);
    case 'vend': {
      const sale = openSale(turn.book);
      return sale?.state === 'vending' ? vendUnknown(turn, sale) : turn.ignore('nothing is vending');
    }
    case 'notice':
      return turn.dropNotice();
    case 'alarmHeard':
      return onAlarmHeard(turn);
    case 'entry':
      return clearEntry(turn);
    case 'probe':
      return sendProbe(turn);
    case 'trial':
      return openTrial(turn);
    case 'reach':
      return onReachDue(turn);
    default:
      return onReversalTimer(turn, timer.slice('reversal:'.length));
  }
}

function onDeviceChanged(turn: Turn, device: DeviceName, faults: readonly FaultCode[]): void {
  const before = turn.live.faults[device] ?? [];
  turn.set({ faults: { ...turn.live.faults, [device]: faults } });
  if ([...before, ...faults].includes('keypadLines')) onKeysLost(turn);
}
