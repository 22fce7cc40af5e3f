import { present } from '../../flows/present.js';
import type { Config } from '../config/config.js';
import type { DirectLinkConfig } from './direct-link.js';

/** The part of the configuration that the link to the acquirer depends on. */
export function linkConfigOf(config: Config): DirectLinkConfig {
  const { acquirer, merchant, notify, terminal } = config;
  return {
    origin: acquirer.origin,
    pathPrefix: acquirer.pathPrefix,
    clientId: acquirer.clientId,
    merchant,
    terminalId: terminal.id,
    ...present({ notifyUrl: notify.url, settlementCurrency: acquirer.settlementCurrency, tls: acquirer.tls }),
  };
}
