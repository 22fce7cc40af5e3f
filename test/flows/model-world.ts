import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Effect } from '../../flows/effect.js';
import type { Event } from '../../flows/input.js';
import type { Policy } from '../../flows/policy.js';
import type { Step } from '../../flows/step.js';
import { cny, failure, forged, NOON_WALL_MS, paid, SILENCE, unsigned } from './builders.js';
import { createDrive, type Drive } from './drive.js';
import { type AcquirerManners, createModelAcquirer, type ModelAcquirer, type PayFate } from './model-acquirer.js';

/** What happens to a request and its answer on the network. */
export type Trip =
  | 'good'
  | 'wrongAmount'
  /** A signed refusal of a payment that is carried out all the same. */
  | 'denied'
  | 'requestLost'
  | 'replyLost'
  | 'requestLate'
  | 'twice'
  | 'forged'
  | 'unsigned'
  | 'neverAnswered';

/** One event of a random run. Numbers choose among what exists at that time. */
export type Happening =
  | { readonly type: 'order'; readonly order: number; readonly amount: number }
  | { readonly type: 'code'; readonly good: boolean }
  | { readonly type: 'key'; readonly key: string }
  | { readonly type: 'machineAsks' | 'machineGivesUp' }
  | { readonly type: 'door'; readonly open: boolean }
  | { readonly type: 'cancel' | 'delivered' | 'notDelivered'; readonly sale: number }
  | { readonly type: 'refund'; readonly sale: number; readonly refund: number; readonly amount?: number }
  | { readonly type: 'receipt'; readonly sale: number }
  | { readonly type: 'retry' | 'settle' | 'keep'; readonly reversal: number }
  | { readonly type: 'exchange'; readonly request: number; readonly trip: Trip; readonly fate: PayFate }
  | { readonly type: 'lateArrival'; readonly request: number; readonly fate: PayFate }
  | { readonly type: 'repeatAnswer'; readonly answer: number }
  | { readonly type: 'confirm' }
  | { readonly type: 'notify'; readonly payment: number; readonly otherAmount: boolean }
  | { readonly type: 'vend'; readonly outcome: 'yes' | 'no' | 'unknown' }
  | { readonly type: 'print'; readonly outcome: 'printed' | 'failed' | 'unknown' }
  | { readonly type: 'wait'; readonly ms: number }
  /** `torn`: records that waited for a commit are lost; `unsent`: it comes after the commit and before the requests are sent. */
  | { readonly type: 'powerCut'; readonly torn: boolean; readonly unsent: boolean; readonly clockTrusted: boolean }
  | { readonly type: 'clockConfirmed' };

/** Requests and devices that wait for their answer. */
type Request = Extract<Effect, { type: 'sendPay' | 'sendInquiry' | 'sendReversal' | 'sendProbe' }>;

export interface ModelWorld {
  readonly drive: Drive;
  readonly acquirer: ModelAcquirer;
  /** Goods that left the machine, by sale id. */
  readonly goods: ReadonlySet<string>;
  /** The choice of a machine that waits. */
  readonly asking: number | undefined;
  /** Plays one event; `decided` is called with each decision. */
  happen(happening: Happening): void;
  /** All faults end: every request is answered correctly and time passes until nothing changes any more. */
  calmDown(limitMs: number): void;
}

export function createModelWorld(
  policy: Partial<Policy>,
  manners: AcquirerManners,
  decided: (step: Step, before: Drive['state'], event: Event | 'boot') => void,
): ModelWorld {
  const drive = createDrive(policy);
  const acquirer = createModelAcquirer(manners);
  const waiting: Request[] = [];
  /** Requests that are still under way, or will arrive again. */
  const underWay: Request[] = [];
  const answers: Event[] = [];
  const vends: string[] = [];
  const prints: string[] = [];
  const goods = new Set<string>();
  let asking: number | undefined;
  let choices = 0;
  let calls = 0;
  let taken = 0;

  const nowWallMs = (): number => NOON_WALL_MS + drive.nowMs;
  const pick = <T>(list: readonly T[], index: number): T | undefined =>
    list[list.length - 1 - (index % Math.max(1, list.length))];
  const callId = (): string => `c${++calls}`;

  function takeEffects(): void {
    for (const effect of drive.effects.slice(taken)) {
      switch (effect.type) {
        case 'sendPay':
        case 'sendInquiry':
        case 'sendReversal':
        case 'sendProbe':
          waiting.push(effect);
          break;
        case 'startVend':
          vends.push(effect.saleId);
          asking = undefined;
          break;
        case 'refuseSelection':
          if (asking === effect.selection) asking = undefined;
          break;
        case 'printReceipt':
          prints.push(effect.saleId);
          break;
        case 'answerCall':
        case 'noteRefusal':
        case 'raiseAlarm':
      }
    }
    taken = drive.effects.length;
  }

  function feed(event: Event): void {
    const before = drive.state;
    decided(drive.feed(event), before, event);
    takeEffects();
  }

  /* In small steps, so that each decision is checked with the state before it. */
  function wait(ms: number): void {
    const untilMs = drive.nowMs + ms;
    while (drive.nowMs < untilMs) {
      let before = drive.state;
      for (const step of drive.wait(Math.min(500, untilMs - drive.nowMs))) {
        decided(step, before, { type: 'timerFired', timer: 'probe' });
        before = step.state;
      }
      takeEffects();
    }
  }

  function arrive(request: Request, fate: PayFate): AcquirerAnswer {
    switch (request.type) {
      case 'sendPay':
        return acquirer.pay(request.payment, fate, nowWallMs());
      case 'sendInquiry':
        return acquirer.inquire(request.paymentRequestId);
      case 'sendReversal':
        return acquirer.reverse(request.request, nowWallMs());
      case 'sendProbe':
        return failure('ORDER_NOT_EXIST');
    }
  }

  function answer(request: Request, content: AcquirerAnswer): void {
    const event = answerEvent(request, content);
    answers.push(event);
    feed(event);
  }

  function exchange(request: Request, trip: Trip, fate: PayFate): void {
    waiting.splice(waiting.indexOf(request), 1);
    switch (trip) {
      case 'good':
        return answer(request, arrive(request, fate));
      case 'wrongAmount': {
        const honest = arrive(request, fate);
        return answer(request, honest.kind === 'answered' && honest.amount ? { ...honest, amount: cny('1') } : honest);
      }
      case 'denied': {
        const honest = arrive(request, fate);
        return answer(request, request.type === 'sendPay' ? failure('USER_BALANCE_NOT_ENOUGH') : honest);
      }
      case 'twice':
        underWay.push(request);
        return answer(request, arrive(request, fate));
      case 'requestLost':
        return answer(request, SILENCE);
      case 'requestLate':
        underWay.push(request);
        return answer(request, SILENCE);
      case 'replyLost':
        arrive(request, fate);
        return answer(request, SILENCE);
      case 'neverAnswered':
        arrive(request, fate);
        return;
      case 'forged':
        return answer(request, forged(paid(request.type === 'sendPay' ? request.payment.amount : cny('1'))));
      case 'unsigned':
        return answer(request, unsigned(failure('ORDER_NOT_EXIST')));
    }
  }

  function happen(happening: Happening): void {
    const sales = Object.keys(drive.state.book.sales);
    const reversals = Object.keys(drive.state.book.reversals);
    const saleId = 'sale' in happening ? (pick(sales, happening.sale) ?? 'none') : 'none';
    const reversalId = 'reversal' in happening ? (pick(reversals, happening.reversal) ?? 'none') : 'none';
    switch (happening.type) {
      case 'order': {
        const amount = cny(`${1000 + happening.amount}`);
        return feed({ type: 'saleRequested', callId: callId(), orderId: `order-${happening.order}`, amount });
      }
      case 'code':
        return feed({ type: 'codeScanned', code: happening.good ? SECRET_CODE : '6901234567892' });
      case 'key':
        return feed({ type: 'keyPressed', key: happening.key });
      case 'machineAsks':
        if (asking !== undefined) return;
        choices += 1;
        asking = choices;
        return feed({ type: 'machineAsked', selection: choices, amount: cny('1001'), item: '7' });
      case 'machineGivesUp':
        if (asking === undefined) return;
        asking = undefined;
        return feed({ type: 'machineGaveUp' });
      case 'door':
        return feed({ type: 'doorChanged', open: happening.open });
      case 'cancel':
        return feed({ type: 'cancelRequested', callId: callId(), saleId });
      case 'delivered':
      case 'notDelivered':
        return feed({ type: 'deliveryReported', callId: callId(), saleId, ok: happening.type === 'delivered' });
      case 'refund': {
        const refundId = `refund-${happening.refund}`;
        const amount = happening.amount === undefined ? {} : { amount: cny(`${happening.amount}`) };
        return feed({ type: 'refundRequested', callId: callId(), saleId, refundId, ...amount });
      }
      case 'receipt':
        return feed({ type: 'receiptRequested', callId: callId(), saleId });
      case 'retry':
        return feed({ type: 'reversalRetryRequested', callId: callId(), reversalId });
      case 'settle':
        return feed({ type: 'reversalSettled', callId: callId(), reversalId, by: 'Wang', note: 'by hand' });
      case 'keep': {
        const settled = { reversalId, by: 'Wang', note: 'has the goods', outcome: 'paid' } as const;
        return feed({ type: 'reversalSettled', callId: callId(), ...settled });
      }
      case 'exchange': {
        const request = pick(waiting, happening.request);
        return request && exchange(request, happening.trip, happening.fate);
      }
      case 'lateArrival': {
        const request = pick(underWay, happening.request);
        if (request !== undefined) arrive(request, happening.fate);
        return;
      }
      case 'repeatAnswer': {
        const again = pick(answers, happening.answer);
        return again && feed(again);
      }
      case 'confirm':
        return acquirer.settleProcessing();
      case 'notify': {
        const order = pick(acquirer.paidOrders(), happening.payment);
        if (order === undefined) return;
        const { paymentRequestId } = order;
        const amount = happening.otherAmount ? cny('1') : order.amount;
        return feed({ type: 'paymentNotified', paymentRequestId, paymentId: `P${paymentRequestId}`, amount });
      }
      case 'vend': {
        const vending = vends.shift();
        if (vending === undefined) return;
        if (happening.outcome === 'yes') goods.add(vending);
        return feed({ type: 'vendFinished', saleId: vending, outcome: happening.outcome });
      }
      case 'print': {
        const printing = prints.shift();
        return printing === undefined
          ? undefined
          : feed({ type: 'printFinished', saleId: printing, outcome: happening.outcome });
      }
      case 'wait':
        return wait(happening.ms);
      case 'powerCut': {
        /* Requests that were sent may still arrive; their answers are lost, and the devices are reset. */
        const left = waiting.splice(0);
        if (!happening.unsent) underWay.push(...left);
        vends.length = 0;
        prints.length = 0;
        asking = undefined;
        /* A board without a battery clock starts in the past. */
        drive.setClock({ aheadMs: happening.clockTrusted ? 0 : -YEAR_MS });
        const before = drive.state;
        decided(drive.reboot(happening), before, 'boot');
        return takeEffects();
      }
      case 'clockConfirmed':
        return drive.setClock({ trusted: true, aheadMs: 0 });
    }
  }

  function calmDown(limitMs: number): void {
    drive.setClock({ trusted: true, aheadMs: 0 });
    const endMs = drive.nowMs + limitMs;
    acquirer.settleProcessing();
    happen({ type: 'door', open: false });
    /* Notifications come until they are acknowledged. */
    for (const { paymentRequestId, amount } of acquirer.paidOrders()) {
      feed({ type: 'paymentNotified', paymentRequestId, paymentId: `P${paymentRequestId}`, amount });
    }
    while (drive.nowMs < endMs) {
      const request = waiting[0];
      if (request !== undefined) exchange(request, 'good', 'refused');
      else if (vends.length > 0) happen({ type: 'vend', outcome: 'yes' });
      else if (prints.length > 0) happen({ type: 'print', outcome: 'printed' });
      else wait(1000);
    }
  }

  return {
    drive,
    acquirer,
    goods,
    get asking() {
      return asking;
    },
    happen,
    calmDown,
  };
}

const YEAR_MS = 365 * 86_400_000;

/** Easy to find wherever it appears. */
export const SECRET_CODE = '286666666666666666';

function answerEvent(request: Request, answer: AcquirerAnswer): Event {
  switch (request.type) {
    case 'sendPay':
      return { type: 'payAnswered', paymentRequestId: request.payment.paymentRequestId, answer };
    case 'sendInquiry':
      return { type: 'inquiryAnswered', paymentRequestId: request.paymentRequestId, answer };
    case 'sendReversal':
      return { type: 'reversalAnswered', exchange: request.exchange, reversalId: request.reversalId, answer };
    case 'sendProbe':
      return { type: 'probeAnswered', answer };
  }
}
