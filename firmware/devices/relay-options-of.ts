import type { RelayVendOptions } from '../../drivers/vend/relay-vend.js';
import { present } from '../../flows/present.js';
import type { VendConfig } from '../config/config.js';

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
