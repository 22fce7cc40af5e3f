import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Config } from '../../../firmware/config/config.js';
import { describeErrors, type Environment } from '../../../firmware/config/config-check.js';
import { configMarkdown } from '../../../firmware/config/config-markdown.js';
import { loadConfig } from '../../../firmware/config/load-config.js';
import { maskConfig } from '../../../firmware/config/mask-config.js';
import { policyOf } from '../../../firmware/config/policy-of.js';
import { readSettings } from '../../../firmware/config/read-settings.js';
import { type VariableName, variables } from '../../../firmware/config/variables.js';
import { testKeys } from '../test-keys.js';

const pkcs8 = testKeys.ours.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const spki = (key: typeof testKeys.ours.publicKey) => key.export({ format: 'der', type: 'spki' }).toString('base64');

/** The least that is right. */
const right: Environment = {
  TERMINAL_NUMBER: '10042',
  MERCHANT_ID: 'M1',
  MERCHANT_NAME: 'Merchant',
  MERCHANT_MCC: '5814',
  STORE_ID: 'S1',
  STORE_NAME: 'Store',
  STORE_MCC: '5812',
  ACQUIRER_URL: 'https://open-sea-global.alipay.com',
  ALIPAY_CLIENT_ID: 'SANDBOX_1',
  ALIPAY_PRIVATE_KEY: pkcs8,
  ALIPAY_PUBLIC_KEY: spki(testKeys.acquirers.publicKey),
};

const files =
  (content: Readonly<Record<string, string>> = {}) =>
  (path: string) => {
    const text = content[path];
    if (text === undefined) throw new Error(`${path}: no such file`);
    return text;
  };

function load(change: Environment, content?: Readonly<Record<string, string>>): Config {
  const loading = loadConfig({ ...right, ...change }, files(content));
  assert.ok('config' in loading, 'errors' in loading ? describeErrors(loading.errors) : '');
  return loading.config;
}

function errorsOf(change: Environment, content?: Readonly<Record<string, string>>): readonly string[] {
  const loading = loadConfig({ ...right, ...change }, files(content));
  return 'errors' in loading ? loading.errors.map(({ variable, problem }) => `${variable} ${problem}`) : [];
}

describe('loadConfig', () => {
  it('fills in the defaults of the best-practice page', () => {
    const config = load({});
    assert.deepEqual(config.terminal, {
      number: '10042',
      id: '10042',
      currency: 'CNY',
      locale: 'en',
      timeZone: 'UTC',
      timeZoneSet: false,
    });
    assert.deepEqual(config.timing, {
      payReplyTimeoutMs: 5000,
      inquiryIntervalMs: 3000,
      inquiryReplyTimeoutMs: 3000,
      inquiryLimit: 15,
      cancelReplyTimeoutMs: 3000,
      cancelRetryIntervalMs: 5000,
      cancelRetryWindowMs: 60_000,
      queueRetryIntervalMs: 60_000,
      paymentExpiryMs: 60_000,
      expiryMarginMs: 30_000,
      codeWaitMs: 60_000,
      cancelPeriodEnd: { minuteOfDay: 15, utcOffsetMinutes: 480 },
    });
    assert.deepEqual(config.sale, { mode: 'host', hostConfirmMs: 0 });
    assert.deepEqual(config.storage, { dataDir: '/data', dataDirMounted: false, salesKept: 500, salesKeptDays: 30 });
    assert.deepEqual(config.api, { host: '127.0.0.1', port: 8080 });
    assert.deepEqual(config.notify, {});
    assert.equal(config.devices.scanner.kind, 'none');
    assert.deepEqual(config.devices.gpio, { backend: 'auto', pullUps: true });
  });

  it('reads a whole box', () => {
    const { devices, sale, notify } = load(
      {
        SALE_MODE: 'selection',
        CATALOG_FILE: '/data/catalog',
        NOTIFY_URL: 'https://pay.example.com/notify/10042',
        NOTIFY_PORT: '8081',
        SCANNER: 'gm65',
        SCANNER_PORT: '/dev/ttyAMA0',
        SCANNER_TRIGGER_PIN: '17',
        KEYPAD: 'matrix',
        KEYPAD_ROW_PINS: '5, 6,13,19',
        KEYPAD_COLUMN_PINS: '16,20,21',
        KEYPAD_SETTLE_MS: '2',
        GPIO_CHIP: 'pinctrl-rp1',
        GPIO_BACKEND: 'chardev',
        GPIO_PULL_UPS: 'false',
        PRINTER: 'escpos',
        PRINTER_PORT: '/dev/usb/lp0',
        PRINTER_COLUMNS: '48',
        PANEL: 'gpio',
        PANEL_READY_PIN: '22',
        PANEL_DOOR_PIN: '0',
        VEND: 'relay',
        VEND_PINS: '4,18',
        VEND_SENSOR_PIN: '7',
      },
      { '/data/catalog': 'slot,name,price,channel\n12,Cola,3.50,2\n' },
    );
    assert.deepEqual(sale, {
      mode: 'selection',
      catalog: { 12: { slot: '12', name: 'Cola', price: { currency: 'CNY', value: '350' }, channel: '2' } },
    });
    assert.deepEqual(notify, {
      url: 'https://pay.example.com/notify/10042',
      listener: { host: '0.0.0.0', port: 8081, path: '/notify/10042' },
    });
    assert.deepEqual(devices, {
      gpio: { backend: 'chardev', pullUps: false, chip: 'pinctrl-rp1' },
      scanner: { kind: 'gm65', port: '/dev/ttyAMA0', baud: 9600, triggerPin: 17 },
      keypad: {
        kind: 'matrix',
        rowPins: [5, 6, 13, 19],
        columnPins: [16, 20, 21],
        keys: ['123', '456', '789', '*0#'],
        settleMs: 2,
      },
      printer: { kind: 'escpos', port: '/dev/usb/lp0', baud: 19_200, columns: 48, charset: 'ascii', required: true },
      panel: { kind: 'gpio', readyPin: 22, doorPin: 0 },
      vend: { kind: 'relay', pins: [4, 18], pulseMs: 500, sensorPin: 7, timeoutMs: 10_000 },
    });
  });

  const prefixes: readonly (readonly [string, string, string])[] = [
    ['SANDBOX_1', '/ams/api', '/ams/sandbox/api'],
    ['TEST_1', '/ams/api', '/ams/api'],
    ['5Y3A', '/ams/api', '/ams/api'],
    ['SANDBOX_1', '/gateway/x', '/gateway/x'],
  ];
  for (const [clientId, prefix, expected] of prefixes) {
    it(`turns ${prefix} for ${clientId} into ${expected}`, () => {
      const { acquirer } = load({ ALIPAY_CLIENT_ID: clientId, ACQUIRER_PATH_PREFIX: prefix });
      assert.equal(acquirer.pathPrefix, expected);
    });
  }

  const moves: readonly (readonly [string, string, readonly string[]])[] = [
    ['TEST_1', 'https://Old.Example.com:443/ams/api/', ['https://old.example.com/ams/api']],
    ['SANDBOX_1', 'https://old.example.com/ams/api', ['https://old.example.com/ams/sandbox/api']],
    ['TEST_1', 'https://old.example.com', ['https://old.example.com/ams/api']],
    ['SANDBOX_1', 'https://old.example.com/', ['https://old.example.com/ams/sandbox/api']],
    [
      'TEST_1',
      'https://a.example.com:8443/x, https://b.example.com/y',
      ['https://a.example.com:8443/x', 'https://b.example.com/y'],
    ],
  ];
  for (const [clientId, from, expected] of moves) {
    it(`takes ${from} for a move from ${expected.join(' and ')} (${clientId})`, () => {
      const { acquirer } = load({ ALIPAY_CLIENT_ID: clientId, ACQUIRER_MOVED_FROM: from });
      assert.deepEqual(acquirer.movedFrom, expected);
    });
  }

  it('writes an acquirer to flash the same way however its address was typed', () => {
    const acquirerOf = (url: string) => policyOf(load({ ACQUIRER_URL: url }), 4096).acquirer;
    assert.equal(
      acquirerOf('https://OPEN-sea-global.alipay.com:443/'),
      acquirerOf('https://open-sea-global.alipay.com'),
    );
  });

  it('takes the file where the environment is silent or empty, and the environment elsewhere', () => {
    const content = { '/f': '# ours\nCURRENCY=JPY\nexport LOCALE="zh-CN"\r\n\nINQUIRY_LIMIT=20\n' };
    const config = load({ CONFIG_FILE: '/f', INQUIRY_LIMIT: '10', CURRENCY: ' ' }, content);
    assert.equal(config.terminal.currency, 'JPY');
    assert.equal(config.terminal.locale, 'zh-CN');
    assert.equal(config.timing.inquiryLimit, 10);
  });

  it('takes keys from files, and names their text as secret', () => {
    const loading = loadConfig(
      {
        ...right,
        ALIPAY_PRIVATE_KEY: undefined,
        ALIPAY_PUBLIC_KEY: '',
        ALIPAY_PRIVATE_KEY_FILE: '/k',
        ALIPAY_PUBLIC_KEY_FILE: '/p',
        API_TOKEN: 'sixteen-letters-x',
      },
      files({ '/k': pkcs8, '/p': spki(testKeys.acquirers.publicKey) }),
    );
    assert.ok('config' in loading);
    assert.deepEqual(loading.secrets, ['sixteen-letters-x', pkcs8]);
    assert.ok(!JSON.stringify(loading.config.acquirer).includes('MII'));
  });

  const ourPublic = spki(testKeys.ours.publicKey);
  const scanner = { SCANNER: 'serial', SCANNER_PORT: '/dev/ttyS0' };
  const keypad = { KEYPAD: 'matrix', KEYPAD_ROW_PINS: '11,12,13,14', KEYPAD_COLUMN_PINS: '21,22,23' };
  const relays = { VEND: 'relay', VEND_PINS: '31,32' };
  const selecting = { ...scanner, ...keypad, SALE_MODE: 'selection', CATALOG_FILE: '/c' };
  const FIRST_LINE = '-----BEGIN PRIVATE KEY-----';
  /* What a key without its first line looks like; its last line would pass for a name. */
  const KEY_LINES = `${'Ab1+'.repeat(16)}\n${'Cd2/'.repeat(16)}\nEf3xQ=`;
  const wrong: readonly (readonly [string, Environment, RegExp, Readonly<Record<string, string>>?])[] = [
    ['a missing terminal number', { TERMINAL_NUMBER: '' }, /^TERMINAL_NUMBER is not set$/],
    ['a terminal number with letters', { TERMINAL_NUMBER: 'K42' }, /^TERMINAL_NUMBER is "K42"; 1 to 8 digits/],
    ['a long terminal number', { TERMINAL_NUMBER: '123456789' }, /^TERMINAL_NUMBER .* 1 to 8 digits/],
    ['a wrong MCC', { MERCHANT_MCC: '58' }, /^MERCHANT_MCC .* 4 digits/],
    ['a name with a line end', { STORE_NAME: 'a\nb' }, /^STORE_NAME has a control character/],
    ['an unknown currency', { CURRENCY: 'XTS' }, /^CURRENCY is "XTS"; known currencies: .*CNY/],
    ['a currency named like a method', { CURRENCY: 'toString' }, /^CURRENCY is "toString"/],
    ['a wrong time zone', { TZ: 'Mars/Base' }, /^TZ is "Mars\/Base", which is not a time zone/],
    ['a wrong word', { SALE_MODE: 'Host' }, /^SALE_MODE is "Host"; allowed: host, amount/],
    ['a number out of range', { INQUIRY_LIMIT: '0' }, /^INQUIRY_LIMIT is "0"; a whole number from 1 to 100/],
    ['a number with a unit', { PAY_REPLY_TIMEOUT_MS: '5s' }, /^PAY_REPLY_TIMEOUT_MS is "5s"/],
    ['a wrong time of day', { CANCEL_PERIOD_END: '24:15+08:00' }, /^CANCEL_PERIOD_END is/],
    ['our own public key as Alipay’s', { ALIPAY_PUBLIC_KEY: ourPublic }, /^ALIPAY_PUBLIC_KEY is our own public key/],
    [
      'our own public key as Alipay’s, by file',
      { ALIPAY_PUBLIC_KEY: '', ALIPAY_PUBLIC_KEY_FILE: '/p' },
      /^ALIPAY_PUBLIC_KEY_FILE is our own public key/,
      { '/p': ourPublic },
    ],
    ['a private key as Alipay’s', { ALIPAY_PUBLIC_KEY: pkcs8 }, /^ALIPAY_PUBLIC_KEY is a private key/],
    ['a public key as ours', { ALIPAY_PRIVATE_KEY: ourPublic }, /^ALIPAY_PRIVATE_KEY is a public key/],
    ['no private key', { ALIPAY_PRIVATE_KEY: '' }, /^ALIPAY_PRIVATE_KEY is not set, nor is ALIPAY_PRIVATE_KEY_FILE$/],
    ['a key twice', { ALIPAY_PRIVATE_KEY_FILE: '/k' }, /^ALIPAY_PRIVATE_KEY_FILE is set and ALIPAY_PRIVATE_KEY too/],
    [
      'a key file that is not there',
      { ALIPAY_PRIVATE_KEY: '', ALIPAY_PRIVATE_KEY_FILE: '/k' },
      /^ALIPAY_PRIVATE_KEY_FILE names a file that cannot be read: \/k: no such file/,
    ],
    [
      'a key file with something else',
      { ALIPAY_PRIVATE_KEY: '', ALIPAY_PRIVATE_KEY_FILE: '/k' },
      /^ALIPAY_PRIVATE_KEY_FILE names a file whose content is a certificate/,
      { '/k': '-----BEGIN CERTIFICATE-----' },
    ],
    [
      'plain http to elsewhere',
      { ACQUIRER_URL: 'http://alipay.example' },
      /^ACQUIRER_URL is plain http to alipay.example/,
    ],
    ['plain http to a lookalike', { ACQUIRER_URL: 'http://127.0.0.1.example' }, /^ACQUIRER_URL is plain http/],
    ['a path in the URL', { ACQUIRER_URL: 'https://a.example/ams/api' }, /^ACQUIRER_URL has a path/],
    [
      'a place it moved from that is none',
      { ACQUIRER_MOVED_FROM: 'https://a.example/x,old' },
      /^ACQUIRER_MOVED_FROM has "old" in it, which is not an http/,
    ],
    [
      'too many places',
      { ACQUIRER_MOVED_FROM: Array(9).fill('https://a.example').join() },
      /^ACQUIRER_MOVED_FROM has 9 addresses; at most 8/,
    ],
    [
      'a place it moved from with a query',
      { ACQUIRER_MOVED_FROM: 'https://a.example/x?y=1' },
      /^ACQUIRER_MOVED_FROM has a \? part/,
    ],
    [
      'an agent merchant with a blank',
      { ALIPAY_AGENT_MERCHANT: '2088 1' },
      /^ALIPAY_AGENT_MERCHANT is not a merchant id/,
    ],
    ['a password in the URL', { ACQUIRER_URL: 'https://u:p@a.example' }, /^ACQUIRER_URL has a user name or password/],
    ['no URL at all', { ACQUIRER_URL: 'open-sea' }, /^ACQUIRER_URL is not an http or https address/],
    [
      'a certificate without key',
      { ACQUIRER_CERT_FILE: '/c' },
      /^ACQUIRER_KEY_FILE is not set/,
      { '/c': '-----BEGIN CERTIFICATE-----' },
    ],
    [
      'a CA that is none',
      { ACQUIRER_CA_FILE: '/c' },
      /^ACQUIRER_CA_FILE names a file without -----BEGIN/,
      { '/c': 'x' },
    ],
    ['an open API without token', { API_HOST: '0.0.0.0' }, /^API_TOKEN is not set; API_HOST=0.0.0.0/],
    ['a short token', { API_TOKEN: 'short' }, /^API_TOKEN is shorter than 16/],
    ['NOTIFY_PORT without URL', { NOTIFY_PORT: '8081' }, /^NOTIFY_URL is not set/],
    ['NOTIFY_HOST without port', { NOTIFY_HOST: '::1' }, /^NOTIFY_PORT is not set/],
    [
      'one port for two',
      { NOTIFY_URL: 'https://a.example/n', NOTIFY_PORT: '8080' },
      /^NOTIFY_PORT is 8080, which is API_PORT/,
    ],
    ['a query in NOTIFY_URL', { NOTIFY_URL: 'https://a.example/n?x=1' }, /^NOTIFY_URL has a \? part/],
    ['mdb without VEND', { ...scanner, SALE_MODE: 'mdb' }, /^VEND is none; SALE_MODE=mdb needs VEND=mdb/],
    ['VEND=mdb elsewhere', { VEND: 'mdb', MDB_PORT: '/dev/ttyACM0' }, /^SALE_MODE is host; VEND=mdb needs/],
    ['VEND=mdb without port', { ...scanner, SALE_MODE: 'mdb', VEND: 'mdb' }, /^MDB_PORT is not set; VEND=mdb needs it/],
    [
      'selection without catalogue',
      { ...scanner, ...keypad, SALE_MODE: 'selection' },
      /^CATALOG_FILE is not set; SALE_MODE=selection/,
    ],
    ['a missing catalogue', selecting, /^CATALOG_FILE names a file that cannot/],
    [
      'a channel that no relay is on',
      { ...selecting, VEND: 'relay', VEND_PINS: '4,18' },
      /^CATALOG_FILE line 3 has "3" for a channel, which has to be 1 to 2/,
      { '/c': 'slot,name,price,channel\n1,Tea,3,2\n2,Cola,3,3' },
    ],
    [
      'slots that cannot be typed',
      { ...selecting, KEYPAD_KEYS: '12/*#', KEYPAD_ROW_PINS: '11,12', KEYPAD_COLUMN_PINS: '21,22' },
      /^KEYPAD_KEYS has no 3; SALE_MODE=selection needs/,
      { '/c': 'slot,name,price,channel\n1,Tea,3,1\n23,Cola,3,1' },
    ],
    [
      'amounts that cannot be typed',
      { ...scanner, ...keypad, SALE_MODE: 'amount', KEYPAD_KEYS: '123/456/789', KEYPAD_ROW_PINS: '11,12,13' },
      /^KEYPAD_KEYS has no # \* 0; SALE_MODE=amount needs/,
    ],
    ['amount without keypad', { ...scanner, SALE_MODE: 'amount' }, /^KEYPAD is none; SALE_MODE=amount/],
    ['amount without scanner', { ...keypad, SALE_MODE: 'amount' }, /^SCANNER is none; SALE_MODE=amount/],
    ['a wait for the host with a relay', { ...relays, HOST_CONFIRM_MS: '1' }, /^HOST_CONFIRM_MS is for VEND=none/],
    ['a simulated device', { SCANNER: 'sim' }, /^SCANNER is sim, a device that only the simulator has \(npm start/],
    ['a scanner without port', { SCANNER: 'gm65' }, /^SCANNER_PORT is not set; SCANNER=gm65 needs it/],
    ['a keypad without pins', { KEYPAD: 'matrix', KEYPAD_ROW_PINS: '1' }, /^KEYPAD_COLUMN_PINS is not set/],
    [
      'keys that do not fit the pins',
      { KEYPAD: 'matrix', KEYPAD_ROW_PINS: '1,2', KEYPAD_COLUMN_PINS: '3,4,5' },
      /^KEYPAD_KEYS has 4 rows of 3 keys for 2 row and 3 column pins/,
    ],
    ['uneven keys', { KEYPAD_KEYS: '123/45' }, /^KEYPAD_KEYS has rows of different length/],
    ['a key twice on the pad', { KEYPAD_KEYS: '12/13' }, /^KEYPAD_KEYS has the key 1 twice/],
    ['a printer without port', { PRINTER: 'escpos' }, /^PRINTER_PORT is not set/],
    ['a required printer that is none', { PRINTER_REQUIRED: 'true' }, /^PRINTER_REQUIRED is true and PRINTER is none/],
    ['a panel without pins', { PANEL: 'gpio' }, /^PANEL_READY_PIN is not set, nor is any other/],
    ['a relay without pins', { VEND: 'relay' }, /^VEND_PINS is not set; VEND=relay/],
    ['a pin that is none', { VEND: 'relay', VEND_PINS: '4,x' }, /^VEND_PINS has "x" in it/],
    ['a pin twice in a list', { VEND: 'relay', VEND_PINS: '4,4' }, /^VEND_PINS names pin 4 twice/],
    [
      'a pin of two devices',
      { ...scanner, SCANNER_TRIGGER_PIN: '4', VEND: 'relay', VEND_PINS: '4' },
      /^VEND_PINS uses pin 4, which SCANNER_TRIGGER_PIN uses already/,
    ],
    [
      'a port of two devices',
      { ...scanner, PRINTER: 'escpos', PRINTER_PORT: '/dev/ttyS0' },
      /^PRINTER_PORT uses port \/dev\/ttyS0, which SCANNER_PORT uses already/,
    ],
    [
      'a slip in the environment',
      { PRINTER_BUAD: '9600' },
      /^PRINTER_BUAD is no variable of Tillbox; did you mean PRINTER_BAUD\?/,
    ],
    ['a configuration file that is not there', { CONFIG_FILE: '/f' }, /^CONFIG_FILE names a file that cannot be read/],
    ['a slip in the file', { CONFIG_FILE: '/f' }, /^LOCAL stands .* did you mean LOCALE\?/, { '/f': 'LOCAL=en' }],
    [
      'a strange name in the file',
      { CONFIG_FILE: '/f' },
      /^PATH stands in the configuration file but is no/,
      { '/f': 'PATH=x' },
    ],
    ['a line that is none', { CONFIG_FILE: '/f' }, /^CONFIG_FILE line 2 is not NAME=value/, { '/f': '#\nTERMINAL 1' }],
    [
      'a name twice in the file',
      { CONFIG_FILE: '/f' },
      /^CONFIG_FILE line 2 sets TZ for the second/,
      { '/f': 'TZ=UTC\nTZ=UTC' },
    ],
    ['an open quote in the file', { CONFIG_FILE: '/f' }, /^CONFIG_FILE line 1 has a quote/, { '/f': 'TZ="UTC' }],
    [
      'a comment after a value in the file',
      { CONFIG_FILE: '/f', TERMINAL_NUMBER: '' },
      /^CONFIG_FILE line 1 has a comment behind it; .* in TERMINAL_NUMBER$/,
      { '/f': 'TERMINAL_NUMBER=10042 # gate 3' },
    ],
    [
      'a comment after a quoted value in the file',
      { CONFIG_FILE: '/f', STORE_NAME: '' },
      /^CONFIG_FILE line 2 has a comment behind it/,
      { '/f': '\nSTORE_NAME="Gate 3" # the new one' },
    ],
    ['a comment after a value', { MERCHANT_ID: 'M0001 # ours' }, /^MERCHANT_ID has a comment behind it/],
    ['a comment after a token', { API_TOKEN: 'sixteen-letters-x #' }, /^API_TOKEN has a comment behind it/],
    ['a quote without its other half', { STORE_ID: '"S1' }, /^STORE_ID has a quote without its other half$/],
    ['two pairs of quotes', { STORE_ID: `'"S1"'` }, /^STORE_ID still stands in quotes/],
    [
      'the first line of a PEM',
      { ALIPAY_PRIVATE_KEY: FIRST_LINE },
      /^ALIPAY_PRIVATE_KEY .*only the first line of a PEM/,
    ],
    [
      'the first line of a PEM and half its quotes',
      { ALIPAY_PRIVATE_KEY: `"${FIRST_LINE}` },
      /^ALIPAY_PRIVATE_KEY .*only the first line of a PEM/,
    ],
    [
      'a PEM of several lines in the file',
      { CONFIG_FILE: '/f', ALIPAY_PRIVATE_KEY: '' },
      /^CONFIG_FILE line 2 has only the first line of a PEM in ALIPAY_PRIVATE_KEY; .* ALIPAY_PRIVATE_KEY_FILE$/,
      { '/f': `LOCALE=en\nALIPAY_PRIVATE_KEY="${pkcs8.trim()}"\nCURRENCY=CNY` },
    ],
    [
      'full-width digits',
      { TERMINAL_NUMBER: '１００４２' },
      /^TERMINAL_NUMBER is .*; it has full-width characters in it$/,
    ],
    [
      'a zero-width character in an id',
      { ALIPAY_CLIENT_ID: '5Y3A\u200b' },
      /^ALIPAY_CLIENT_ID is not a client id.*; it has the character U\+200B in it$/,
    ],
    [
      'a zero-width character in a name',
      { MERCHANT_ID: 'M\u20601' },
      /^MERCHANT_ID has an invisible character .*U\+2060/,
    ],
    [
      'a no-break space in a number',
      { QUEUE_LIMIT: '2\u00a00' },
      /^QUEUE_LIMIT is .*; it has the character U\+00A0 in it$/,
    ],
    ['a name that was GBK', { STORE_NAME: '\ufffd\ufffd' }, /^STORE_NAME has � in it, a character that was lost/],
    [
      'a key in the place of lines',
      { CONFIG_FILE: '/f' },
      /^CONFIG_FILE line 1 is not NAME=value; it looks like a part/,
      { '/f': KEY_LINES },
    ],
    ['a file in the file', { CONFIG_FILE: '/f' }, /^CONFIG_FILE stands in/, { '/f': 'CONFIG_FILE=/f' }],
  ];
  it('reports every fault of a catalogue, up to twenty', () => {
    const bad = Array.from({ length: 25 }, (_, at) => `${at + 1},Tea,free,1`);
    const errors = errorsOf(selecting, { '/c': ['slot,name,price,channel', ...bad].join('\n') });
    assert.equal(errors.length, 21);
    assert.match(errors[19] ?? '', /^CATALOG_FILE line 21 has "free" for a price; a decimal number of CNY above 0/);
    assert.equal(errors[20], 'CATALOG_FILE has 5 more faults of such kinds');
  });

  for (const [what, change, expected, content] of wrong) {
    it(`refuses ${what}, and only that`, () => {
      const errors = errorsOf(change, content);
      assert.equal(errors.length, 1, errors.join('\n'));
      assert.match(errors[0] ?? '', expected);
    });
  }

  const examples: readonly (readonly [Environment, example: string])[] = [
    [{ ...scanner, SALE_MODE: 'mdb' }, 'mdb'],
    [{ VEND: 'mdb', MDB_PORT: '/dev/ttyACM0' }, 'mdb'],
    [{ ...relays, HOST_CONFIRM_MS: '1' }, '0'],
  ];
  for (const [change, example] of examples) {
    it(`gives an example that would be right beside ${JSON.stringify(change)}`, () => {
      const loading = loadConfig({ ...right, ...change }, files());
      assert.deepEqual('errors' in loading && loading.errors.map((error) => error.example), [example]);
    });
  }

  it('repeats nothing of a key that stands in the file line by line', () => {
    const lines = pkcs8.trim().split('\n');
    for (const text of [
      `ALIPAY_PRIVATE_KEY=\n${lines.slice(1).join('\n')}`,
      `ALIPAY_PRIVATE_KEY=${pkcs8}`,
      KEY_LINES,
    ]) {
      const told = errorsOf({ CONFIG_FILE: '/f', ALIPAY_PRIVATE_KEY: '' }, { '/f': text }).join('\n');
      for (const line of [...lines.slice(1, -1), 'Ef3xQ']) assert.ok(!told.includes(line.replace(/=+$/, '')), told);
    }
  });

  const unwrapped: readonly (readonly [given: string, value: string])[] = [
    ['"Gate 3"', 'Gate 3'],
    ["'Gate 3'", 'Gate 3'],
    ['\ufeff Gate 3\u00a0\r', 'Gate 3'],
    ['"Gate # 3"', 'Gate # 3'],
    ['Gate #3', 'Gate #3'],
    ['Joe\'s "Best"', 'Joe\'s "Best"'],
    ['"Joe\'s"', "Joe's"],
  ];
  for (const [given, value] of unwrapped) {
    it(`takes ${JSON.stringify(given)} for ${value}, in the environment and in the file`, () => {
      assert.equal(load({ STORE_NAME: given }).merchant.store.name, value);
      const fromFile = load({ STORE_NAME: '', CONFIG_FILE: '"/f"' }, { '/f': `STORE_NAME=${given}\r\n` });
      assert.equal(fromFile.merchant.store.name, value);
    });
  }

  it('reads keys and ids that docker left in quotes', () => {
    const quotedAll = Object.fromEntries(Object.entries(right).map(([name, value]) => [name, `"${value}"`]));
    assert.deepEqual(load(quotedAll), load({}));
  });

  it('takes a value of nothing but quotes for unset', () => {
    assert.deepEqual(errorsOf({ STORE_ID: '""' }), ['STORE_ID is not set']);
    assert.equal(load({ CURRENCY: "''" }).terminal.currency, 'CNY');
  });

  it('warns of what is perhaps a slip, whatever its length, and starts', () => {
    const slips = {
      TZZ: 'did you mean TZ?',
      VENT: 'did you mean VEND?',
      PANNEL: 'did you mean PANEL?',
      SCANER: 'did you mean SCANNER?',
      KEYPADD: 'did you mean KEYPAD?',
      PRINTR: 'did you mean PRINTER?',
      ALIPAY_KEY: 'take it out, or look it up in the reference',
      TILLBOX_TERMINAL: 'take it out, or look it up in the reference',
    };
    const set = Object.fromEntries(Object.keys(slips).map((name) => [name, 'x']));
    const loading = loadConfig({ ...right, ...set }, files());
    assert.ok('config' in loading);
    const told = loading.warnings.filter(({ variable }) => variable in slips);
    assert.deepEqual(Object.fromEntries(told.map(({ variable, todo }) => [variable, todo])), slips);
  });

  it('says nothing of what other programs have in the environment', () => {
    const foreign = [
      'PATH HOME HOSTNAME USER SHELL LANG LC_ALL LANGUAGE TERM PWD OLDPWD SHLVL LOGNAME MAIL EDITOR PAGER DISPLAY TMPDIR',
      'CI NODE_ENV NODE_VERSION YARN_VERSION NODE_OPTIONS PS1 PS2 IFS _ DEBUG INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET',
      'SYSTEMD_EXEC_PID LISTEN_PID LISTEN_FDS WATCHDOG_USEC TERMINAL_EMULATOR HTTP_PROXY HTTPS_PROXY NO_PROXY TZDIR',
      'BALENA BALENA_API_KEY BALENA_DEVICE_NAME_AT_INIT BALENA_SERVICE_NAME RESIN RESIN_APP_ID UDEV INITSYSTEM',
      'npm_config_cache npm_lifecycle_event INIT_CWD COLOR SSH_TTY SSH_AUTH_SOCK XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS',
    ].flatMap((names) => names.split(' '));
    const loading = loadConfig({ ...right, ...Object.fromEntries(foreign.map((name) => [name, 'x'])) }, files());
    assert.ok('config' in loading);
    assert.deepEqual(
      loading.warnings.map(({ variable }) => variable).filter((name) => foreign.includes(name)),
      [],
    );
  });

  const allowed: readonly (readonly [string, Environment])[] = [
    ['plain http to this machine', { ACQUIRER_URL: 'http://127.0.0.1:9000' }],
    ['plain http to this machine over IPv6', { ACQUIRER_URL: 'http://[::1]:9000' }],
    ['an API elsewhere with a token', { API_HOST: '0.0.0.0', API_TOKEN: 'sixteen-letters-x' }],
    ['pins of devices that are not used', { SCANNER_TRIGGER_PIN: '4', VEND: 'relay', VEND_PINS: '4' }],
    ['other programs’ variables', { PRINTER: 'none', LOCALES: 'x', BALENA_DEVICE_UUID: 'x', API: 'y', PATH: '/bin' }],
  ];
  for (const [what, change] of allowed) {
    it(`allows ${what}`, () => assert.deepEqual(errorsOf(change), []));
  }

  it('names every error at once, each with an example', () => {
    const loading = loadConfig(
      { ACQUIRER_URL: 'http://a.example', API_HOST: '0.0.0.0', SCANNER: 'gm65', TZ: 'x', ALIPAY_PRIVATE_KEY: 'x' },
      files(),
    );
    assert.ok('errors' in loading);
    assert.deepEqual(loading.errors.map(({ variable }) => variable).sort(), [
      'ACQUIRER_URL',
      'ALIPAY_CLIENT_ID',
      'ALIPAY_PRIVATE_KEY',
      'ALIPAY_PUBLIC_KEY',
      'API_TOKEN',
      'MERCHANT_ID',
      'MERCHANT_MCC',
      'MERCHANT_NAME',
      'SCANNER_PORT',
      'STORE_ID',
      'STORE_MCC',
      'STORE_NAME',
      'TERMINAL_NUMBER',
      'TZ',
    ]);
    for (const { example } of loading.errors) assert.ok(example);
  });

  it('never throws and never starts on garbage', () => {
    const names = Object.keys(variables) as VariableName[];
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.string({ unit: 'binary', minLength: 1 }),
        fc.string(),
        (name, text, file) => {
          const loading = loadConfig({ ...right, [name]: text }, () => file);
          if ('config' in loading) return;
          assert.ok(loading.errors.length > 0);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('what balena sets', () => {
  const BALENA: Environment = {
    BALENA: '1',
    BALENA_APP_ID: '12345',
    BALENA_APP_LOCK_PATH: '/tmp/balena/updates.lock',
    BALENA_APP_NAME: 'kiosks',
    BALENA_APP_UUID: 'a0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3',
    BALENA_DEVICE_NAME_AT_INIT: 'autumn-leaf',
    BALENA_DEVICE_TYPE: 'raspberrypi4-64',
    BALENA_DEVICE_UUID: 'b0b1c2d3e4f5a0b1c2d3e4f5a0b1c2d3',
    BALENA_HOST_OS_VERSION: 'balenaOS 6.5.1',
    BALENA_SERVICE_HANDOVER_COMPLETE_PATH: '/tmp/balena/handover-complete',
    BALENA_SERVICE_NAME: 'main',
    BALENA_SUPERVISOR_ADDRESS: 'http://127.0.0.1:48484',
    BALENA_SUPERVISOR_API_KEY: '0123456789abcdef0123456789abcdef',
    BALENA_SUPERVISOR_HOST: '127.0.0.1',
    BALENA_SUPERVISOR_PORT: '48484',
    RESIN_APP_LOCK_PATH: '/tmp/balena/updates.lock',
    RESIN_SUPERVISOR_ADDRESS: 'http://127.0.0.1:48484',
    RESIN_SUPERVISOR_API_KEY: '0123456789abcdef0123456789abcdef',
  };

  it('is understood, with the key as a secret, and no name of it counts as misspelt', () => {
    const loading = loadConfig({ ...right, ...BALENA, NOTIFY_URL: 'https://a.example/n', TZ: 'UTC' }, files());
    assert.ok('config' in loading, 'errors' in loading ? describeErrors(loading.errors) : '');
    assert.deepEqual(loading.config.updates, {
      lock: 'auto',
      lockPath: '/tmp/balena/updates.lock',
      supervisor: { address: 'http://127.0.0.1:48484', apiKey: '0123456789abcdef0123456789abcdef' },
    });
    assert.ok(loading.secrets.includes('0123456789abcdef0123456789abcdef'));
    assert.deepEqual(loading.warnings, []);
  });

  it('is missing elsewhere; an address without its key is not used', () => {
    assert.deepEqual(load({}).updates, { lock: 'auto' });
    const { BALENA_SUPERVISOR_ADDRESS } = BALENA;
    assert.deepEqual(load({ BALENA_SUPERVISOR_ADDRESS, UPDATE_LOCK: 'off' }).updates, { lock: 'off' });
  });
});

describe('variables', () => {
  for (const [name, { parse, example, ...row }] of Object.entries(variables)) {
    const preset = 'default' in row ? row.default : undefined;
    it(`has a right default and example for ${name}`, () => {
      if (preset !== undefined) assert.ok('value' in parse(preset));
      if (!/KEY$|TOKEN$/.test(name)) assert.ok('value' in parse(example), example);
    });
  }
});

describe('configMarkdown', () => {
  it('lists the words that a variable accepts', () => {
    const rows = configMarkdown().split('\n');
    let asked = 0;
    for (const [name, { parse }] of Object.entries(variables)) {
      const refused = parse('no such word');
      const allowed = /allowed: (.*)$/.exec('problem' in refused ? refused.problem : '')?.[1]?.split(', ') ?? [];
      const row = rows.find((line) => line.startsWith(`| \`${name}\` |`)) ?? '';
      asked += allowed.length;
      for (const word of allowed) assert.match(row, new RegExp(`\\b${word}\\b`), name);
    }
    assert.ok(asked > 20);
  });

  it('has a row for every variable, and no broken table', () => {
    const rows = configMarkdown()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    assert.deepEqual(rows.map((line) => line.split('`')[1]).sort(), Object.keys(variables).sort());
    for (const line of rows) assert.equal(line.replaceAll('\\|', '').split('|').length, 6, line);
  });
});

describe('maskConfig', () => {
  it('shows what is effective and where it came from, but no secret', () => {
    const env = { ...right, API_TOKEN: 'sixteen-letters-x', ALIPAY_AGENT_TOKEN: 'agent-token-1', CONFIG_FILE: '/f' };
    const shown = maskConfig(readSettings(env, files({ '/f': 'TZ=Asia/Shanghai' })).list);
    assert.match(shown, /^TZ=Asia\/Shanghai {2}\(file\)$/m);
    assert.match(shown, /^TERMINAL_NUMBER=10042 {2}\(environment\)$/m);
    assert.match(shown, /^LOCALE=en {2}\(default\)$/m);
    assert.match(shown, /^API_TOKEN=\[secret, 17 characters\]/m);
    for (const secret of ['sixteen', 'agent-token-1', 'PRIVATE KEY', pkcs8.slice(100, 130)])
      assert.ok(!shown.includes(secret));
  });
});
