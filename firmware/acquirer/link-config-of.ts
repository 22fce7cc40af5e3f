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
    ...(notify.url === undefined ? {} : { notifyUrl: notify.url }),
    ...(acquirer.settlementCurrency === undefined ? {} : { settlementCurrency: acquirer.settlementCurrency }),
    ...(acquirer.tls === undefined ? {} : { tls: acquirer.tls }),
  };
}
