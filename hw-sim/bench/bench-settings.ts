import { configDefault, type TerminalSettings } from '../../firmware/for-simulator.js';
import { type KeyPairs, kioskSettings, simEnvironment } from '../kiosk-settings.js';

/** Variables that may be set for a simulated box. The simulation sets the rest: keys, acquirer, devices, ports. */
const CHOOSABLE: readonly string[] = [
  'TERMINAL_NUMBER',
  'TERMINAL_ID',
  'MERCHANT_ID',
  'MERCHANT_NAME',
  'MERCHANT_MCC',
  'MERCHANT_REGION',
  'STORE_ID',
  'STORE_NAME',
  'STORE_MCC',
  'CURRENCY',
  'LOCALE',
  'PRINTER_COLUMNS',
  'PRINTER_REQUIRED',
  'HOST_CONFIRM_MS',
  'PAYMENT_CODE_MIN_DIGITS',
  'PAYMENT_CODE_MAX_DIGITS',
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
  'EXPIRY_MARGIN_MS',
  'CANCEL_PERIOD_END',
  'CODE_WAIT_MS',
  'ATTEMPT_LIMIT',
  'CLOCK_TRUST',
  'SALES_KEPT',
  'SALES_KEPT_DAYS',
  'LOG_LEVEL',
  'LOG_FORMAT',
];

/** Settings of Node are for this process, and what balena sets is about this board: none of it is for the box. */
const NOT_OF_THE_BOX = /^(?:NODE|BALENA)_/;

/** Either the settings, or a line for each error in the environment. */
export type BenchSettings = { readonly settings: TerminalSettings } | { readonly problems: readonly string[] };

/** The settings of the box on the bench: simulated devices, and what the environment chooses. */
export function benchSettings(
  env: Readonly<Record<string, string | undefined>>,
  timeZone: string,
  keys: KeyPairs,
): BenchSettings {
  const own: Record<string, string> = { ...simEnvironment(keys), TZ: timeZone, PRINTER_COLUMNS: '48' };
  const variables = { ...own };
  const problems: string[] = [];
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || value.trim() === '' || NOT_OF_THE_BOX.test(name)) continue;
    const preset = configDefault(name);
    if (preset === undefined || CHOOSABLE.includes(name)) variables[name] = value;
    else if (name !== 'TZ' && value.trim() !== (own[name] ?? preset.text)) problems.push(whyNot(name));
  }
  if (problems.length > 0) return { problems };
  try {
    return { settings: kioskSettings(variables) };
  } catch (error) {
    return { problems: (error instanceof Error ? error.message : String(error)).split('\n') };
  }
}

/** An ignored variable would mislead whoever tries it. */
function whyNot(name: string): string {
  if (name === 'API_PORT') return 'API_PORT is set; choose the port of the bench with --port N';
  return (
    `${name} is set, and the bench cannot do that: it sells for a host app, with a scanner, a printer and an acquirer of ` +
    'its own, and keeps nothing; take it out of the environment'
  );
}
