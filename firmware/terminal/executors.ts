import { isoTime } from '../../flows/civil-time.js';
import type { PaymentOrder, ReversalRequest } from '../../flows/effect.js';
import type { Event } from '../../flows/input.js';
import { present } from '../../flows/present.js';
import type { AcquirerLink, AnswerCallback, PayRequest } from '../acquirer/acquirer-link.js';
import type { Devices } from '../devices/devices.js';
import type { Executors } from '../kernel.js';
import type { Log } from '../log/log.js';
import type { RefusalCounter } from '../log/refusal-counter.js';

export interface ExecutorParts {
  readonly link: AcquirerLink;
  readonly devices: Pick<Devices, 'print' | 'vend' | 'refuseSelection'>;
  readonly refusals: Pick<RefusalCounter, 'note'>;
  readonly log: Log;
  readonly feed: (event: Event) => void;
}

/**
 * One function for each effect. An effect with an outcome feeds exactly one event, later; a vend feeds another where the machine
 * contradicts its first outcome.
 */
export function createExecutors({ link, devices, refusals, log, feed }: ExecutorParts): Executors {
  return {
    sendPay({ payment, code, timeoutMs }) {
      const { paymentRequestId } = payment;
      link.pay(payRequest(payment, code), timeoutMs, (answer) =>
        feed({ type: 'payAnswered', paymentRequestId, answer }),
      );
    },
    sendInquiry({ paymentRequestId, timeoutMs }) {
      link.inquirePayment({ paymentRequestId }, timeoutMs, (answer) =>
        feed({ type: 'inquiryAnswered', paymentRequestId, answer }),
      );
    },
    sendReversal({ exchange, reversalId, request, timeoutMs }) {
      sendReversal(link, request, timeoutMs, (answer) =>
        feed({ type: 'reversalAnswered', exchange, reversalId, answer }),
      );
    },
    sendProbe({ paymentRequestId, timeoutMs }) {
      link.probe({ paymentRequestId }, timeoutMs, (answer) => feed({ type: 'probeAnswered', answer }));
    },
    tryConnection({ timeoutMs }) {
      link.reach(timeoutMs, (reached) => feed({ type: 'connectionTried', reached }));
    },
    startVend({ saleId, channel, amount }) {
      devices.vend({ amount, ...present({ channel }) }, (outcome) => feed({ type: 'vendFinished', saleId, outcome }));
    },
    refuseSelection({ selection }) {
      devices.refuseSelection(selection);
    },
    printReceipt({ saleId, receipt }) {
      const refund = receipt.kind === 'refund' ? { refundId: receipt.refundId } : {};
      devices.print(receipt, (outcome) => feed({ type: 'printFinished', saleId, ...refund, outcome }));
    },
    noteRefusal({ refusal }) {
      refusals.note(refusal);
    },
    raiseAlarm({ alarm, detail }) {
      log.warn('alarm', { alarm, detail });
    },
  };
}

function payRequest(payment: PaymentOrder, code: string): PayRequest {
  const { paymentRequestId, orderId, amount, description, utcOffsetMinutes } = payment;
  return {
    paymentRequestId,
    orderId,
    amount,
    description,
    code,
    requestedAt: isoTime(payment.startedAtWallMs, utcOffsetMinutes),
    expiresAt: isoTime(payment.expiresAtWallMs, utcOffsetMinutes),
  };
}

function sendReversal(link: AcquirerLink, request: ReversalRequest, timeoutMs: number, done: AnswerCallback): void {
  switch (request.type) {
    case 'cancel':
      return link.cancel(request, timeoutMs, done);
    case 'inquiry':
      return link.inquirePayment(request, timeoutMs, done);
    case 'refund':
      return link.refund(request, timeoutMs, done);
    case 'refundInquiry':
      return link.inquireRefund(request, timeoutMs, done);
  }
}
