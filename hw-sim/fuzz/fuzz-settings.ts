import type { TerminalSettings } from '../../firmware/for-simulator.js';
import { SIM_CUSTOMER_ID } from '../acquirer/acquirer.js';
import { type KeyPairs, kioskSettings, simEnvironment } from '../kiosk-settings.js';
import { SIMULATED_WIRING } from '../simulated-wiring.js';

/** One configuration of a kiosk. */
export interface FuzzSetting {
  readonly mode: FuzzMode;
  readonly terminal: TerminalSettings;
  /** The same terminal, configured for another acquirer. */
  readonly elsewhere: TerminalSettings;
}

export const OTHER_ACQUIRER_ORIGIN = 'http://127.0.0.1:8491';

/** Kinds of kiosks; a run can be limited to one of them. */
export const FUZZ_MODES = ['host', 'equipped', 'amount', 'selection', 'mdb', 'isv'] as const;

export type FuzzMode = (typeof FUZZ_MODES)[number];

type Environment = Readonly<Record<string, string>>;

const QUIET = { LOG_LEVEL: 'error' };
const NOTIFIED = { NOTIFY_URL: 'http://127.0.0.1:9100/notify', NOTIFY_PORT: '9100' };
const BARE = { SCANNER: 'none', PRINTER: 'none' };
const RELAYS = { VEND: 'sim', VEND_TIMEOUT_MS: '3000' };
const EQUIPPED = { SCANNER: 'sim', PRINTER: 'sim', ...RELAYS };
const KEYS = { KEYPAD: 'sim', SCANNER: 'sim', PRINTER: 'none' };
const CATALOG_FILE = '/data/catalog.csv';
const SELECTION = { ...KEYS, ...RELAYS, SALE_MODE: 'selection', CATALOG_FILE };
const MACHINE = {
  SCANNER: 'sim',
  PRINTER: 'none',
  SALE_MODE: 'mdb',
  VEND: 'mdb',
  MDB_PORT: SIMULATED_WIRING.mdbPort,
  VEND_TIMEOUT_MS: '20000',
};
const ISV = { ...BARE, ...NOTIFIED, ALIPAY_AGENT_TOKEN: 'token-of-the-first-day' };

const CATALOG = 'slot,name,price,channel\n05,Cola,4.50,2\n12,"Tea, green",3,3\n7,Gum,1.5,1\n31,Cola large,6,4\n';

/**
 * Shifts of about a hundred. Few have a log or a printer: a log line costs as much time as a sale, and a printer, which is
 * asked for its condition every second, as much as three.
 */
const WEIGHTED: readonly (readonly [weight: number, mode: FuzzMode, env: Environment])[] = [
  [12, 'host', { ...BARE, ...QUIET }],
  [22, 'host', { ...BARE, ...QUIET, ...NOTIFIED }],
  [8, 'host', { ...BARE, ...QUIET, HOST_CONFIRM_MS: '20000', ATTEMPT_LIMIT: '2' }],
  [2, 'host', { ...BARE, ...QUIET, QUEUE_LIMIT: '2' }],
  [4, 'host', { ...BARE, ...QUIET, SALES_KEPT: '10' }],
  [10, 'host', { ...BARE, ...QUIET, ...NOTIFIED, HOST_CONFIRM_MS: '8000' }],
  [2, 'host', { ...BARE, ...NOTIFIED, LOG_LEVEL: 'debug' }],
  [2, 'equipped', { ...QUIET, ...NOTIFIED, ...EQUIPPED }],
  [2, 'equipped', { ...QUIET, ...EQUIPPED, PRINTER_REQUIRED: 'false', VEND_UNKNOWN: 'keep' }],
  [5, 'amount', { ...QUIET, ...KEYS, ...RELAYS, SALE_MODE: 'amount' }],
  [4, 'amount', { ...QUIET, ...KEYS, ...NOTIFIED, SALE_MODE: 'amount', GPIO_BACKEND: 'sysfs' }],
  [5, 'selection', { ...QUIET, ...SELECTION }],
  [
    3,
    'selection',
    { ...QUIET, ...SELECTION, ...NOTIFIED, PANEL: 'sim', VEND_UNKNOWN: 'operator', GPIO_BACKEND: 'sysfs' },
  ],
  [1, 'selection', { ...QUIET, ...SELECTION, PANEL: 'sim', PRINTER: 'sim' }],
  [7, 'mdb', { ...QUIET, ...MACHINE }],
  [4, 'mdb', { ...QUIET, ...MACHINE, ...NOTIFIED, KEYPAD: 'sim', PANEL: 'sim' }],
  [3, 'mdb', { ...QUIET, ...MACHINE, VEND_UNKNOWN: 'operator' }],
  [1, 'mdb', { ...QUIET, ...MACHINE, PRINTER: 'sim', VEND_UNKNOWN: 'keep' }],
  [5, 'isv', { ...ISV, ...QUIET }],
  [2, 'isv', { ...ISV, LOG_LEVEL: 'debug', ALIPAY_AGENT_MERCHANT: SIM_CUSTOMER_ID }],
];

/** Each setting as often as its weight says, so that the seed can choose one. `only`: those of one mode. */
export function fuzzSettings(
  keys: KeyPairs,
  { verbose = false, only }: { readonly verbose?: boolean; readonly only?: FuzzMode | undefined } = {},
): [FuzzSetting, ...FuzzSetting[]] {
  const loud = verbose ? { LOG_LEVEL: 'debug' } : {};
  const [first, ...more] = WEIGHTED.filter(([, mode]) => only === undefined || mode === only).flatMap(
    ([weight, mode, env]) => {
      const settingsWith = (more: Environment): TerminalSettings =>
        kioskSettings({ ...simEnvironment(keys), ...env, ...loud, ...more }, { [CATALOG_FILE]: CATALOG });
      const terminal = settingsWith({});
      const elsewhere = settingsWith({ ACQUIRER_URL: OTHER_ACQUIRER_ORIGIN });
      return Array.from({ length: weight }, (): FuzzSetting => ({ mode, terminal, elsewhere }));
    },
  );
  if (first === undefined) throw new Error(`no setting for ${only}`);
  return [first, ...more];
}
