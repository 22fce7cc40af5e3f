import type { Policy } from '../../flows/policy.js';
import { present } from '../../flows/present.js';
import type { Config, VendConfig } from './config.js';

const MS_A_DAY = 86_400_000;

/** What decisions need of the configuration. `segmentSizeBytes`: of a half of the journal, which the whole book has to fit. */
export function policyOf(config: Config, segmentSizeBytes: number): Policy {
  const { acquirer, devices, policy } = config;
  const channelCount = channelCountOf(devices.vend);
  return {
    terminalNumber: config.terminal.number,
    currency: config.terminal.currency,
    account: `${acquirer.clientId} ${config.merchant.id}`,
    clientId: acquirer.clientId,
    acquirer: `${acquirer.origin}${acquirer.pathPrefix}`,
    movedFrom: acquirer.movedFrom,
    ...present({ agentMerchant: acquirer.agentMerchant }),
    saleMode: config.sale.mode,
    catalog: config.sale.mode === 'selection' ? config.sale.catalog : {},
    vend: devices.vend.kind === 'none' ? 'host' : 'device',
    ...present({ channelCount }),
    vendUnknown: policy.vendUnknown,
    vendTimeoutMs: devices.vend.kind === 'none' ? 0 : devices.vend.timeoutMs,
    hostConfirmMs: config.sale.mode === 'host' ? config.sale.hostConfirmMs : 0,
    ...config.timing,
    attemptLimit: policy.attemptLimit,
    codeDigits: { least: config.paymentCode.minDigits, most: config.paymentCode.maxDigits },
    queueLimit: policy.queueLimit,
    printerPresent: devices.printer.kind !== 'none',
    printerRequired: devices.printer.kind !== 'none' && devices.printer.required,
    scannerRequired: devices.scanner.kind !== 'none',
    salesKept: config.storage.salesKept,
    salesKeptMs: config.storage.salesKeptDays * MS_A_DAY,
    bytesKept: segmentSizeBytes / 2,
  };
}

/** How many vend channels there are; undefined where the host app or the machine numbers its own. */
export function channelCountOf(vend: {
  readonly kind: VendConfig['kind'];
  readonly pins?: readonly number[] | undefined;
}): number | undefined {
  switch (vend.kind) {
    case 'relay':
      return vend.pins?.length;
    case 'mdb':
    case 'none':
      return undefined;
  }
}
