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

/** What releases the goods. */
export interface Vend {
  /** `done` is called once with the outcome, and again where a machine corrects it later. */
  vend(order: VendOrder, done: (outcome: VendOutcome) => void): void;
  /** Refuses a selection for which a machine still waits for an answer. */
  refuse(selection: number): void;
  /** `done` is called once, later, when the last message to a machine is sent, after at most 250 ms. */
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
          refusal: present({ device: 'vend', reason, times, detail: asked === '' ? undefined : asked }),
        }),
      reportedLate: (outcome) => feed({ type: outcome === 'yes' ? 'droppedLate' : 'failedLate' }),
      statusChanged: report,
    },
  );
  return {
    vend: ({ amount, channel = '' }, done) =>
      machine.vend({ amountMinorUnits: amount.value, item: channel }, (outcome) => done(outcome)),
    refuse: (selection) => machine.refuse(selection),
    close: (done) => machine.close(done),
  };
}

/** Lines and times of the configured relays and their drop sensor. */
export function relayOptionsOf(config: Extract<VendConfig, { kind: 'relay' }>): RelayVendOptions {
  const { pins, pulseMs, sensorPin, timeoutMs } = config;
  return {
    channelLines: pins,
    pulseMs,
    timeoutMs,
    ...present({ sensorLine: sensorPin }),
  };
}
