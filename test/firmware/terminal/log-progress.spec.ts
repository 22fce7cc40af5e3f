import assert from 'node:assert/strict';
import type { Log, LogFields } from '../../../firmware/log/log.js';
import { logProgress } from '../../../firmware/terminal/log-progress.js';
import type { Policy } from '../../../flows/policy.js';
import { answered, createTestTerminal, testPolicy } from '../test-terminal.js';

const AMOUNT = { currency: 'CNY', value: '1250' };

/** A terminal whose progress is logged; `news` answers the lines since it was asked last. */
function createBench(change: Partial<Policy> = {}) {
  const terminal = createTestTerminal(testPolicy(change));
  const lines: string[] = [];
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}): void => {
      const told = Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
      lines.push([level, message, ...told].join(' '));
    };
  const log: Log = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  logProgress(terminal.kernel, log);
  const news = (): string[] => lines.splice(0);
  const startSale = (orderId: string): string => {
    terminal.kernel.ask({ type: 'saleRequested', orderId, amount: AMOUNT }, () => undefined);
    terminal.kernel.feed({ type: 'codeScanned', code: '281234567890123456789012' });
    return Object.keys(terminal.kernel.state.book.sales).at(-1) ?? '';
  };
  return { terminal, news, startSale };
}

describe('the log of what the terminal does', () => {
  it('reports each change of readiness once, with the reasons', () => {
    const { terminal, news } = createBench();
    terminal.boot();
    assert.deepEqual(news(), ['info not ready reasons=acquirerUnknown', 'info ready']);
    const flash = (...faults: ('flashSlow' | 'flashDamaged')[]) =>
      terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults });
    flash('flashSlow');
    flash('flashSlow');
    terminal.kernel.feed({ type: 'doorChanged', open: true });
    flash();
    terminal.kernel.feed({ type: 'doorChanged', open: false });
    terminal.kernel.feed({ type: 'deviceChanged', device: 'panel', faults: ['panelLines'] });
    assert.deepEqual(news(), [
      'warn not ready reasons=flashSlow',
      'warn not ready reasons=flashSlow doorOpen',
      'warn not ready reasons=doorOpen',
      'info ready',
      'info ready warnings=panelLines',
    ]);
  });

  it('warns of a start without the journal, which waiting does not end', () => {
    const { terminal, news } = createBench();
    terminal.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: ['flashAbsent'] });
    assert.deepEqual(news(), ['warn not ready reasons=flashAbsent starting acquirerUnknown']);
  });

  it('reports how a sale ended', () => {
    const { terminal, news, startSale } = createBench();
    terminal.boot();
    news();
    const paid = startSale('A1');
    terminal.answerPay(answered({ amount: AMOUNT, paymentId: 'P1' }));
    const declined = startSale('A2');
    terminal.answerPay(answered({ status: 'F', code: 'RISK_REJECT' }));
    assert.deepEqual(news(), [
      `info sale ended saleId=${paid} orderId=A1 state=settled amount=CNY 12.50`,
      `info sale ended saleId=${declined} orderId=A2 state=declined code=RISK_REJECT amount=CNY 12.50`,
    ]);
  });

  it('reports how a reversal ended, and who settled it by hand', () => {
    const { terminal, news, startSale } = createBench();
    terminal.boot();
    news();
    const sales = ['A1', 'A2'].map((orderId) => {
      const saleId = startSale(orderId);
      terminal.kernel.ask({ type: 'cancelRequested', saleId }, () => undefined);
      return saleId;
    });
    const [first = '', second = ''] = Object.keys(terminal.kernel.state.book.reversals);
    const settled = { type: 'reversalSettled', reversalId: first, by: 'Ada', note: 'in cash' } as const;
    terminal.kernel.ask(settled, () => undefined);
    terminal.clock.advance(60_000);
    terminal.answerReversal(answered());
    const code = 'state=reversing code=hostCancelled amount=CNY 12.50';
    const lines = news();
    assert.deepEqual(lines, [
      `info sale ended saleId=${sales[0]} orderId=A1 ${code}`,
      `info sale ended saleId=${sales[1]} orderId=A2 ${code}`,
      `info reversal ended reversalId=${first} saleId=${sales[0]} how=settledByHand by=Ada note=in cash outcome=reversed`,
      ...lines.slice(3),
    ]);
    assert.ok(lines.slice(3).every((line) => line.includes(second) || line.includes('ready')));
  });
});
