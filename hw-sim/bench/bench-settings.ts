import type { TerminalSettings } from '../../firmware/terminal.js';
import { type KeyPairs, kioskSettings, simEnvironment } from '../kiosk-settings.js';

/** What may be chosen for a simulated box. The rest (keys, acquirer, devices, ports) is what it is simulated with. */
const CHOOSABLE: readonly string[] = [
  'TERMINAL_NUMBER',
  'MERCHANT_NAME',
  'STORE_NAME',
  'CURRENCY',
  'LOCALE',
  'PRINTER_COLUMNS',
  'PRINTER_REQUIRED',
  'HOST_CONFIRM_MS',
  'PAY_REPLY_TIMEOUT_MS',
  'INQUIRY_INTERVAL_MS',
  'INQUIRY_REPLY_TIMEOUT_MS',
  'INQUIRY_LIMIT',
  'CANCEL_REPLY_TIMEOUT_MS',
  'CANCEL_RETRY_INTERVAL_MS',
  'CANCEL_RETRY_WINDOW_MS',
  'QUEUE_RETRY_INTERVAL_MS',
  'QUEUE_LIMIT',
  'PAYMENT_EXPIRY_MS',
  'CODE_WAIT_MS',
  'ATTEMPT_LIMIT',
  'CLOCK_TRUST',
  'LOG_LEVEL',
  'LOG_FORMAT',
];

/** Either the settings, or a line for each fault in what was chosen. */
export type BenchSettings = { readonly settings: TerminalSettings } | { readonly problems: readonly string[] };

/** The settings of the box on the bench: simulated devices, with what the environment chooses of the rest. */
export function benchSettings(
  env: Readonly<Record<string, string | undefined>>,
  timeZone: string,
  keys: KeyPairs,
): BenchSettings {
  const variables: Record<string, string> = { ...simEnvironment(keys), TZ: timeZone, PRINTER_COLUMNS: '48' };
  for (const name of CHOOSABLE) {
    const value = env[name];
    if (value !== undefined && value !== '') variables[name] = value;
  }
  try {
    return { settings: kioskSettings(variables) };
  } catch (error) {
    return { problems: (error instanceof Error ? error.message : String(error)).split('\n') };
  }
}
