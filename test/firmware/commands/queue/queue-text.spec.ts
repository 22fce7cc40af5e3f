import assert from 'node:assert/strict';
import { presentReversal } from '../../../../firmware/api/present-reversal.js';
import { presentSale } from '../../../../firmware/api/present-sale.js';
import type { CutOffView } from '../../../../firmware/commands/queue/queue-source.js';
import { queueText } from '../../../../firmware/commands/queue/queue-text.js';
import { EMPTY_BOOK } from '../../../../flows/book.js';
import type { Reversal } from '../../../../flows/reversal.js';
import { createReadyDrive, startPaying, startSale } from '../../../flows/drive.js';

const SALE = startSale(createReadyDrive());

function view(change: Partial<Reversal> = {}) {
  const drive = createReadyDrive();
  startPaying(drive);
  drive.feed({ type: 'keyPressed', key: '*' });
  return presentReversal({ ...drive.reversal(), ...change });
}

const OPEN = view({ reversalId: 'c20261123201530-1' });
const STUCK = view({ reversalId: 'c20261123201530-2', state: 'needsPerson', lastCode: 'PROCESS_FAIL' });
const HELD = view({ reversalId: 'c20261123201530-3', state: 'needsPerson', manual: true, cause: 'vendUnknown' });
const DONE = view({
  reversalId: 'r20261123201530-4',
  kind: 'refund',
  state: 'finished',
  end: { how: 'settledByHand', atWallMs: Date.UTC(2026, 10, 24), by: 'Ada', note: 'cash\n\x1b[2J', outcome: 'paid' },
});

const HELD_REFUND = view({
  reversalId: 'r20261123201530-6',
  kind: 'refund',
  state: 'needsPerson',
  manual: true,
  lastCode: 'REFUND_FAILED',
});

const CUT_OFF: CutOffView = {
  reversalId: 'c20261123201530-5',
  saleId: SALE.saleId,
  orderId: 'order-1\n',
  state: 'inquiring',
  amount: { currency: 'CNY', value: '1250' },
  paymentRequestId: '20261123201530-5',
  at: '2026-11-23T12:15:30Z',
  atStart: 'reversed',
};

type Reversals = readonly ReturnType<typeof view>[];

const tableOf = (reversals: Reversals, shown: Reversals, whole: boolean, cutOff: readonly CutOffView[] = []): string =>
  queueText.table({ reversals, shown, cutOff, whole });

describe('the queue for people', () => {
  it('is a table with a column for each fact, and says how many wait and for whom', () => {
    const all = [OPEN, STUCK, HELD, DONE];
    assert.equal(
      queueText.table({ reversals: all, shown: all, cutOff: [], whole: true }),
      [
        'ID                 SINCE                 AMOUNT     KIND    STATE               CAUSE              LAST CODE',
        'c20261123201530-1  2026-11-23T12:15:30Z  CNY 12.50  cancel  open                customerCancelled',
        'c20261123201530-2  2026-11-23T12:15:30Z  CNY 12.50  cancel  needsPerson         customerCancelled  PROCESS_FAIL',
        'c20261123201530-3  2026-11-23T12:15:30Z  CNY 12.50  cancel  needsPerson (held)  vendUnknown',
        'r20261123201530    2026-11-23T12:15:30Z  CNY 12.50  refund  finished            customerCancelled',
        '3 waiting, 2 of them for a person (see: tillbox queue show ID)',
        '',
      ].join('\n'),
    );
  });

  const ENDS: readonly [name: string, table: string, end: RegExp][] = [
    ['one that waits', tableOf([OPEN], [OPEN], true), /\n1 waiting\n$/],
    ['only what is finished', tableOf([DONE], [DONE], true), /\n0 waiting\n$/],
    ['nothing', tableOf([DONE], [], true), /^Nothing waits in the queue\.\n$/],
    ['nothing in what can be read', tableOf([DONE], [], false), /^What can be read holds no such reversal\.\n$/],
  ];
  for (const [name, table, end] of ENDS) {
    it(`reports ${name}`, () => assert.match(table, end));
  }

  it('lists what was cut off beside the queue, and does not say that nothing waits', () => {
    const rows = [
      'ID                 SINCE                 AMOUNT     SALE       ORDER     PAYMENT REQUEST   PAYMENT',
      'c20261123201530-5  2026-11-23T12:15:30Z  CNY 12.50  inquiring  order-1�  20261123201530-5',
      '1 cut off, not in the queue yet, and may have been charged (see: tillbox queue show ID)',
      'A start of the terminal with this card reverses it.',
      '',
    ].join('\n');
    assert.equal(tableOf([OPEN], [], true, [CUT_OFF]), rows);
    assert.ok(tableOf([OPEN], [OPEN], true, [CUT_OFF]).endsWith(`\n1 waiting\n\n${rows}`));
    assert.equal(tableOf([OPEN], [], false, [CUT_OFF]), `What can be read holds no such reversal.\n\n${rows}`);
  });

  it('says what becomes of a sale that was cut off, and what to do where its box stays dark', () => {
    assert.match(
      queueText.cutOff(CUT_OFF),
      /payment may have been charged.*\nA start of the terminal with this card reverses it\.\n.*Alipay.*--note TEXT\n$/s,
    );
    const awaited = queueText.cutOff({ ...CUT_OFF, state: 'approved', atStart: 'awaitsHost' });
    assert.match(awaited, /waits for the host app to say `delivered`, and reverses it without\./);
    const moving = queueText.cutOff({ ...CUT_OFF, state: 'vending', paymentId: 'P1', atStart: 'vendUnknown' });
    assert.match(moving, /^payment +P1$/m);
    assert.match(moving, /payment was charged.*\n.*as VEND_UNKNOWN says\.\n.*--outcome paid/s);
  });

  const ADVICE: readonly [name: string, reversal: typeof OPEN, advice: RegExp][] = [
    ['one that is sent', OPEN, /order {12}no longer kept\n$/],
    [
      'one that the terminal cannot end',
      STUCK,
      /it goes on trying slowly.*\nSettle it before you pay the customer back.*\n.*queue retry c\S+-2\n.*--by NAME --note TEXT\n$/s,
    ],
    ['one that is held back', HELD, /Held back.*\n.*queue retry c\S+-3\n.*--by NAME --note TEXT --outcome paid\n$/s],
    [
      'a refund that failed for good',
      HELD_REFUND,
      /Settle it first, then pay.*\n.*queue retry r\S+-6\n.*--by NAME --note TEXT\n$/s,
    ],
    [
      'one that was settled while it could still be charged',
      { ...DONE, mayArriveUntil: '2026-11-24T00:01:00Z', warning: 'it may' },
      /may arrive until {1,2}2026-11-24T00:01:00Z\nwarning {10}it may\n/,
    ],
    ['one that is finished', DONE, /order {12}no longer kept\n$/],
  ];
  for (const [name, reversal, advice] of ADVICE) {
    it(`says what to do about ${name}`, () => assert.match(queueText.entry(reversal, undefined), advice));
  }

  it('reports who settled it, and lets nobody steer the window', () => {
    const text = queueText.entry(DONE, undefined);
    assert.match(
      text,
      /ended {12}settledByHand at 2026-11-24T00:00:00Z\nby {15}Ada\nnote {13}cash��\[2J\noutcome {10}paid\n/,
    );
  });

  it('reports every fact of one, a line each', () => {
    const facts = {
      paymentId: 'P1',
      refundRequestId: 'p1R1',
      refundId: 'R-1',
      reason: 'cold',
      lastCode: 'RISK_REJECT',
    };
    const refund = view({
      reversalId: 'r1',
      kind: 'refund',
      cause: 'refundRequested',
      paymentRequestId: 'p1',
      ...facts,
    });
    const sale = presentSale(EMPTY_BOOK, { ...SALE, description: 'Tea', state: 'settled' }, 'en');
    assert.equal(
      queueText.entry(refund, sale),
      [
        'reversal         r1',
        'state            open',
        'amount           CNY 12.50',
        'kind             refund',
        'cause            refundRequested',
        'since            2026-11-23T12:15:30Z',
        'last code        RISK_REJECT',
        `that means       ${refund.operatorText}`,
        'payment request  p1',
        'payment          P1',
        'acquirer         https://pay.example.com/ams/api',
        'refund request   p1R1',
        'refund id        R-1',
        'reason           cold',
        `sale             ${SALE.saleId}`,
        'order            order-1',
        'sale state       settled',
        'goods            Tea',
        '',
      ].join('\n'),
    );
  });

  it('says what the last code means', () => {
    assert.match(
      queueText.entry(STUCK, undefined),
      /last code {8}PROCESS_FAIL\nthat means {7}refused without a reason/,
    );
  });
});
