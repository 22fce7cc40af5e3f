import { createMdbMachine } from '../../drivers/vend/mdb-machine.js';
import { createRelayVend, type RelayVendOptions } from '../../drivers/vend/relay-vend.js';
import type { VendOutcome } from '../../drivers/vend/vend-outcome.js';
import { minorUnits } from '../../flows/minor-units.js';
import { isPayable, type Money } from '../../flows/money.js';
import { ownEntry } from '../../flows/own-entry.js';
import { present } from '../../flows/present.js';
import type { VendConfig } from '../config/config.js';
import { currencyNumberOf } from './currency-number-of.js';
import type { DeviceParts } from './device-parts.js';

/** Whatever hands out the goods. */
export interface Vend {
  /** `told` is called once with the outcome, and again where a machine says otherwise afterwards. */
  vend(order: VendOrder, told: (outcome: VendOutcome) => void): void;
  /** A machine that still waits for a word on that choice hears no. */
  refuse(selection: number): void;
  /** `done` is called once, later, when the last word to a machine has left: at most 250 ms later. */
  close(done: () => void): void;
}

export interface VendOrder {
  /** With relays counted from 1, the first where missing; with a machine its own number of the item. */
  readonly channel?: string;
  readonly amount: Money;
}

const MDB_BAUD = 115_200;

/** The vend mechanism that the configuration names; undefined where the host app delivers. */
export function openVend(config: VendConfig, currency: string, parts: DeviceParts): Vend | undefined {
  switch (config.kind) {
    case 'none':
      return undefined;
    case 'relay':
      return openRelays(config, parts);
    case 'mdb':
      return openMachine(config, currency, parts);
  }
}

function openRelays(config: Extract<VendConfig, { kind: 'relay' }>, { host, feed, report }: DeviceParts): Vend {
  const relays = createRelayVend(host, relayOptionsOf(config), {
    statusChanged: report,
    droppedLate: () => feed({ type: 'droppedLate' }),
  });
  return {
    vend: ({ channel = '1' }, done) => relays.vend(Number(channel) - 1, (outcome) => done(outcome)),
    refuse: () => undefined,
    close(done) {
      relays.close();
      host.clock.after(0, done);
    },
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
      currencyNumber: currencyNumberOf(currency),
      currencyDecimals: ownEntry(minorUnits, currency) ?? 2,
      isPayable: (value) => isPayable({ currency, value }),
      timeoutMs: config.timeoutMs,
    },
    {
      selectionMade: ({ number, amountMinorUnits, item }) =>
        feed({ type: 'machineAsked', selection: number, amount: { currency, value: amountMinorUnits }, item }),
      selectionEnded: () => feed({ type: 'machineGaveUp' }),
      selectionRefused: (reason, times, asked) =>
        feed({
          type: 'inputRefused',
          refusal: { device: 'vend', reason, times, ...(asked === '' ? {} : { detail: asked }) },
        }),
      reportedLate: (outcome) => feed({ type: outcome === 'yes' ? 'droppedLate' : 'failedLate' }),
      statusChanged: report,
    },
  );
  return {
    vend: ({ amount, channel = '' }, told) =>
      machine.vend({ amountMinorUnits: amount.value, item: channel }, (outcome) => told(outcome)),
    refuse: (selection) => machine.refuse(selection),
    close: (done) => machine.close(done),
  };
}

/** On which lines the relays and the drop sensor of the configuration are, and how long they are given. */
export function relayOptionsOf(config: Extract<VendConfig, { kind: 'relay' }>): RelayVendOptions {
  const { pins, pulseMs, sensorPin, timeoutMs } = config;
  return {
    channelLines: pins,
    pulseMs,
    timeoutMs,
    ...present({ sensorLine: sensorPin }),
  };
}
