import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Policy } from '../../flows/policy.js';
import { cny, paid } from './builders.js';
import { createReadyDrive, type Drive, startPaying } from './drive.js';

export const AMOUNT = cny('1250');
export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;
/** How long the customer waits before giving up. */
export const PATIENCE_MS = 4000;
/** After that: the rest of the payment's expiry, and the margin. */
export const UNPAYABLE_MS = 90_000 - PATIENCE_MS;

/** A sale that the customer cancelled while the pay was under way: it is not known whether it arrived. */
export function reversedUnknown(change: Partial<Policy> = {}): Drive {
  const drive = createReadyDrive(change);
  drive.wait(10_000);
  giveUpUnknown(drive);
  return drive;
}

export function giveUpUnknown(drive: Drive, orderId = 'order-1'): void {
  startPaying(drive, '1250', orderId);
  drive.wait(PATIENCE_MS);
  drive.feed({ type: 'keyPressed', key: '*' });
}

/** A sale that was paid and then not delivered. */
export function reversedPaid(change: Partial<Policy> = {}): Drive {
  const drive = createReadyDrive({ vend: 'host', ...change });
  const paymentRequestId = startPaying(drive);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(AMOUNT) });
  drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok: false });
  return drive;
}

export function answer(drive: Drive, content: AcquirerAnswer) {
  const { exchange, reversalId } = drive.lastSent('sendReversal');
  return drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: content });
}

export const alarms = (drive: Drive) => drive.sent('raiseAlarm').map(({ alarm }) => alarm);
export const lastRequest = (drive: Drive) => drive.lastSent('sendReversal').request;
export const requests = (drive: Drive): string =>
  drive
    .sent('sendReversal')
    .map(({ request }) => request.type)
    .join(' ');

/** Waits for the next request to leave, half an hour at most. */
export function waitForRequest(drive: Drive): void {
  const before = drive.sent('sendReversal').length;
  for (let i = 0; i < 1800 && drive.sent('sendReversal').length === before; i += 1) drive.wait(1000);
}

/** Answers every request the same way, at once, for a while. Returns the times at which they were sent. */
export function keepAnswering(drive: Drive, content: AcquirerAnswer, forMs: number): number[] {
  const startMs = drive.nowMs;
  const sentAtMs: number[] = [];
  let seen = drive.sent('sendReversal').length - 1;
  while (drive.nowMs <= startMs + forMs) {
    if (drive.sent('sendReversal').length > seen) {
      seen += 1;
      sentAtMs.push(drive.nowMs - startMs);
      answer(drive, content);
    }
    drive.wait(100);
  }
  return sentAtMs;
}
