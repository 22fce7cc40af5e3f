import { createMdbMachine } from '../../drivers/vend/mdb-machine.js';
import { createRelayVend } from '../../drivers/vend/relay-vend.js';
import type { VendOutcome } from '../../drivers/vend/vend-outcome.js';
import { minorUnits } from '../../flows/minor-units.js';
import type { Money } from '../../flows/money.js';
import type { View } from '../../flows/view.js';
import type { VendConfig } from '../config/config.js';
import type { DeviceParts } from './device-parts.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** Whatever hands out the goods. */
export interface Vend {
  vend(order: VendOrder, done: (outcome: VendOutcome) => void): void;
  /** A machine that waits for a word hears no as soon as the terminal is free again. */
  show(view: View): void;
  close(): void;
}

export interface VendOrder {
  /** Counted from 1, as on the machine; the first where missing. */
  readonly channel?: string;
  readonly amount: Money;
}

/** ISO 4217 numbers of the currencies that MDB machines are asked to show. */
const CURRENCY_NUMBERS: Readonly<Record<string, number>> = {
  CNY: 156,
  EUR: 978,
  GBP: 826,
  HKD: 344,
  IDR: 360,
  JPY: 392,
  KRW: 410,
  MOP: 446,
  MYR: 458,
  PHP: 608,
  SGD: 702,
  THB: 764,
  TWD: 901,
  USD: 840,
};

const MDB_BAUD = 115_200;

/** The vend mechanism that the configuration names; undefined where the host app delivers. */
export function openVend(config: VendConfig, currency: string, parts: DeviceParts): Vend | undefined {
  switch (config.kind) {
    case 'none':
      return undefined;
    case 'relay':
      return openRelays(config, parts);
    case 'sim':
      return openRelays({ ...SIMULATED_WIRING.vend, timeoutMs: config.timeoutMs }, parts);
    case 'mdb':
      return openMachine(config, currency, parts);
  }
}

function openRelays(
  config: Omit<Extract<VendConfig, { kind: 'relay' }>, 'kind'>,
  { host, feed, report }: DeviceParts,
): Vend {
  const { pins, pulseMs, sensorPin, timeoutMs } = config;
  const sensor = sensorPin === undefined ? {} : { sensorLine: sensorPin };
  const relays = createRelayVend(
    host,
    { channelLines: pins, pulseMs, timeoutMs, ...sensor },
    { statusChanged: report, droppedLate: () => feed({ type: 'droppedLate' }) },
  );
  return {
    vend: ({ channel = '1' }, done) => relays.vend(Number(channel) - 1, (outcome) => done(outcome)),
    show: () => undefined,
    close: () => relays.close(),
  };
}

function openMachine(
  config: Extract<VendConfig, { kind: 'mdb' }>,
  currency: string,
  { host, feed, report }: DeviceParts,
): Vend {
  const machine = createMdbMachine(
    host,
    {
      path: config.port,
      baud: MDB_BAUD,
      currencyNumber: CURRENCY_NUMBERS[currency] ?? 999,
      currencyDecimals: minorUnits[currency] ?? 2,
      timeoutMs: config.timeoutMs,
    },
    {
      selectionMade: ({ amountMinorUnits, item }) =>
        feed({ type: 'machineAsked', amount: { currency, value: amountMinorUnits }, item }),
      selectionEnded: () => feed({ type: 'machineGaveUp' }),
      statusChanged: report,
    },
  );
  return {
    vend: ({ amount }, done) => machine.vend(amount.value, (outcome) => done(outcome)),
    show(view) {
      if (!view.lamps.busy) machine.refuse();
    },
    close: () => machine.close(),
  };
}
