import type { Config, Sale } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { KioskDevices } from '../kiosk-devices.js';
import type { Oracle } from './oracle.js';

/**
 * The last customer, when all faults are over: asks for something and pays without mistakes. "Ready" has to mean that
 * somebody can buy; the lamp alone does not show that the scanner works.
 */
export interface FairCustomerParts {
  readonly kiosk: Kiosk;
  readonly devices: KioskDevices;
  readonly config: Config;
  readonly oracle: Oracle;
  /** Whether noise may have changed bytes to or from the vending machine. */
  readonly garbled: boolean;
}

const SECOND_MS = 1_000;
const FINGER_MS = 220;
const OPENS_MS = 10_000;
const ENDS_MS = 120_000;
const CODE = '281111222233334444';

export function serveFairly({ kiosk, devices, config, oracle, garbled }: FairCustomerParts): void {
  const { world } = kiosk;
  const known = new Set(sales().map(({ saleId }) => saleId));

  function sales(): readonly Sale[] {
    return Object.values(kiosk.terminal?.kernel.state.book.sales ?? {});
  }

  const ours = (): Sale | undefined => sales().find(({ saleId }) => !known.has(saleId));

  function choose(): void {
    switch (config.sale.mode) {
      case 'host':
        return ask({ type: 'saleRequested', orderId: 'the-last', amount: { currency: 'CNY', value: '1250' } });
      case 'amount':
        return type('1250#');
      case 'selection':
        return type('12#');
      case 'mdb':
        return devices.machine.choose('12', '2.50');
    }
  }

  /** A wrong setting shows only by this: the machine takes no payment. Then somebody restarts it by its plug. */
  function replugMachine(): void {
    devices.machinePort.unplug();
    devices.machinePort.plug();
    world.runUntil(world.nowMs() + OPENS_MS);
  }

  function ask(call: Parameters<NonNullable<Kiosk['terminal']>['kernel']['ask']>[0]): void {
    kiosk.terminal?.kernel.ask(call, () => undefined);
  }

  function type(keys: string): void {
    for (const key of keys) {
      devices.keypad.tap(key);
      world.runUntil(world.nowMs() + FINGER_MS);
    }
  }

  function pay(): void {
    oracle.codeShown(CODE);
    if (config.devices.scanner.kind === 'none') kiosk.terminal?.kernel.feed({ type: 'codeScanned', code: CODE });
    else devices.scanner.show(CODE);
    kiosk.runUntil(() => ours()?.state !== 'awaitingCode', OPENS_MS);
    devices.scanner.hide();
  }

  if (garbled && !devices.machine.isAlwaysIdle()) replugMachine();
  choose();
  if (!kiosk.runUntil(() => ours()?.state === 'awaitingCode', OPENS_MS)) return fail('no sale opens');
  world.runUntil(world.nowMs() + SECOND_MS);
  pay();
  kiosk.runUntil(() => ['approved', 'settled'].includes(ours()?.state ?? ''), ENDS_MS);
  const sale = ours();
  if (sale?.state === 'approved') ask({ type: 'deliveryReported', saleId: sale.saleId, ok: true });
  if (!kiosk.runUntil(() => ours()?.state === 'settled', SECOND_MS)) fail(`the sale is ${ours()?.state}`);

  function fail(why: string): void {
    oracle.violate('rule 8, it is ready and nobody can buy', why);
  }
}
