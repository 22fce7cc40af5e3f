import type { DeviceStatus } from '../../../drivers/device-status.js';
import type { Host } from '../../../drivers/host.js';
import { readableTime } from '../../../flows/civil-time.js';
import { paymentRequestId } from '../../../flows/payment-request-id.js';
import type { Receipt } from '../../../flows/receipt.js';
import { createTimeZone } from '../../clock/time-zone.js';
import type { Config } from '../../config/config.js';
import { createDevices, type Devices } from '../../devices/devices.js';
import { receiptHeadOf } from '../../devices/receipt-layout.js';
import { type CheckRow, checkRow } from './check-row.js';
import { deviceRow, STARTING_LIMIT_MS } from './device-row.js';

/** Longer than the printer's driver waits for the printer's answer. */
const PRINTING_LIMIT_MS = 60_000;

export interface CheckDevicesParts {
  readonly host: Host;
  readonly config: Config;
  /** Whether paper may be used for a test receipt. */
  readonly print: boolean;
}

/** Opens the devices as the terminal does, waits until each has reported its state, and prints a test receipt on request. */
export async function checkDevices(parts: CheckDevicesParts): Promise<CheckRow[]> {
  const { host, config, print } = parts;
  let changed = (): void => undefined;
  const devices = createDevices({
    host,
    config: config.devices,
    currency: config.terminal.currency,
    receiptHead: receiptHeadOf(config),
    feed: () => changed(),
  });
  await new Promise<void>((resolve) => {
    const limit = host.clock.after(STARTING_LIMIT_MS, resolve);
    changed = () => {
      if (Object.values(devices.status()).some(({ state }) => state === 'starting')) return;
      limit.cancel();
      resolve();
    };
    changed();
  });
  const rows = deviceRows(config, devices);
  if (print) rows.push(await testReceipt(parts, devices));
  await new Promise<void>((resolve) => devices.close(resolve));
  return rows;
}

function deviceRows(config: Config, devices: Devices): CheckRow[] {
  const statuses: Readonly<Record<string, DeviceStatus | undefined>> = devices.status();
  const { scanner, keypad, printer, panel, vend } = config.devices;
  return Object.entries({ scanner, keypad, printer, panel, vend }).map(([name, { kind }]) => {
    if (kind === 'none') return checkRow.skip(name, `${name.toUpperCase()}=none`);
    const status = statuses[name];
    return status === undefined ? checkRow.skip(name, `${kind}: has no self-test`) : deviceRow(name, kind, status);
  });
}

const ITEM = 'test receipt';

function testReceipt({ host, config }: CheckDevicesParts, devices: Devices): Promise<CheckRow> {
  if (config.devices.printer.kind === 'none') return Promise.resolve(checkRow.skip(ITEM, 'PRINTER=none'));
  return new Promise((resolve) => {
    const limit = host.clock.after(PRINTING_LIMIT_MS, () =>
      resolve(checkRow.fail(ITEM, 'unknown: the printer has not said anything yet', 'look at the paper')),
    );
    devices.print(receiptToTest(host, config), (outcome) => {
      limit.cancel();
      switch (outcome) {
        case 'printed':
          return resolve(checkRow.pass(ITEM, 'printed, the printer says; look whether its barcode can be scanned'));
        case 'unknown':
          return resolve(
            checkRow.fail(ITEM, 'unknown: it was sent, and the printer did not confirm it', 'look at the paper'),
          );
        case 'failed':
          return resolve(checkRow.fail(ITEM, 'failed: nothing was printed', 'see what the printer’s own line says'));
      }
    });
  });
}

/** As wide as a real one, with the smallest amount. */
function receiptToTest({ clock }: Host, { terminal }: Config): Receipt {
  const wallMs = Math.floor(clock.wallMs());
  const utcOffsetMinutes = createTimeZone(terminal.timeZone)(wallMs);
  const at = { atMs: clock.monotonicMs(), wallMs, clockTrusted: false, utcOffsetMinutes, randomDigits: '0000000000' };
  return {
    kind: 'test',
    orderId: 'TEST',
    amount: { currency: terminal.currency, value: '100' },
    paymentRequestId: paymentRequestId(terminal.number, '100', 0, at),
    at: readableTime(wallMs, utcOffsetMinutes),
    utcOffsetMinutes,
  };
}
