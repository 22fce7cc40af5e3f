import assert from 'node:assert/strict';
import { customerText } from '../../flows/customer-texts.js';
import { present } from '../../flows/present.js';
import type { Sale } from '../../flows/sale.js';
import { view } from '../../flows/view.js';
import { createWallet } from '../../hw-sim/bench/wallet.js';
import { paperText } from '../../hw-sim/devices/paper.js';
import { createKiosk, type Kiosk } from '../../hw-sim/kiosk.js';
import { attachDevices, type KioskDevices } from '../../hw-sim/kiosk-devices.js';
import { kioskSettings, simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { createWorld } from '../../hw-sim/world.js';
import { testKeyPairs } from './test-key-pairs.js';

/** A whole kiosk with its devices, and a customer before it. */
export interface EquippedKiosk {
  readonly kiosk: Kiosk;
  readonly devices: KioskDevices;
  pass(durationMs: number): void;
  /** A finger on the keypad, one key after the other. */
  press(keys: string): void;
  /** A fresh code of the customer's wallet before the glass, until it was taken or the arm gets tired. */
  showCode(): void;
  /** The last sale. */
  sale(): Sale;
  sales(): readonly Sale[];
  /** Lets time pass until the last sale is in that state. */
  reaches(state: Sale['state'], limitMs?: number): void;
  /** Lets time pass until the box is ready for the next customer. */
  getsReady(limitMs?: number): void;
  /** What the customer reads, with what was typed. */
  display(): string;
  /** What the acquirer keeps of all payments, in the smallest unit. */
  moneyKept(): number;
  /** The text of each receipt that was cut off. */
  receipts(): readonly string[];
  /** What the operator was told, and of what. */
  readonly alarms: readonly string[];
  readonly alarmDetails: readonly string[];
}

const FINGER_MS = 220;
const TIRED_MS = 8_000;
const START_WALL_MS = Date.UTC(2026, 10, 23, 4, 0, 0);

/** Powered and ready. `env` is added to the usual simulated terminal's; `files` are what it may name. */
export function createEquippedKiosk(
  env: Readonly<Record<string, string>>,
  {
    files = {},
    seed = 1,
    updated,
  }: { readonly files?: Readonly<Record<string, string>>; readonly seed?: number; readonly updated?: true } = {},
): EquippedKiosk {
  const world = createWorld({ seed, startWallMs: START_WALL_MS });
  const settings = kioskSettings({ ...simEnvironment(testKeyPairs), LOG_LEVEL: 'error', ...env }, files);
  const alarms: string[] = [];
  const alarmDetails: string[] = [];
  const kiosk = createKiosk({
    world,
    settings,
    ...present({ updated }),
    observe(_input, { effects }) {
      for (const effect of effects) {
        if (effect.type !== 'raiseAlarm') continue;
        alarms.push(effect.alarm);
        alarmDetails.push(effect.detail);
      }
    },
  });
  const devices = attachDevices(kiosk);
  const wallet = createWallet(kiosk);

  const state = () => {
    const { terminal } = kiosk;
    assert.ok(terminal, 'the terminal is not running');
    return terminal.kernel.state;
  };

  const equipped: EquippedKiosk = {
    kiosk,
    devices,
    alarms,
    alarmDetails,
    pass: (durationMs) => world.runUntil(world.nowMs() + durationMs),
    press(typed) {
      for (const key of typed) {
        devices.keypad.tap(key);
        equipped.pass(FINGER_MS);
      }
    },
    showCode() {
      devices.scanner.show(wallet.freshCode());
      kiosk.runUntil(() => equipped.sales().at(-1)?.state !== 'awaitingCode', TIRED_MS);
      devices.scanner.hide();
    },
    sale() {
      const sale = equipped.sales().at(-1);
      assert.ok(sale, 'there is no sale');
      return sale;
    },
    sales: () => Object.values(state().book.sales),
    reaches(wanted, limitMs = 120_000) {
      kiosk.runUntil(() => equipped.sales().at(-1)?.state === wanted, limitMs);
      assert.equal(equipped.sales().at(-1)?.state, wanted, `the display says "${equipped.display()}"`);
    },
    getsReady(limitMs = 60_000) {
      const ready = (): boolean => kiosk.terminal !== undefined && view(state()).lamps.ready;
      assert.ok(kiosk.runUntil(ready, limitMs), `not ready; the display says "${equipped.display()}"`);
    },
    display() {
      const { text, values, entry } = view(state());
      return `${customerText(text, settings.config.terminal.locale, values)} ${entry}`.trim();
    },
    moneyKept() {
      const { ledger } = kiosk.acquirer;
      let kept = 0n;
      for (const { paymentRequestId } of ledger.payments()) kept += ledger.standing(paymentRequestId).heldValue;
      return Number(kept);
    },
    receipts: () => devices.printer.receipts().map((strip) => paperText(strip).join('\n')),
  };
  kiosk.powerOn();
  equipped.getsReady();
  return equipped;
}
