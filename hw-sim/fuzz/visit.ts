import type { CallAnswer, Config, Sale } from '../../firmware/for-simulator.js';
import { FACTORY_RESET_BARCODE } from '../devices/scan-engine-model.js';
import type { Kiosk } from '../kiosk.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Oracle } from './oracle.js';

/** A customer in front of the box. They leave when the sale is over, when the power goes, or when they lose patience. */
export interface Customer {
  /** The terminal published a change of a sale. */
  saleChanged(sale: Sale): void;
  /** The box lost its power, or its process ended. */
  powerLost(): void;
}

export interface VisitParts {
  readonly kiosk: Kiosk;
  readonly devices: KioskDevices;
  readonly config: Config;
  readonly oracle: Oracle;
  readonly chance: Chance;
  readonly coverage: Coverage;
  readonly orderId: string;
  readonly left: () => void;
}

/** What customers of all kinds do: wait, ask, follow their sale, show a phone, lose patience, leave once. */
export interface Visit {
  readonly gone: boolean;
  /** The customer's sale, once there is one. */
  readonly saleId: string | undefined;
  /** Its state when the customer last looked. */
  readonly seen: Sale['state'] | undefined;
  leave(why: string): void;
  /** Runs `act` after a while, unless the customer has left by then. */
  soon(leastMs: number, mostMs: number, act: () => void): void;
  ask(call: Call, told: (answer: CallAnswer) => void): void;
  /** Takes that sale as the customer's, unless they have one. */
  claim(saleId: string): void;
  /**
   * Looks at a sale: true where it is the customer's and its state has changed, or it waits for a code again. The customer
   * leaves after a sale that ended without goods.
   */
  notices(sale: Sale): boolean;
  /** True a few times; then the customer leaves. */
  triesAgain(): boolean;
  /** Shows a phone to the scanner, mostly with a fresh code. `give` takes the code where the host app has its own camera. */
  showPhone(give?: (code: string) => void): void;
  /** Shows a phone after a while, perhaps twice, while the sale waits for a code. */
  bringPhone(): void;
  /** Waits for the payment, and sometimes cancels it. */
  growImpatient(cancel: () => void): void;
  /** Asks for the whole payment of a sale, or a part of it. */
  wantMoneyBack(saleId: string, value: string): void;
}

type Call = Parameters<NonNullable<Kiosk['terminal']>['kernel']['ask']>[0];

const PATIENCE_TRIES = 8;
const WITHOUT_GOODS: readonly Sale['state'][] = ['declined', 'cancelled', 'reversing', 'reversed'];

export function createVisit({ kiosk, devices, config, oracle, chance, coverage, left }: VisitParts): Visit {
  const { world } = kiosk;
  const scanned = config.devices.scanner.kind !== 'none';
  let gone = false;
  let tries = 0;
  let saleId: string | undefined;
  let seen: Sale['state'] | undefined;
  /** Money that the terminal agreed to give back, in the smallest unit. */
  let agreed = 0n;

  function soon(leastMs: number, mostMs: number, act: () => void): void {
    world.after(chance.between(leastMs, mostMs), () => {
      if (!gone) act();
    });
  }

  function leave(why: string): void {
    if (gone) return;
    gone = true;
    count(coverage, `customer ${why}`);
    left();
  }

  function ask(call: Call, told: (answer: CallAnswer) => void): void {
    kiosk.terminal?.kernel.ask(call, (answer) => {
      count(coverage, `answer ${call.type} ${answer.kind}${answer.kind === 'conflict' ? ` ${answer.code}` : ''}`);
      oracle.shown(JSON.stringify(answer));
      told(answer);
    });
  }

  function present(code: string): void {
    if (scanned) hold(code);
    else kiosk.terminal?.kernel.feed({ type: 'codeScanned', code });
  }

  /** Holds the phone in front of the scanner for a while. */
  function hold(...codes: readonly string[]): void {
    devices.scanner.show(...codes);
    world.after(chance.between(300, 4_000), () => devices.scanner.hide());
  }

  const makeCode = (): string => `${chance.between(25, 30)}${chance.digits(chance.pick([15, 16, 22, 30]))}`;

  const stillPaying = (): boolean => seen === 'paying' || seen === 'inquiring';

  function showPhone(give?: (code: string) => void): void {
    if (chance.likely(0.05)) {
      if (scanned) hold('6901234567892', 'hello');
      else kiosk.terminal?.kernel.feed({ type: 'codeUnclear' });
      return;
    }
    if (chance.likely(0.05)) return present(chance.pick(['6901234567892', 'hi', '28', FACTORY_RESET_BARCODE]));
    if (chance.likely(0.03)) return leave('walked away');
    /* Two people at once: nobody can tell who pays. */
    if (scanned && chance.likely(0.03)) {
      count(coverage, 'customer two phones');
      return hold(makeCode(), makeCode());
    }
    const code = makeCode();
    if (chance.likely(0.05)) kiosk.acquirer.issueCode(code, world.wallMs());
    oracle.codeShown(code);
    if (give !== undefined && chance.likely(0.3)) give(code);
    else present(code);
    /* The same code is read twice. */
    if (chance.likely(0.1) && !scanned) present(code);
  }

  function showWantedPhone(): void {
    if (seen === 'awaitingCode') showPhone();
  }

  function wantMoneyBack(saleId: string, value: string): void {
    const part = chance.likely(0.5) ? `${chance.between(1, Number(value))}` : undefined;
    const refundId = `f${chance.digits(8)}`;
    const amount = part === undefined ? {} : { amount: { currency: 'CNY', value: part } };
    const call = { type: 'refundRequested', saleId, refundId, ...amount } as const;
    oracle.returnAsked(saleId, BigInt(part ?? value));
    ask(call, (answer) => {
      if (answer.kind === 'reversal' && answer.created) {
        const back = part === undefined ? BigInt(value) - agreed : BigInt(part);
        agreed += back;
        oracle.returnAgreed(saleId, back);
      }
      if (answer.kind === 'reversal' && chance.likely(0.3)) ask(call, () => undefined);
      /* Of the rest, or of more than that. */
      if (chance.likely(0.3)) soon(0, 2_000, () => wantMoneyBack(saleId, value));
      if (chance.likely(0.3))
        soon(0, 5_000, () => ask({ type: 'receiptRequested', saleId, refundId }, () => undefined));
    });
  }

  return {
    get gone() {
      return gone;
    },
    get saleId() {
      return saleId;
    },
    get seen() {
      return seen;
    },
    leave,
    soon,
    ask,
    claim(id) {
      saleId ??= id;
    },
    notices(sale) {
      if (gone || sale.saleId !== saleId || (seen === sale.state && sale.state !== 'awaitingCode')) return false;
      seen = sale.state;
      if (WITHOUT_GOODS.includes(sale.state)) soon(0, 5_000, () => leave(`saw ${sale.state}`));
      return true;
    },
    triesAgain() {
      tries += 1;
      if (tries > PATIENCE_TRIES) leave('lost patience');
      return !gone;
    },
    showPhone,
    bringPhone() {
      soon(chance.likely(0.3) ? 0 : 1_000, 20_000, () => {
        showWantedPhone();
        if (chance.likely(0.5)) soon(2_000, 20_000, showWantedPhone);
      });
    },
    growImpatient(cancel) {
      soon(200, 4_900, () => {
        if (!stillPaying()) return;
        if (chance.likely(0.25)) cancel();
        else soon(5_000, 60_000, () => seen === 'inquiring' && chance.likely(0.3) && cancel());
      });
    },
    wantMoneyBack,
  };
}
