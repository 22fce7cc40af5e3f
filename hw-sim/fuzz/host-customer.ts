import type { Sale } from '../../firmware/for-simulator.js';
import { callApi } from './call-api.js';
import { count } from './coverage.js';
import { type Customer, createVisit, type VisitParts } from './visit.js';

/** A host app that got no answer asks again, for longer than a box is off. */
const HOST_RETRY_MS = 2_000;
const HOST_TRIES = 90;

/** States in which a customer may still cancel. */
const CANCELLABLE: readonly Sale['state'][] = ['awaitingCode', 'paying', 'inquiring', 'approved'];

/**
 * A customer and the host app that serves them: asks for a sale, shows codes, cancels, takes the goods, wants money back.
 */
export function createHostCustomer(parts: VisitParts): Customer {
  const { kiosk, config, oracle, chance, coverage, orderId } = parts;
  const visit = createVisit(parts);
  const { soon, ask, leave } = visit;
  /* Mostly the same price, as in real kiosks. */
  const value = chance.likely(0.7) ? '1250' : `${chance.between(1, 99_999)}`;

  function wantSale(): void {
    if (!visit.triesAgain()) return;
    /* The box may be off, or lose power before it answers. */
    soon(30_000, 60_000, () => {
      if (visit.saleId === undefined) wantSale();
    });
    ask({ type: 'saleRequested', orderId, amount: { currency: 'CNY', value } }, (answer) => {
      if (visit.gone) return;
      if (answer.kind !== 'sale') return;
      visit.claim(answer.saleId);
      if (visit.saleId !== answer.saleId) oracle.violate('rule 3, a repeated click opened another sale', orderId);
      const sale = kiosk.terminal?.kernel.state.book.sales[answer.saleId];
      if (sale !== undefined) react(sale);
      if (chance.likely(0.15)) wantSale();
    });
    if (chance.likely(0.15)) soon(0, 200, () => visit.saleId === undefined && wantSale());
    soon(1_000, 120_000, () => {
      if (chance.likely(0.1)) cancel();
    });
  }

  function cancel(): void {
    const { saleId } = visit;
    if (saleId === undefined) return;
    ask({ type: 'cancelRequested', saleId }, (answer) => {
      const state = stateOf(saleId);
      if (answer.kind !== 'sale' || state === undefined || !CANCELLABLE.includes(state)) return;
      oracle.violate('rule 4, a cancel was accepted and did nothing', `${saleId} ${state}`);
    });
  }

  const stateOf = (saleId: string): Sale['state'] | undefined => kiosk.terminal?.kernel.state.book.sales[saleId]?.state;

  function showCode(): void {
    const id = visit.saleId;
    if (id !== undefined && kiosk.terminal !== undefined) {
      visit.showPhone((code) => giveCode(id, code));
    }
  }

  function giveCode(saleId: string, code: string): void {
    const call = { method: 'POST', target: `/v1/sales/${saleId}/code`, body: { code } } as const;
    callApi({ kiosk, port: config.api.port, oracle }, call, (status) => count(coverage, `customer code ${status}`));
  }

  function react(sale: Sale): void {
    if (!visit.notices(sale)) return;
    switch (sale.state) {
      case 'awaitingCode': {
        const quick = chance.likely(0.3);
        return soon(quick ? 0 : 1_000, quick ? 300 : 20_000, () => {
          if (kiosk.terminal?.kernel.state.book.sales[sale.saleId]?.state === 'awaitingCode') showCode();
          if (chance.likely(0.5)) soon(2_000, 20_000, () => visit.seen === 'awaitingCode' && showCode());
        });
      }
      case 'paying':
        /* Most replies arrive sooner. A customer who still waits then may cancel. */
        return soon(200, 4_900, () => {
          if ((visit.seen === 'paying' || visit.seen === 'inquiring') && chance.likely(0.25)) cancel();
        });
      case 'approved':
        return handOut(sale.saleId);
      case 'settled':
        return soon(100, 3_000, () => afterwards(sale.saleId));
      default:
        return;
    }
  }

  /**
   * The host app hands the goods out and reports whether that worked; sometimes it forgets. It is another program: it
   * reports even when the customer has left or the box was off.
   */
  function handOut(saleId: string): void {
    if (chance.likely(0.1)) return;
    const ok = chance.likely(0.9);
    kiosk.world.after(chance.between(100, 5_000), () => tell(saleId, ok, HOST_TRIES));
  }

  function tell(saleId: string, ok: boolean, tries: number): void {
    let answered = false;
    report(saleId, ok, () => {
      answered = true;
    });
    kiosk.world.after(HOST_RETRY_MS, () => {
      if (!answered && tries > 1) tell(saleId, ok, tries - 1);
    });
  }

  /** Sometimes the host app reports twice. */
  function report(saleId: string, ok: boolean, told: () => void = () => undefined): void {
    const call = { type: 'deliveryReported', saleId, ok } as const;
    if (!ok) oracle.returnAsked(saleId, BigInt(value));
    ask(call, (answer) => {
      told();
      if (answer.kind === 'sale') oracle.deliveryAgreed(saleId, ok);
    });
    if (chance.likely(0.1)) ask(call, () => undefined);
  }

  function afterwards(saleId: string): void {
    if (chance.likely(0.05)) {
      soon(0, 1_000, () => report(saleId, false));
      return soon(5_000, 20_000, () => leave('did not get the goods'));
    }
    if (chance.likely(0.25)) visit.wantMoneyBack(saleId, value);
    if (chance.likely(0.05)) ask({ type: 'receiptRequested', saleId }, () => undefined);
    if (chance.likely(0.1)) cancel();
    if (chance.likely(0.1)) {
      ask({ type: 'saleRequested', orderId, amount: { currency: 'CNY', value } }, (answer) => {
        if (answer.kind !== 'sale' || answer.saleId === saleId || stateOf(saleId) !== 'settled') return;
        oracle.violate('rule 3, an order that was paid is sold again', orderId);
      });
    }
    soon(0, 5_000, () => leave('got the goods'));
  }

  soon(0, 3_000, wantSale);

  return {
    saleChanged: react,
    powerLost: () => leave('saw it go dark'),
  };
}
