import { type Parser, parsers } from './parsers.js';

/** One row of the reference. */
export interface Variable<T> {
  /** Its heading in the reference. */
  readonly group: VariableGroup;
  /** What it means, one or two sentences, for the reference table. */
  readonly meaning: string;
  /** As it would be written; absent: none. */
  readonly default?: string;
  /** A valid value, shown with every error. Never a usable secret. */
  readonly example: string;
  readonly parse: Parser<T>;
  /** Never shown. */
  readonly secret?: true;
  readonly required?: Requirement;
}

/** `always`, or with certain values of another variable, or unless its alternative is given. */
export type Requirement =
  | 'always'
  | { readonly with: string; readonly values: readonly string[] }
  | { readonly unless: string };

export const variableGroups = [
  'Terminal and merchant',
  'Sales',
  'Acquirer',
  'Notifications',
  'Local API',
  'Timing',
  'Policy',
  'Storage and log',
  'Updates',
  'Devices',
] as const;

export type VariableGroup = (typeof variableGroups)[number];

const { text, token, oneOf, deviceKind, digits, integer, flag, path, pin, pins, devicePair } = parsers;

const shortestMs = 10;
const hourMs = 3_600_000;
const dayMs = 86_400_000;
const fastestBaud = 921_600;

/** Every variable that Tillbox reads, in the order of the reference. The one source of names, defaults and meanings. */
export const variables = {
  TERMINAL_NUMBER: {
    group: 'Terminal and merchant',
    meaning: 'Number of this terminal, unique in the fleet; part of every payment request id.',
    example: '10042',
    parse: digits(1, 8),
    required: 'always',
  },
  TERMINAL_ID: {
    group: 'Terminal and merchant',
    meaning: 'Name of the terminal at the acquirer (`storeTerminalId`); unset: the terminal number.',
    example: 'KIOSK-10042',
    parse: text(64),
  },
  MERCHANT_ID: {
    group: 'Terminal and merchant',
    meaning: 'Merchant as the acquirer knows it.',
    example: 'M0001',
    parse: text(64),
    required: 'always',
  },
  MERCHANT_NAME: {
    group: 'Terminal and merchant',
    meaning: 'Merchant’s name as registered.',
    example: 'Corner Drinks',
    parse: text(256),
    required: 'always',
  },
  MERCHANT_MCC: {
    group: 'Terminal and merchant',
    meaning: 'Merchant category code.',
    example: '5814',
    parse: digits(4, 4),
    required: 'always',
  },
  MERCHANT_REGION: {
    group: 'Terminal and merchant',
    meaning: 'Country of the merchant, two letters, where the acquirer asks for it.',
    example: 'SG',
    parse: countryCode,
  },
  STORE_ID: {
    group: 'Terminal and merchant',
    meaning: 'Store as the acquirer knows it.',
    example: 'S0001',
    parse: text(64),
    required: 'always',
  },
  STORE_NAME: {
    group: 'Terminal and merchant',
    meaning: 'Store’s name; printed on receipts.',
    example: 'Corner Drinks, Gate 3',
    parse: text(256),
    required: 'always',
  },
  STORE_MCC: {
    group: 'Terminal and merchant',
    meaning: 'Store’s category code, usually the merchant’s.',
    example: '5814',
    parse: digits(4, 4),
    required: 'always',
  },
  CURRENCY: {
    group: 'Terminal and merchant',
    meaning: 'ISO 4217. Amounts are whole numbers of its smallest unit; in IDR they end in 00.',
    default: 'CNY',
    example: 'CNY',
    parse: parsers.currency(),
  },
  LOCALE: {
    group: 'Terminal and merchant',
    meaning: 'Language of receipts and of what customers are told: `en` or `zh-CN`.',
    default: 'en',
    example: 'zh-CN',
    parse: oneOf('en', 'zh-CN'),
  },
  TZ: {
    group: 'Terminal and merchant',
    meaning: 'Time zone of receipts and request ids. Unset: UTC, and receipts name it.',
    default: 'UTC',
    example: 'Asia/Shanghai',
    parse: parsers.timeZone(),
  },

  SALE_MODE: {
    group: 'Sales',
    meaning:
      'Who starts a sale: `host` the local API, `amount` the keypad enters an amount, `selection` the keypad chooses from the catalogue, `mdb` the vending machine asks.',
    default: 'host',
    example: 'host',
    parse: oneOf('host', 'amount', 'selection', 'mdb'),
  },
  CATALOG_FILE: {
    group: 'Sales',
    meaning: 'CSV file of what can be chosen, with the header `slot,name,price,channel`; see `docs/catalog.md`.',
    example: '/data/catalog.csv',
    parse: path(),
    required: { with: 'SALE_MODE', values: ['selection'] },
  },
  HOST_CONFIRM_MS: {
    group: 'Sales',
    meaning:
      'With VEND=none: 0 settles an approved sale at once; above 0 it waits so long for the host’s `delivered` and is reversed without it.',
    default: '0',
    example: '30000',
    parse: integer(0, hourMs),
  },
  PAYMENT_CODE_MIN_DIGITS: {
    group: 'Sales',
    meaning: 'Shortest payment code that is accepted.',
    default: '17',
    example: '16',
    parse: integer(16, 17),
  },
  PAYMENT_CODE_MAX_DIGITS: {
    group: 'Sales',
    meaning: 'Longest payment code that is accepted.',
    default: '32',
    example: '40',
    parse: integer(32, 64),
  },

  ACQUIRER_URL: {
    group: 'Acquirer',
    meaning: 'The acquirer’s gateway, without a path. Plain `http:` only to this machine.',
    example: 'https://open-sea-global.alipay.com',
    parse: parsers.url(),
    required: 'always',
  },
  ACQUIRER_PATH_PREFIX: {
    group: 'Acquirer',
    meaning: 'Path before `/v1/…`. A client id that starts `SANDBOX_` turns `/ams/api` into `/ams/sandbox/api`.',
    default: '/ams/api',
    example: '/ams/api',
    parse: parsers.urlPath(),
  },
  ACQUIRER_MOVED_FROM: {
    group: 'Acquirer',
    meaning:
      'Where the acquirer was asked before it moved, with its path, several with commas between: payments made there are reversed and refunded at ACQUIRER_URL now. Only where the acquirer says that it knows them; another one confirms what it never saw.',
    example: 'https://open-global.alipay.com/ams/api',
    parse: parsers.urls(8),
  },
  ACQUIRER_CA_FILE: {
    group: 'Acquirer',
    meaning: 'PEM file: trust only this CA for the acquirer.',
    example: '/data/ca.pem',
    parse: path(),
  },
  ACQUIRER_CERT_FILE: {
    group: 'Acquirer',
    meaning: 'PEM file: client certificate.',
    example: '/data/client.pem',
    parse: path(),
  },
  ACQUIRER_KEY_FILE: {
    group: 'Acquirer',
    meaning: 'PEM file: the client certificate’s key.',
    example: '/data/client-key.pem',
    parse: path(),
  },
  ALIPAY_CLIENT_ID: {
    group: 'Acquirer',
    meaning: 'Client id from the Dashboard.',
    example: 'SANDBOX_5Y3A2N2YEB3002022',
    parse: clientId,
    required: 'always',
  },
  ALIPAY_PRIVATE_KEY: {
    group: 'Acquirer',
    meaning:
      'Our private key, RSA 2048: PKCS#8 or PKCS#1, PEM with `\\n` for its line ends, bare base64, or the base64 of a PEM file. `tillbox keys new` makes one.',
    example: 'MIIEvQIBADANBg…',
    parse: parsers.privateKey(),
    secret: true,
    required: { unless: 'ALIPAY_PRIVATE_KEY_FILE' },
  },
  ALIPAY_PRIVATE_KEY_FILE: {
    group: 'Acquirer',
    meaning: 'File with our private key.',
    example: '/data/tillbox-private-key.pem',
    parse: path(),
    required: { unless: 'ALIPAY_PRIVATE_KEY' },
  },
  ALIPAY_PUBLIC_KEY: {
    group: 'Acquirer',
    meaning: 'Alipay’s public key as the Dashboard shows it (not ours).',
    example: 'MIIBIjANBgkqhk…',
    parse: parsers.publicKey(),
    required: { unless: 'ALIPAY_PUBLIC_KEY_FILE' },
  },
  ALIPAY_PUBLIC_KEY_FILE: {
    group: 'Acquirer',
    meaning: 'File with Alipay’s public key.',
    example: '/data/alipay-public-key.pem',
    parse: path(),
    required: { unless: 'ALIPAY_PUBLIC_KEY' },
  },
  ALIPAY_AGENT_TOKEN: {
    group: 'Acquirer',
    meaning:
      'ISV mode: token of the merchant, sent as `agent-token`. One that came by notification goes before it until it expires.',
    example: '2810111-authorised-token',
    parse: token(8),
    secret: true,
  },
  ALIPAY_AGENT_MERCHANT: {
    group: 'Acquirer',
    meaning:
      'ISV mode: the merchant whose agent tokens are taken from notifications, by the `customerId` or `authClientId` in them; unset: the one whose token came first.',
    example: '2088000000000000',
    parse: agentMerchant,
  },
  SETTLEMENT_CURRENCY: {
    group: 'Acquirer',
    meaning: 'Currency of settlement, where the merchant has several settlement contracts.',
    example: 'USD',
    parse: parsers.currency(),
  },

  NOTIFY_URL: {
    group: 'Notifications',
    meaning:
      'Where the acquirer sends results (`paymentNotifyUrl`), as seen from the Internet. Unset: a warning, for the best-practice page demands it.',
    example: 'https://pay.example.com/notify/10042',
    parse: parsers.url(),
  },
  NOTIFY_PORT: {
    group: 'Notifications',
    meaning: 'Port on which notifications are received; unset: no listener, inquiries alone decide.',
    example: '8081',
    parse: integer(1, 65_535),
  },
  NOTIFY_HOST: {
    group: 'Notifications',
    meaning: 'Address on which notifications are received.',
    default: '0.0.0.0',
    example: '127.0.0.1',
    parse: parsers.host(),
  },

  API_HOST: {
    group: 'Local API',
    meaning: 'Address of the local API. One that is not loopback needs API_TOKEN.',
    default: '127.0.0.1',
    example: '0.0.0.0',
    parse: parsers.host(),
  },
  API_PORT: {
    group: 'Local API',
    meaning: 'Port of the local API.',
    default: '8080',
    example: '8080',
    parse: integer(1, 65_535),
  },
  API_TOKEN: {
    group: 'Local API',
    meaning: 'Token that callers must show.',
    example: 'a random text of at least 16 characters',
    parse: token(16),
    secret: true,
  },

  PAY_REPLY_TIMEOUT_MS: {
    group: 'Timing',
    meaning: 'Wait for the reply to a payment, then inquire.',
    default: '5000',
    example: '5000',
    parse: integer(shortestMs, 60_000),
  },
  INQUIRY_INTERVAL_MS: {
    group: 'Timing',
    meaning: 'From one inquiry to the next.',
    default: '3000',
    example: '3000',
    parse: integer(shortestMs, 60_000),
  },
  INQUIRY_REPLY_TIMEOUT_MS: {
    group: 'Timing',
    meaning: 'Wait for the reply to an inquiry.',
    default: '3000',
    example: '3000',
    parse: integer(shortestMs, 60_000),
  },
  INQUIRY_LIMIT: {
    group: 'Timing',
    meaning: 'Inquiries before a payment is reversed.',
    default: '15',
    example: '20',
    parse: integer(1, 100),
  },
  CANCEL_REPLY_TIMEOUT_MS: {
    group: 'Timing',
    meaning: 'Wait for the reply to a cancel or refund.',
    default: '3000',
    example: '3000',
    parse: integer(shortestMs, 60_000),
  },
  CANCEL_RETRY_INTERVAL_MS: {
    group: 'Timing',
    meaning: 'From one cancel or refund to its repetition in the first burst.',
    default: '5000',
    example: '5000',
    parse: integer(shortestMs, 60_000),
  },
  CANCEL_RETRY_WINDOW_MS: {
    group: 'Timing',
    meaning: 'Length of the first burst; then the queue goes on.',
    default: '60000',
    example: '60000',
    parse: integer(shortestMs, hourMs),
  },
  QUEUE_RETRY_INTERVAL_MS: {
    group: 'Timing',
    meaning: 'From one retry of a queued reversal to the next.',
    default: '60000',
    example: '60000',
    parse: integer(shortestMs, dayMs),
  },
  PAYMENT_EXPIRY_MS: {
    group: 'Timing',
    meaning: 'Life of a payment at the acquirer (`paymentExpiryTime`).',
    default: '60000',
    example: '60000',
    parse: integer(1000, hourMs),
  },
  EXPIRY_MARGIN_MS: {
    group: 'Timing',
    meaning:
      'How long after its expiry a payment request that was never answered may still take effect; its reversal is confirmed once more after that. The clock may differ from the acquirer’s by a third of it.',
    default: '30000',
    example: '30000',
    parse: integer(1000, hourMs),
  },
  CODE_WAIT_MS: {
    group: 'Timing',
    meaning: 'Wait for the customer’s payment code, then the sale is cancelled.',
    default: '60000',
    example: '60000',
    parse: integer(1000, hourMs),
  },
  CANCEL_PERIOD_END: {
    group: 'Timing',
    meaning: 'Time on the following day until which a payment can be cancelled; later it is refunded.',
    default: '00:15+08:00',
    example: '00:15+08:00',
    parse: parsers.dailyTime(),
  },

  QUEUE_LIMIT: {
    group: 'Policy',
    meaning: 'Open reversals from which on no sale starts.',
    default: '20',
    example: '20',
    parse: integer(1, 1000),
  },
  ATTEMPT_LIMIT: {
    group: 'Policy',
    meaning: 'Scans that a customer may try for one sale.',
    default: '3',
    example: '3',
    parse: integer(1, 10),
  },
  CLOCK_TRUST: {
    group: 'Policy',
    meaning:
      '`auto`: no sale until the system’s synchronisation state or the acquirer confirms the clock; `always`: the machine has a clock of its own.',
    default: 'auto',
    example: 'always',
    parse: oneOf('auto', 'always'),
  },
  VEND_UNKNOWN: {
    group: 'Policy',
    meaning: 'When it is unknown whether the goods went: `refund`, `keep` the money, or ask the `operator`.',
    default: 'refund',
    example: 'operator',
    parse: oneOf('refund', 'keep', 'operator'),
  },

  CONFIG_FILE: {
    group: 'Storage and log',
    meaning: 'A file with the same variables, one `NAME=value` a line; the environment wins.',
    example: '/data/tillbox.env',
    parse: path(),
  },
  DATA_DIR: {
    group: 'Storage and log',
    meaning: 'Directory of durable data.',
    default: '/data',
    example: '/data',
    parse: path(),
  },
  DATA_DIR_MOUNTED: {
    group: 'Storage and log',
    meaning:
      '`DATA_DIR` is on a card, partition or volume of its own; where it turns out to be on the file system of `/`, that is not mounted, and nothing is made there or sold.',
    default: 'false',
    example: 'true',
    parse: flag(),
  },
  CARD_MARK_FILE: {
    group: 'Storage and log',
    meaning:
      'Where it is noted, outside of `DATA_DIR`, which card this terminal knows; unset: beside `DATA_DIR`, as in `/data.card-mark`. A wiped or changed card sells only once a person has accepted it.',
    example: '/var/lib/tillbox-card-mark',
    parse: path(),
  },
  JOURNAL_PARTITIONS: {
    group: 'Storage and log',
    meaning:
      'Two raw partitions of at least 4 MiB for the journal, with a comma between; unset: two files in `DATA_DIR`. What they hold is overwritten.',
    example: '/dev/mmcblk0p3,/dev/mmcblk0p4',
    parse: devicePair(),
  },
  SALES_KEPT: {
    group: 'Storage and log',
    meaning:
      'Finished sales that are kept for reprints and refunds; fewer where they take more than half of the journal (about 4,000 do). Reversals are kept until they are settled, and paid order numbers for at least 8,000 sales more.',
    default: '500',
    example: '500',
    parse: integer(10, 10_000),
  },
  SALES_KEPT_DAYS: {
    group: 'Storage and log',
    meaning:
      'Days for which finished sales are kept at most, counted while the terminal runs: no clock that jumps makes it forget.',
    default: '30',
    example: '30',
    parse: integer(1, 400),
  },
  LOG_LEVEL: {
    group: 'Storage and log',
    meaning: '`debug`, `info`, `warn` or `error`: lines below it are not written.',
    default: 'info',
    example: 'debug',
    parse: oneOf('debug', 'info', 'warn', 'error'),
  },
  LOG_FORMAT: {
    group: 'Storage and log',
    meaning: '`text` for people, `json` for collectors.',
    default: 'text',
    example: 'json',
    parse: oneOf('text', 'json'),
  },

  UPDATE_LOCK: {
    group: 'Updates',
    meaning:
      '`auto`: where balena’s update lock is, hold it while a customer is served, and start no sale while an update is being installed; `off`: an update may stop the terminal in the middle of a sale.',
    default: 'auto',
    example: 'off',
    parse: oneOf('auto', 'off'),
  },
  BALENA_APP_LOCK_PATH: {
    group: 'Updates',
    meaning: 'The update lock. balena sets it; unset: `/tmp/balena/updates.lock` where there is a `/tmp/balena`.',
    example: '/tmp/balena/updates.lock',
    parse: path(),
  },
  BALENA_SUPERVISOR_ADDRESS: {
    group: 'Updates',
    meaning:
      'Where balena’s supervisor answers: it is asked whether an update waits, and shows the box’s state as tags of the device. balena sets it, with the label `io.balena.features.supervisor-api`.',
    example: 'http://127.0.0.1:48484',
    parse: parsers.url(),
  },
  BALENA_SUPERVISOR_API_KEY: {
    group: 'Updates',
    meaning: 'The supervisor’s key. balena sets it with the address.',
    example: 'a random text',
    parse: token(8),
    secret: true,
  },

  GPIO_CHIP: {
    group: 'Devices',
    meaning: 'Label of the GPIO chip; unset: found.',
    example: 'pinctrl-bcm2835',
    parse: text(64),
  },
  GPIO_BACKEND: {
    group: 'Devices',
    meaning:
      'Interface of the kernel for GPIO: `chardev`, the character device; `sysfs`, the old one; `auto`: the first of them that works.',
    default: 'auto',
    example: 'chardev',
    parse: oneOf('auto', 'chardev', 'sysfs'),
  },
  GPIO_PULL_UPS: {
    group: 'Devices',
    meaning:
      'The board’s own pull-ups are switched on for keypad columns, door and drop sensor, which only the character device can do.',
    default: 'true',
    example: 'false',
    parse: flag(),
  },
  SCANNER: {
    group: 'Devices',
    meaning: 'Scan engine: `gm65`, `serial` (any that sends what it reads) or `none`.',
    default: 'none',
    example: 'gm65',
    parse: deviceKind('gm65', 'serial', 'none'),
  },
  SCANNER_PORT: {
    group: 'Devices',
    meaning: 'Its serial port.',
    example: '/dev/ttyAMA0',
    parse: path(),
    required: { with: 'SCANNER', values: ['gm65', 'serial'] },
  },
  SCANNER_BAUD: {
    group: 'Devices',
    meaning: 'Its speed.',
    default: '9600',
    example: '115200',
    parse: integer(300, fastestBaud),
  },
  SCANNER_TRIGGER_PIN: {
    group: 'Devices',
    meaning: 'Line that makes it read.',
    example: '17',
    parse: pin(),
  },
  SCANNER_GOOD_READ_PIN: {
    group: 'Devices',
    meaning: 'Line on which it reports a good read; shows an engine that reads and sends nothing.',
    example: '27',
    parse: pin(),
  },
  KEYPAD: {
    group: 'Devices',
    meaning: 'Keypad: `matrix` or `none`.',
    default: 'none',
    example: 'matrix',
    parse: deviceKind('matrix', 'none'),
  },
  KEYPAD_ROW_PINS: {
    group: 'Devices',
    meaning: 'Lines of its rows, top to bottom.',
    example: '5,6,13,19',
    parse: pins(1, 8),
    required: { with: 'KEYPAD', values: ['matrix'] },
  },
  KEYPAD_COLUMN_PINS: {
    group: 'Devices',
    meaning: 'Lines of its columns, left to right.',
    example: '16,20,21',
    parse: pins(1, 8),
    required: { with: 'KEYPAD', values: ['matrix'] },
  },
  KEYPAD_KEYS: {
    group: 'Devices',
    meaning: 'Its keys, rows joined by `/`.',
    default: '123/456/789/*0#',
    example: '123A/456B/789C/*0#D',
    parse: parsers.keyRows(),
  },
  KEYPAD_SETTLE_MS: {
    group: 'Devices',
    meaning: 'Wait between driving a row and reading the columns, for long or filtered cables.',
    default: '0',
    example: '2',
    parse: integer(0, 50),
  },
  PRINTER: {
    group: 'Devices',
    meaning: 'Receipt printer: `escpos` or `none`.',
    default: 'none',
    example: 'escpos',
    parse: deviceKind('escpos', 'none'),
  },
  PRINTER_PORT: {
    group: 'Devices',
    meaning: 'Its serial port or `/dev/usb/lp*`.',
    example: '/dev/usb/lp0',
    parse: path(),
    required: { with: 'PRINTER', values: ['escpos'] },
  },
  PRINTER_BAUD: {
    group: 'Devices',
    meaning: 'Its speed on a serial port.',
    default: '19200',
    example: '9600',
    parse: integer(300, fastestBaud),
  },
  PRINTER_COLUMNS: {
    group: 'Devices',
    meaning: 'Characters a line: 32 on 58 mm paper, 48 on 80 mm.',
    default: '32',
    example: '48',
    parse: oneOf('32', '48'),
  },
  PRINTER_CHARSET: {
    group: 'Devices',
    meaning:
      'Characters that its fonts hold: `ascii`, which every printer has; `gb18030` (or `gbk`), the Chinese font; a code page: `cp437` and `cp858` Western, `cp1252` Windows, `cp852` Central European, `cp866` Cyrillic. Unset: `gb18030` with `LOCALE=zh-CN`, else `ascii`.',
    example: 'cp858',
    parse: oneOf('ascii', 'cp437', 'cp852', 'cp858', 'cp866', 'cp1252', 'gbk', 'gb18030'),
  },
  PRINTER_REQUIRED: {
    group: 'Devices',
    meaning: 'No sale starts while the printer cannot print; unset: true where there is a printer.',
    example: 'false',
    parse: flag(),
  },
  PANEL: {
    group: 'Devices',
    meaning: 'Lamps, buzzer and door switch: `gpio` or `none`.',
    default: 'none',
    example: 'gpio',
    parse: deviceKind('gpio', 'none'),
  },
  PANEL_READY_PIN: { group: 'Devices', meaning: 'Line of the ready lamp.', example: '22', parse: pin() },
  PANEL_BUSY_PIN: { group: 'Devices', meaning: 'Line of the busy lamp.', example: '23', parse: pin() },
  PANEL_PAID_PIN: { group: 'Devices', meaning: 'Line of the paid lamp.', example: '24', parse: pin() },
  PANEL_FAULT_PIN: { group: 'Devices', meaning: 'Line of the fault lamp.', example: '25', parse: pin() },
  PANEL_BUZZER_PIN: { group: 'Devices', meaning: 'Line of the buzzer.', example: '12', parse: pin() },
  PANEL_DOOR_PIN: { group: 'Devices', meaning: 'Line of the door switch.', example: '26', parse: pin() },
  VEND: {
    group: 'Devices',
    meaning: 'How goods are released: `relay` pulses, an `mdb` machine, or `none`: the host app delivers.',
    default: 'none',
    example: 'relay',
    parse: deviceKind('relay', 'mdb', 'none'),
  },
  VEND_PINS: {
    group: 'Devices',
    meaning: 'Lines of the relays, channel 1 first.',
    example: '4,18',
    parse: pins(1, 32),
    required: { with: 'VEND', values: ['relay'] },
  },
  VEND_PULSE_MS: {
    group: 'Devices',
    meaning: 'Length of the pulse.',
    default: '500',
    example: '250',
    parse: integer(shortestMs, 60_000),
  },
  VEND_SENSOR_PIN: { group: 'Devices', meaning: 'Line of the drop sensor.', example: '7', parse: pin() },
  VEND_TIMEOUT_MS: {
    group: 'Devices',
    meaning: 'Wait for the drop sensor, or for the machine’s answer.',
    default: '10000',
    example: '15000',
    parse: integer(100, 600_000),
  },
  MDB_PORT: {
    group: 'Devices',
    meaning: 'Serial port of the MDB adapter.',
    example: '/dev/ttyACM0',
    parse: path(),
    required: { with: 'VEND', values: ['mdb'] },
  },
} satisfies Record<string, Variable<unknown>>;

export type VariableName = keyof typeof variables;

type Parsed<V> = V extends { readonly parse: Parser<infer T> } ? T : never;

/** Values by name: always there with a default, otherwise only where given and valid. */
export type VariableValues = {
  readonly [N in VariableName]: (typeof variables)[N] extends { readonly default: string }
    ? Parsed<(typeof variables)[N]>
    : Parsed<(typeof variables)[N]> | undefined;
};

function countryCode(raw: string): ReturnType<Parser<string>> {
  return /^[A-Z]{2}$/.test(raw) ? { value: raw } : { problem: 'is not a country code of two capital letters' };
}

/** An id that the acquirer gave a merchant. */
function agentMerchant(raw: string): ReturnType<Parser<string>> {
  return /^[\x21-\x7e]{1,64}$/.test(raw)
    ? { value: raw }
    : { problem: 'is not a merchant id: at most 64 printable ASCII characters without spaces' };
}

function clientId(raw: string): ReturnType<Parser<string>> {
  return /^[A-Za-z0-9_-]{1,64}$/.test(raw)
    ? { value: raw }
    : { problem: 'is not a client id: at most 64 letters, digits, _ and -' };
}

/** The default of a variable, without `text` where it has none; undefined for a name that is no variable. */
export function configDefault(name: string): { readonly text: string | undefined } | undefined {
  if (!Object.hasOwn(variables, name)) return undefined;
  const row: Variable<unknown> = variables[name as keyof typeof variables];
  return { text: row.default };
}
