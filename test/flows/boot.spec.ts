import assert from 'node:assert/strict';
import { view } from '../../flows/view.js';
import { cny, effectWords, failure, paid, recordWords, SILENCE } from './builders.js';
import { createReadyDrive, type Drive, startPaying, startSale } from './drive.js';
import { SITUATIONS, type Situation } from './situations.js';

describe('boot', () => {
  /** For a power cut in each situation: the sale's state, its cause, and what is sent. */
  const AFTER: Readonly<Record<Situation, string>> = {
    noSale: 'none · sendProbe',
    awaitingCode: 'cancelled powerLost · sendProbe',
    paying: 'reversing powerLost · sendReversal:cancel sendProbe',
    inquiring: 'reversing powerLost · sendReversal:cancel sendProbe',
    inquiriesSpent: 'reversing powerLost · sendReversal:cancel sendProbe',
    approved: 'approved · sendProbe',
    vending: 'reversing vendUnknown · alarm:vendUnknown sendReversal:cancel sendProbe',
    settled: 'settled · sendProbe',
    declined: 'declined RISK_REJECT · sendProbe',
    cancelled: 'cancelled customerCancelled · sendProbe',
    reversing: 'reversing hostSilent · sendReversal:cancel sendProbe',
    reversed: 'reversed hostSilent · sendProbe',
    heldForPerson: 'reversing vendUnknown · alarm:reversalNeedsPerson sendProbe',
    typingAmount: 'none · sendProbe',
    typingSlot: 'none · sendProbe',
    machineAwaitingCode: 'cancelled powerLost · sendProbe',
    machinePaying: 'reversing powerLost · sendReversal:cancel sendProbe',
  };
  for (const [situation, expected] of Object.entries(AFTER) as [Situation, string][]) {
    it(`after a power cut in ${situation}: ${expected}`, () => {
      const drive = SITUATIONS[situation]();
      const decision = drive.reboot();
      const sale = Object.values(drive.state.book.sales)[0];
      const end = sale === undefined ? 'none' : `${sale.state} ${sale.endCode ?? ''}`.trim();
      assert.equal(`${end} · ${effectWords(decision)}`, expected);
      assert.equal(recordWords(decision).split(' ')[0], 'terminalStarted');
    });
  }

  it('treats a payment that failed, the customer to try again, as it stands in the book', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
    drive.reboot();
    assert.equal(drive.sale().state, 'cancelled');
  });

  it('reverses a payment whose failure was not durable yet', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
    drive.reboot({ torn: true });
    assert.equal(drive.sale().state, 'reversing');
  });

  it('keeps what the customer read: cancelled with nothing charged, also after a failed attempt', () => {
    const drive = createReadyDrive();
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: failure('EXPIRED_CODE') });
    drive.feed({ type: 'keyPressed', key: '*' });
    drive.reboot({ torn: true });
    assert.equal(drive.sale().state, 'cancelled');
  });

  it('knows nothing of a sale that never paid and was not durable', () => {
    const drive = createReadyDrive();
    startSale(drive);
    drive.feed({ type: 'keyPressed', key: '*' });
    startSale(drive);
    drive.reboot({ torn: true });
    assert.deepEqual(drive.state.book.sales, {});
  });

  const VENDING = { keep: 'settled', operator: 'reversing', refund: 'reversing' } as const;
  for (const [vendUnknown, expected] of Object.entries(VENDING)) {
    it(`with goods that may have gone and the policy ${vendUnknown}: ${expected}`, () => {
      const drive = createReadyDrive();
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.reboot({ policy: { vendUnknown: vendUnknown as keyof typeof VENDING } });
      assert.equal(drive.sale().state, expected);
      assert.equal(drive.sent('sendReversal').length, vendUnknown === 'refund' ? 1 : 0);
    });
  }

  describe('while the host app hands out the goods', () => {
    const MINUTE_MS = 60_000;

    function approved(): Drive {
      const drive = createReadyDrive({ vend: 'host', hostConfirmMs: 30_000 });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.wait(20_000);
      return drive;
    }

    const report = (drive: Drive, ok: boolean): string =>
      effectWords(drive.feed({ type: 'deliveryReported', callId: 'c', saleId: drive.sale().saleId, ok }));

    it('waits for its word as long again, and takes it', () => {
      const drive = approved();
      drive.reboot();
      drive.wait(29_999);
      assert.equal(drive.sale().state, 'approved');
      assert.equal(report(drive, true), 'printReceipt answer:sale');
      drive.wait(MINUTE_MS);
      assert.deepEqual([drive.sale().state, drive.sent('sendReversal')], ['settled', []]);
    });

    it('reverses on its word that it could not', () => {
      const drive = approved();
      drive.reboot();
      assert.equal(report(drive, false), 'sendReversal:cancel answer:sale');
      assert.equal(drive.reversal().cause, 'notDelivered');
    });

    it('reverses when it stays silent for that time', () => {
      const drive = approved();
      drive.reboot();
      drive.wait(30_000);
      assert.deepEqual([drive.sale().state, drive.reversal().cause], ['reversing', 'hostSilent']);
      assert.equal(report(drive, true), 'answer:conflict/alreadyReversed');
    });

    const CHANGED: readonly [name: string, policy: Partial<Drive['policy']>, waitMs: number][] = [
      ['a longer HOST_CONFIRM_MS', { hostConfirmMs: 90_000 }, 90_000],
      ['no HOST_CONFIRM_MS any more', { hostConfirmMs: 0 }, MINUTE_MS],
      ['a device that hands out the goods of the next sale', { vend: 'device' }, 30_000],
      ['a device, and no HOST_CONFIRM_MS', { vend: 'device', hostConfirmMs: 0 }, MINUTE_MS],
    ];
    for (const [name, policy, waitMs] of CHANGED) {
      it(`waits for it with ${name}, too`, () => {
        const drive = approved();
        drive.reboot({ policy });
        drive.wait(waitMs - 1);
        assert.equal(drive.sale().state, 'approved');
        drive.wait(1);
        assert.equal(drive.sale().state, 'reversing');
        const told = approved();
        told.reboot({ policy });
        report(told, true);
        assert.deepEqual([told.sale().state, told.sent('startVend')], ['settled', []]);
      });
    }

    it('waits again at each of 20 starts and reverses at the next one: it must not keep the money for ever', () => {
      const drive = approved();
      for (let start = 1; start <= 20; start += 1) {
        drive.wait(9_000);
        drive.reboot({ torn: true });
        assert.deepEqual([start, drive.sale().state], [start, 'approved']);
      }
      drive.reboot({ torn: true });
      assert.deepEqual([drive.sale().state, drive.reversal().cause], ['reversing', 'powerLost']);
    });

    it('shows the customer that it is paid, and takes no other sale meanwhile', () => {
      const drive = approved();
      drive.reboot();
      drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
      assert.equal(view(drive.state).text, 'paid');
      assert.equal(order(drive), 'answer:conflict/saleOpen');
    });
  });

  describe('after goods that may have gone were kept as paid', () => {
    const MINUTE_MS = 60_000;

    function kept(): Drive {
      const drive = createReadyDrive({ vendUnknown: 'keep' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.feed({ type: 'vendFinished', saleId: drive.sale().saleId, outcome: 'unknown' });
      drive.news();
      return drive;
    }

    const alarms = (drive: Drive) =>
      drive.sent('raiseAlarm').filter(({ alarm, detail }) => alarm === 'vendUnknown' && detail === drive.sale().saleId)
        .length;

    it('raises the alarm again, which the power may have taken, at every boot until it was surely heard', () => {
      const drive = kept();
      drive.reboot({ torn: true });
      assert.equal(drive.news(), 'alarm:vendUnknown sendProbe');
      drive.wait(MINUTE_MS - 1);
      drive.reboot({ torn: true });
      assert.equal(alarms(drive), 3);
      drive.wait(MINUTE_MS);
      drive.reboot();
      drive.wait(2 * MINUTE_MS);
      drive.reboot();
      assert.deepEqual([alarms(drive), drive.sale().state], [3, 'settled']);
    });

    it('raises it once where the power stays', () => {
      const drive = kept();
      drive.wait(60 * MINUTE_MS);
      assert.deepEqual([alarms(drive), drive.sale().goodsUnknown], [1, 'told']);
    });

    it('raises it for goods that the power cut itself caught in the machine', () => {
      const drive = createReadyDrive({ vendUnknown: 'keep' });
      const paymentRequestId = startPaying(drive);
      drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
      drive.reboot();
      drive.reboot();
      assert.deepEqual([alarms(drive), drive.sale().state], [2, 'settled']);
    });
  });

  it('calls a receipt unknown that was due, and lets it be asked for as a COPY', () => {
    const drive = createReadyDrive({ vend: 'host' });
    const paymentRequestId = startPaying(drive);
    drive.feed({ type: 'payAnswered', paymentRequestId, answer: paid(cny('1250')) });
    drive.reboot();
    assert.deepEqual([drive.sale().state, drive.sale().receipt], ['settled', 'unknown']);
    assert.equal(drive.sent('printReceipt').length, 1);
    drive.feed({ type: 'receiptRequested', callId: 'c', saleId: drive.sale().saleId });
    assert.equal(drive.lastSent('printReceipt').receipt.kind, 'copy');
  });

  it('goes on with every reversal in the book, at once', () => {
    const drive = createReadyDrive({ vend: 'host' });
    for (const order of ['a', 'b', 'c']) {
      startPaying(drive, '100', order);
      drive.feed({ type: 'keyPressed', key: '*' });
    }
    drive.news();
    drive.reboot();
    assert.equal(drive.news(), 'sendReversal:cancel sendReversal:cancel sendReversal:cancel sendProbe');
  });

  it('sells again only when the acquirer has answered', () => {
    const drive = createReadyDrive();
    drive.reboot();
    assert.equal(order(drive), 'answer:notReady');
    drive.feed({ type: 'probeAnswered', answer: SILENCE });
    assert.equal(order(drive), 'answer:notReady');
    drive.wait(15_000);
    drive.feed({ type: 'probeAnswered', answer: failure('ORDER_NOT_EXIST') });
    assert.equal(order(drive), 'answer:sale/created');
  });

  it('counts boots and keeps the serial number and the access token', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    drive.feed({ type: 'agentTokenNotified', accessToken: 'token-1', expiresAtWallMs: 5 });
    drive.reboot({ torn: true });
    assert.deepEqual(
      [drive.state.book.bootCount, drive.state.book.serialNumber, drive.state.book.agentToken],
      [2, 1, { accessToken: 'token-1', expiresAtWallMs: 5 }],
    );
  });

  it('happens once in a run', () => {
    const drive = createReadyDrive();
    startPaying(drive);
    assert.equal(drive.feed({ type: 'booted' }).ignored, 'already running');
    assert.equal(drive.sale().state, 'paying');
  });
});

function order(drive: Drive): string {
  return effectWords(drive.feed({ type: 'saleRequested', callId: 'c', orderId: 'o', amount: cny('100') }));
}
