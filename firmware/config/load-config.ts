import { isLoopback } from '../../drivers/is-loopback.js';
import type { Catalog } from '../../flows/catalog.js';
import { present } from '../../flows/present.js';
import { messageOf } from '../log/plain-text.js';
import { acquirerSection } from './acquirer-section.js';
import type { Config, NotifyConfig, SaleConfig, UpdatesConfig } from './config.js';
import type { ConfigCheck, ConfigError, ConfigWarning, Environment, ReadFile } from './config-check.js';
import { configWarnings } from './config-warnings.js';
import { devicesSection } from './devices-section.js';
import { parseCatalog } from './parse-catalog.js';
import { channelCountOf } from './policy-of.js';
import { readSettings } from './read-settings.js';
import { unprintableNames } from './unprintable-names.js';
import { unsafeEnvironment } from './unsafe-environment.js';
import { variables } from './variables.js';

/** A valid configuration and what belongs to it. */
export interface TerminalSettings {
  readonly config: Config;
  /** Texts that must not appear in a log. */
  readonly secrets: readonly string[];
  /** To be logged at start. */
  readonly warnings: readonly ConfigWarning[];
}

/** A valid configuration, or every error. */
export type ConfigLoading = TerminalSettings | { readonly errors: readonly ConfigError[] };

/**
 * Reads and checks the whole configuration, and returns it or all errors at once. Pure but for `readFile`.
 */
export function loadConfig(env: Environment, readFile: ReadFile): ConfigLoading {
  const { list, values, errors: readingErrors } = readSettings(env, readFile);
  const errors: ConfigError[] = [...unsafeEnvironment(env), ...readingErrors];
  const check: ConfigCheck = {
    values,
    given: (name) => list.some((setting) => setting.name === name && setting.source !== 'default' && setting.text),
    readFile,
    refuse: (variable, problem, example = variables[variable].example) => errors.push({ variable, problem, example }),
  };

  const acquirer = acquirerSection(check);
  const devices = devicesSection(check);
  const sale = saleSection(check);
  const notify = notifySection(check);
  checkApi(check);
  const { TERMINAL_NUMBER, MERCHANT_ID, MERCHANT_NAME, MERCHANT_MCC, STORE_ID, STORE_NAME, STORE_MCC } = values;
  if (
    errors.length > 0 ||
    !(acquirer && devices && sale && notify) ||
    !(TERMINAL_NUMBER && MERCHANT_ID && MERCHANT_NAME && MERCHANT_MCC && STORE_ID && STORE_NAME && STORE_MCC)
  ) {
    return { errors };
  }

  const config: Config = {
    terminal: {
      number: TERMINAL_NUMBER,
      id: values.TERMINAL_ID ?? TERMINAL_NUMBER,
      currency: values.CURRENCY,
      locale: values.LOCALE,
      timeZone: values.TZ,
      timeZoneSet: check.given('TZ'),
    },
    merchant: {
      id: MERCHANT_ID,
      name: MERCHANT_NAME,
      mcc: MERCHANT_MCC,
      ...present({ region: values.MERCHANT_REGION }),
      store: { id: STORE_ID, name: STORE_NAME, mcc: STORE_MCC },
    },
    sale,
    paymentCode: { minDigits: values.PAYMENT_CODE_MIN_DIGITS, maxDigits: values.PAYMENT_CODE_MAX_DIGITS },
    acquirer: acquirer.config,
    timing: {
      payReplyTimeoutMs: values.PAY_REPLY_TIMEOUT_MS,
      inquiryIntervalMs: values.INQUIRY_INTERVAL_MS,
      inquiryReplyTimeoutMs: values.INQUIRY_REPLY_TIMEOUT_MS,
      inquiryLimit: values.INQUIRY_LIMIT,
      cancelReplyTimeoutMs: values.CANCEL_REPLY_TIMEOUT_MS,
      cancelRetryIntervalMs: values.CANCEL_RETRY_INTERVAL_MS,
      cancelRetryWindowMs: values.CANCEL_RETRY_WINDOW_MS,
      queueRetryIntervalMs: values.QUEUE_RETRY_INTERVAL_MS,
      paymentExpiryMs: values.PAYMENT_EXPIRY_MS,
      expiryMarginMs: values.EXPIRY_MARGIN_MS,
      codeWaitMs: values.CODE_WAIT_MS,
      cancelPeriodEnd: values.CANCEL_PERIOD_END,
    },
    policy: {
      queueLimit: values.QUEUE_LIMIT,
      attemptLimit: values.ATTEMPT_LIMIT,
      clockTrust: values.CLOCK_TRUST,
      vendUnknown: values.VEND_UNKNOWN,
    },
    notify,
    api: { host: values.API_HOST, port: values.API_PORT, ...present({ token: values.API_TOKEN }) },
    storage: {
      dataDir: values.DATA_DIR,
      dataDirMounted: values.DATA_DIR_MOUNTED,
      ...present({ cardMarkFile: values.CARD_MARK_FILE, journalPartitions: values.JOURNAL_PARTITIONS }),
      salesKept: values.SALES_KEPT,
      salesKeptDays: values.SALES_KEPT_DAYS,
    },
    updates: updatesSection(check),
    devices,
    log: { level: values.LOG_LEVEL, format: values.LOG_FORMAT },
  };
  const secretTexts = list.flatMap(({ name, text }) =>
    text !== undefined && 'secret' in variables[name] ? [text] : [],
  );
  const warnings = [...configWarnings(check, env), ...unprintableNames(config)];
  return { config, secrets: [...secretTexts, ...acquirer.secrets], warnings };
}

/** A file with more is probably no catalogue; the rest are only counted. */
const mostCatalogFaults = 20;

function saleSection(check: ConfigCheck): SaleConfig | undefined {
  const { values, refuse } = check;
  const mode = values.SALE_MODE;
  if (values.VEND === 'mdb' && mode !== 'mdb') refuse('SALE_MODE', `is ${mode}; VEND=mdb needs SALE_MODE=mdb`, 'mdb');
  if (values.HOST_CONFIRM_MS > 0 && values.VEND !== 'none') {
    const problem = `is for VEND=none; with VEND=${values.VEND} the box itself knows whether the goods went`;
    refuse('HOST_CONFIRM_MS', problem, '0');
  }
  if (mode === 'host') return { mode, hostConfirmMs: values.HOST_CONFIRM_MS };

  if (values.HOST_CONFIRM_MS > 0) refuse('HOST_CONFIRM_MS', `needs SALE_MODE=host; it is ${mode}`, '0');
  if (values.SCANNER === 'none')
    refuse('SCANNER', `is none; SALE_MODE=${mode} has no other way to read a payment code`);
  if (mode === 'mdb') {
    if (values.VEND !== 'mdb') refuse('VEND', `is ${values.VEND}; SALE_MODE=mdb needs VEND=mdb`, 'mdb');
    return { mode };
  }
  if (values.KEYPAD === 'none') refuse('KEYPAD', `is none; SALE_MODE=${mode} needs one`);
  if (mode === 'amount') {
    checkKeys(check, '0123456789');
    return { mode };
  }
  const catalog = catalogOf(check);
  if (catalog === undefined) return undefined;
  checkKeys(check, Object.keys(catalog).join(''));
  return { mode, catalog };
}

/** The keypad needs every key that customers press; `#` confirms and `*` cancels. */
function checkKeys({ values, refuse }: ConfigCheck, needed: string): void {
  if (values.KEYPAD === 'none') return;
  const keys = values.KEYPAD_KEYS.join('');
  const missing = [...new Set(`${needed}#*`)].filter((key) => !keys.includes(key)).sort();
  if (missing.length > 0)
    refuse('KEYPAD_KEYS', `has no ${missing.join(' ')}; SALE_MODE=${values.SALE_MODE} needs them`);
}

function catalogOf({ values, readFile, refuse }: ConfigCheck): Catalog | undefined {
  const path = values.CATALOG_FILE;
  if (path === undefined) return undefined;
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    refuse('CATALOG_FILE', `names a file that cannot be read: ${messageOf(error)}`);
    return undefined;
  }
  const channelCount = channelCountOf({ kind: values.VEND, pins: values.VEND_PINS });
  const { catalog, faults } = parseCatalog(text, { currency: values.CURRENCY, channelCount });
  for (const { line, problem } of faults.slice(0, mostCatalogFaults)) refuse('CATALOG_FILE', `line ${line} ${problem}`);
  const unlisted = faults.length - mostCatalogFaults;
  if (unlisted > 0) refuse('CATALOG_FILE', `has ${unlisted} more faults of such kinds`);
  return faults.length === 0 ? catalog : undefined;
}

function notifySection({ values, given, refuse }: ConfigCheck): NotifyConfig {
  const url = values.NOTIFY_URL;
  const port = values.NOTIFY_PORT;
  if (given('NOTIFY_HOST') && !given('NOTIFY_PORT'))
    refuse('NOTIFY_PORT', 'is not set; without it NOTIFY_HOST does nothing');
  if (url?.search) refuse('NOTIFY_URL', 'has a ? part, which signatures do not cover');
  if (port !== undefined && !given('NOTIFY_URL')) {
    refuse('NOTIFY_URL', 'is not set; NOTIFY_PORT needs it, since notifications are signed over its path');
  }
  if (port === values.API_PORT)
    refuse('NOTIFY_PORT', `is ${port}, which is API_PORT; notifications have a port of their own`);
  if (!url) return {};
  return {
    url: url.href,
    ...(port === undefined ? {} : { listener: { host: values.NOTIFY_HOST, port, path: url.pathname } }),
  };
}

/** What balena sets is taken as it is: one of the two without the other means that the supervisor is not for us. */
function updatesSection({ values }: ConfigCheck): UpdatesConfig {
  const { BALENA_SUPERVISOR_ADDRESS: address, BALENA_SUPERVISOR_API_KEY: apiKey } = values;
  const supervisor = address && apiKey ? { address: address.origin, apiKey } : undefined;
  return { lock: values.UPDATE_LOCK, ...present({ lockPath: values.BALENA_APP_LOCK_PATH, supervisor }) };
}

function checkApi({ values, given, refuse }: ConfigCheck): void {
  if (isLoopback(values.API_HOST) || given('API_TOKEN')) return;
  refuse('API_TOKEN', `is not set; API_HOST=${values.API_HOST} can be reached from outside this machine`);
}
