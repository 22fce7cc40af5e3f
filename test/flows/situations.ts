import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import type { Event, TimerName } from '../../flows/input.js';
import type { SaleState } from '../../flows/sale.js';
import type { Step } from '../../flows/step.js';
import { CODE, cny, failure, found, paid, SILENCE, success, unclear } from './builders.js';
import { createReadyDrive, type Drive, startPaying, startSale } from './drive.js';

/**
 * No sale, the states of a sale, a sale after its last inquiry, and one whose reversal is held for a person. Then those of other
 * sale modes: an amount or a slot is typed, a machine waits for a code or for the payment.
 */
export type Situation =
  | SaleState
  | 'noSale'
  | 'inquiriesSpent'
  | 'heldForPerson'
  | 'typingAmount'
  | 'typingSlot'
  | 'machineAwaitingCode'
  | 'machinePaying';

type SingleTimer = Exclude<TimerName, `reversal:${string}`>;

/** Every type of input. Those whose content matters, and the timers, are listed one by one. */
export type InputCase =
  | Exclude<
      Event['type'],
      | 'timerFired'
      | 'keyPressed'
      | 'deliveryReported'
      | 'vendFinished'
      | 'printFinished'
      | 'codeScanned'
      | 'codeGiven'
      | 'payAnswered'
      | 'inquiryAnswered'
    >
  | 'restarted'
  | `payAnswered ${keyof typeof PAY_ANSWERS}`
  | `inquiryAnswered ${keyof typeof INQUIRY_ANSWERS}`
  | `codeScanned ${'payment code' | 'other'}`
  | `codeGiven ${'payment code' | 'other'}`
  | `keyPressed ${'5' | '#' | '*'}`
  | `deliveryReported ${'ok' | 'not ok'}`
  | `vendFinished ${'yes' | 'no' | 'unknown'}`
  | `printFinished ${'printed' | 'failed' | 'unknown'}`
  | `timerFired ${SingleTimer | 'reversal'}`;

const AMOUNT = '1250';

const PAY_ANSWERS = {
  paid: paid(cny(AMOUNT)),
  'other amount': paid(cny('999')),
  'another code helps': failure('EXPIRED_CODE'),
  declined: failure('RISK_REJECT'),
  unknown: unclear('PAYMENT_IN_PROCESS'),
  silence: SILENCE,
  'never left': { kind: 'silence', reason: 'refused' },
} as const satisfies Readonly<Record<string, AcquirerAnswer>>;

const INQUIRY_ANSWERS = {
  paid: found('SUCCESS', { amount: cny(AMOUNT) }),
  'other amount': found('SUCCESS', { amount: cny('999') }),
  failed: found('FAIL'),
  processing: found('PROCESSING'),
  'not found': failure('ORDER_NOT_EXIST'),
  refused: failure('RISK_REJECT'),
} as const satisfies Readonly<Record<string, AcquirerAnswer>>;

/** The host app delivers, except where the sale has to be vending. */
const HOST = { vend: 'host', hostConfirmMs: 30_000, saleMode: 'amount' } as const;

const SELECTION = {
  ...HOST,
  saleMode: 'selection',
  catalog: { 1: { slot: '1', name: 'Tea', price: cny('300'), channel: '1' } },
} as const;
const MACHINE = { vend: 'device', saleMode: 'mdb' } as const;

/** Makes each situation, from a box that is ready. */
export const SITUATIONS: Readonly<Record<Situation, () => Drive>> = {
  noSale: () => createReadyDrive(HOST),
  awaitingCode: () => withSale(HOST, (drive) => startSale(drive, AMOUNT)),
  paying: () => withSale(HOST, (drive) => startPaying(drive, AMOUNT)),
  inquiring: () =>
    withSale(HOST, (drive) => {
      answerPay(drive, SILENCE);
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    }),
  inquiriesSpent: () =>
    withSale({ ...HOST, inquiryLimit: 0 }, (drive) => {
      answerPay(drive, SILENCE);
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    }),
  approved: () => withSale(HOST, (drive) => answerPay(drive, paid(cny(AMOUNT)))),
  vending: () => withSale({ ...HOST, vend: 'device' }, (drive) => answerPay(drive, paid(cny(AMOUNT)))),
  settled: () => withSale({ ...HOST, hostConfirmMs: 0 }, (drive) => answerPay(drive, paid(cny(AMOUNT)))),
  declined: () => withSale(HOST, (drive) => answerPay(drive, failure('RISK_REJECT'))),
  cancelled: () =>
    withSale(HOST, (drive) => {
      startSale(drive, AMOUNT);
      drive.feed({ type: 'keyPressed', key: '*' });
    }),
  reversing: () =>
    withSale(HOST, (drive) => {
      answerPay(drive, paid(cny(AMOUNT)));
      drive.fire('hostConfirm');
    }),
  reversed: () =>
    withSale(HOST, (drive) => {
      answerPay(drive, paid(cny(AMOUNT)));
      drive.fire('hostConfirm');
      const { exchange, reversalId } = drive.lastSent('sendReversal');
      drive.feed({ type: 'reversalAnswered', exchange, reversalId, answer: success() });
    }),
  heldForPerson: () =>
    withSale({ ...HOST, vend: 'device', vendUnknown: 'operator' }, (drive) => {
      answerPay(drive, paid(cny(AMOUNT)));
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
    }),
  typingAmount: () => withSale(HOST, (drive) => drive.feed({ type: 'keyPressed', key: '1' })),
  typingSlot: () => withSale(SELECTION, (drive) => drive.feed({ type: 'keyPressed', key: '1' })),
  machineAwaitingCode: () => withSale(MACHINE, askAtMachine),
  machinePaying: () =>
    withSale(MACHINE, (drive) => {
      askAtMachine(drive);
      drive.feed({ type: 'codeScanned', code: CODE });
    }),
};

function askAtMachine(drive: Drive): void {
  drive.feed({ type: 'machineAsked', selection: 7, amount: cny(AMOUNT), item: '12' });
}

function withSale(policy: Parameters<typeof createReadyDrive>[0], lead: (drive: Drive) => unknown): Drive {
  const drive = createReadyDrive(policy);
  lead(drive);
  drive.news();
  return drive;
}

function answerPay(drive: Drive, answer: ReturnType<typeof paid> | typeof SILENCE): void {
  const paymentRequestId = startPaying(drive, AMOUNT);
  drive.feed({ type: 'payAnswered', paymentRequestId, answer });
}

/** Feeds the input of a case; a timer as soon as it is due. */
export function decide(drive: Drive, name: InputCase): Step {
  if (name === 'restarted') return drive.reboot();
  const input = inputOf(drive, name);
  return input.type === 'timerFired' ? drive.fire(input.timer) : drive.feed(input);
}

/** The input of a case, about the present sale and reversal, or about none that exists. */
function inputOf(drive: Drive, name: Exclude<InputCase, 'restarted'>): Event {
  const callId = 'c1';
  const sale = Object.values(drive.state.book.sales).at(-1);
  const saleId = sale?.saleId ?? 'none';
  const paymentRequestId = sale?.attempts.at(-1)?.paymentRequestId ?? 'none';
  const reversalId = Object.keys(drive.state.book.reversals).at(-1) ?? 'none';
  const [type, detail] = [name.split(' ')[0] as Event['type'], name.slice(name.indexOf(' ') + 1)];
  const code = detail === 'payment code' ? CODE : '6901234567892';
  switch (type) {
    case 'booted':
    case 'codeUnclear':
    case 'keysUnclear':
      return { type };
    case 'inputRefused':
      return { type, refusal: { device: 'vend', reason: 'price', times: 1, detail: '1.505' } };
    case 'timerFired':
      return { type, timer: (detail === 'reversal' ? `reversal:${reversalId}` : detail) as TimerName };
    case 'saleRequested':
      return { type, callId, orderId: 'order-2', amount: cny('300') };
    case 'codeScanned':
      return { type, code };
    case 'codeGiven':
      return { type, callId, saleId, code };
    case 'keyPressed':
      return { type, key: detail };
    case 'cancelRequested':
    case 'receiptRequested':
      return { type, callId, saleId };
    case 'deliveryReported':
      return { type, callId, saleId, ok: detail === 'ok' };
    case 'refundRequested':
      return { type, callId, saleId, refundId: 'refund-1', amount: cny('250') };
    case 'reversalRetryRequested':
      return { type, callId, reversalId };
    case 'reversalSettled':
      return { type, callId, reversalId, by: 'Wang', note: 'paid back in cash' };
    case 'payAnswered':
      return { type, paymentRequestId, answer: PAY_ANSWERS[detail as keyof typeof PAY_ANSWERS] };
    case 'inquiryAnswered':
      return { type, paymentRequestId, answer: INQUIRY_ANSWERS[detail as keyof typeof INQUIRY_ANSWERS] };
    case 'reversalAnswered': {
      const exchange = drive.state.live.reversals[reversalId]?.awaiting ?? 999;
      return { type, exchange, reversalId, answer: success() };
    }
    case 'probeAnswered':
      return { type, answer: failure('ORDER_NOT_EXIST') };
    case 'connectionTried':
      return { type, reached: false };
    case 'paymentNotified':
      return { type, paymentRequestId, paymentId: 'P1', amount: cny(AMOUNT) };
    case 'agentTokenNotified':
      return { type, accessToken: 'token-1' };
    case 'doorChanged':
      return { type: 'doorChanged', open: true };
    case 'machineAsked':
      return { type: 'machineAsked', selection: 1, amount: cny('1250'), item: '3' };
    case 'machineGaveUp':
    case 'droppedLate':
    case 'failedLate':
      return { type };
    case 'deviceChanged':
      return { type, device: 'printer', faults: ['printerPaperOut'] };
    case 'vendFinished':
      return { type, saleId, outcome: detail as 'yes' };
    case 'printFinished':
      return { type, saleId, outcome: detail as 'printed' };
  }
}
