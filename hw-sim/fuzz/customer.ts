import type { CallAnswer, Sale } from '../../firmware/terminal.js';
import type { Kiosk } from '../kiosk.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Oracle } from './oracle.js';

/**
 * One customer before the box, with the host app that serves them: asks for a sale, shows codes, changes their mind,
 * takes the goods, wants money back. They leave when the sale is over, when the box goes dark or when they lose patience.
 */
export interface Customer {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** The box went dark. */
  powerLost(): void;
}

export interface CustomerParts {
  readonly kiosk: Kiosk;
  readonly devices: KioskDevices;
  /** Whether codes are read by the scan engine, or come to the terminal by themselves. */
  readonly equipped: boolean;
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly coverage: Coverage;
  readonly orderId: string;
  readonly left: () => void;
}

const PATIENCE_TRIES = 8;

export function createCustomer({
  kiosk,
  devices,
  equipped,
  oracle,
  chance,
  coverage,
  orderId,
  left,
}: CustomerParts): Customer {
  const { world } = kiosk;
  /* The same price again and again, as kiosks have it, and now and then another. */
  const value = chance.likely(0.7) ? '1250' : `${chance.between(1, 99_999)}`;
  let saleId: string | undefined;
  let gone = false;
  let tries = 0;
  let seen: Sale['state'] | undefined;

  function leave(why: string): void {
    if (gone) return;
    gone = true;
    count(coverage, `customer ${why}`);
    left();
  }

  function soon(leastMs: number, mostMs: number, act: () => void): void {
    world.after(chance.between(leastMs, mostMs), () => {
      if (!gone) act();
    });
  }

  function ask(
    call: Parameters<NonNullable<Kiosk['terminal']>['kernel']['ask']>[0],
    told: (answer: CallAnswer) => void,
  ) {
    kiosk.terminal?.kernel.ask(call, (answer) => {
      count(coverage, `answer ${call.type} ${answer.kind}${answer.kind === 'conflict' ? ` ${answer.code}` : ''}`);
      told(answer);
    });
  }

  function wantSale(): void {
    tries += 1;
    if (tries > PATIENCE_TRIES) return leave('lost patience');
    /* The box may be dark, or die before it answers. */
    soon(30_000, 60_000, () => {
      if (saleId === undefined) wantSale();
    });
    ask({ type: 'saleRequested', orderId, amount: { currency: 'CNY', value } }, (answer) => {
      if (gone) return;
      if (answer.kind !== 'sale') return;
      if (saleId === undefined) saleId = answer.saleId;
      else if (saleId !== answer.saleId) oracle.violate('rule 3, a repeated click opened another sale', orderId);
      const sale = kiosk.terminal?.kernel.state.book.sales[answer.saleId];
      if (sale !== undefined) react(sale);
      if (chance.likely(0.15)) wantSale();
    });
    if (chance.likely(0.15)) soon(0, 200, () => saleId === undefined && wantSale());
    soon(1_000, 120_000, changeMind);
  }

  function changeMind(): void {
    if (!chance.likely(0.1) || saleId === undefined) return;
    ask({ type: 'cancelRequested', saleId }, () => undefined);
  }

  function showCode(): void {
    const kiosked = kiosk.terminal?.kernel;
    if (kiosked === undefined || saleId === undefined) return;
    if (chance.likely(0.05)) return equipped ? hold('6901234567892', 'hello') : kiosked.feed({ type: 'codeUnclear' });
    if (chance.likely(0.05)) return present(chance.pick(['6901234567892', 'hi', '28']));
    if (chance.likely(0.03)) return leave('walked away');
    const code = `${chance.between(25, 30)}${chance.digits(chance.pick([15, 16, 22, 30]))}`;
    if (chance.likely(0.05)) kiosk.acquirer.issueCode(code, world.wallMs());
    oracle.codeShown(code);
    if (chance.likely(0.3)) ask({ type: 'codeGiven', saleId, code }, () => undefined);
    else present(code);
    /* The same code is read twice. */
    if (chance.likely(0.1) && !equipped) present(code);
  }

  function present(code: string): void {
    if (equipped) hold(code);
    else kiosk.terminal?.kernel.feed({ type: 'codeScanned', code });
  }

  /** Holds the phone before the glass for a while. */
  function hold(...codes: readonly string[]): void {
    devices.scanner.show(...codes);
    world.after(chance.between(300, 4_000), () => devices.scanner.hide());
  }

  function react(sale: Sale): void {
    if (gone || sale.saleId !== saleId) return;
    if (seen === sale.state && sale.state !== 'awaitingCode') return;
    seen = sale.state;
    switch (sale.state) {
      case 'awaitingCode': {
        const quick = chance.likely(0.3);
        return soon(quick ? 0 : 1_000, quick ? 300 : 20_000, () => {
          if (kiosk.terminal?.kernel.state.book.sales[sale.saleId]?.state === 'awaitingCode') showCode();
          if (chance.likely(0.5)) soon(2_000, 20_000, () => seen === 'awaitingCode' && showCode());
        });
      }
      case 'approved':
        return soon(100, 5_000, () => report(chance.likely(0.9)));
      case 'settled':
        return soon(100, 3_000, afterwards);
      case 'declined':
      case 'cancelled':
      case 'reversing':
      case 'reversed':
        return soon(0, 5_000, () => leave(`saw ${sale.state}`));
      default:
        return;
    }
  }

  /** The host app tells whether the goods went out; now and then it forgets, or says it twice. */
  function report(ok: boolean): void {
    if (saleId === undefined || chance.likely(0.1)) return;
    const id = saleId;
    const call = { type: 'deliveryReported', saleId: id, ok } as const;
    if (!ok) oracle.returnAsked(id, BigInt(value));
    ask(call, () => undefined);
    if (chance.likely(0.1)) ask(call, () => undefined);
  }

  function afterwards(): void {
    if (saleId === undefined) return;
    const id = saleId;
    if (chance.likely(0.05)) {
      soon(0, 1_000, () => report(false));
      /* The terminal may refuse it, or the host app forget to say it: then nothing comes that would end the visit. */
      return soon(10_000, 30_000, () => leave('complained for nothing'));
    }
    if (chance.likely(0.25)) wantMoneyBack(id);
    if (chance.likely(0.05)) ask({ type: 'receiptRequested', saleId: id }, () => undefined);
    if (chance.likely(0.1)) ask({ type: 'cancelRequested', saleId: id }, () => undefined);
    if (chance.likely(0.1))
      ask({ type: 'saleRequested', orderId, amount: { currency: 'CNY', value } }, () => undefined);
    soon(0, 5_000, () => leave('got the goods'));
  }

  function wantMoneyBack(id: string): void {
    const part = chance.likely(0.5) ? `${chance.between(1, Number(value))}` : undefined;
    const refundId = `f${chance.digits(8)}`;
    const amount = part === undefined ? {} : { amount: { currency: 'CNY', value: part } };
    const call = { type: 'refundRequested', saleId: id, refundId, ...amount } as const;
    oracle.returnAsked(id, BigInt(part ?? value));
    ask(call, (answer) => {
      if (answer.kind === 'reversal' && answer.created) oracle.returnAgreed(id, BigInt(part ?? value));
      if (answer.kind === 'reversal' && chance.likely(0.3)) ask(call, () => undefined);
    });
  }

  soon(0, 3_000, wantSale);

  return {
    saleChanged: react,
    powerLost: () => leave('saw it go dark'),
  };
}
