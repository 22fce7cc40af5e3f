import assert from 'node:assert/strict';
import type { Environment } from '../../../firmware/config/config-check.js';
import { loadConfig } from '../../../firmware/config/load-config.js';
import { simEnvironment } from '../../../hw-sim/kiosk-settings.js';
import { wireSimulatedDevices } from '../../../hw-sim/simulated-wiring.js';
import { testKeyPairs } from '../../support/test-key-pairs.js';

/** Nothing to be warned of. */
const calm = wireSimulatedDevices({
  ...simEnvironment(testKeyPairs),
  NOTIFY_URL: 'https://pay.example.com/notify/1001',
});

const noFiles = (path: string): string => {
  if (path === '/ca') return '-----BEGIN CERTIFICATE-----';
  throw new Error('no such file');
};

function told(change: Environment): readonly string[] {
  const loading = loadConfig({ ...calm, ...change }, noFiles);
  assert.ok('config' in loading);
  return loading.warnings.map(({ variable, problem }) => `${variable} ${problem}`);
}

function refused(change: Environment): readonly string[] {
  const loading = loadConfig({ ...calm, ...change }, noFiles);
  return 'errors' in loading ? loading.errors.map(({ variable, problem }) => `${variable} ${problem}`) : [];
}

describe('warnings of a configuration that is right', () => {
  it('are none where it follows the best-practice page', () => assert.deepEqual(told({}), []));

  const cases: readonly (readonly [Environment, RegExp])[] = [
    [{ NOTIFY_URL: '' }, /^NOTIFY_URL is not set; the best-practice page demands it/],
    [{ TZ: '' }, /^TZ is not set; receipts and request ids are in UTC/],
    [{ INQUIRY_LIMIT: '9' }, /^INQUIRY_LIMIT is 9; the best-practice page says 10 to 20 inquiries, one every 3 s$/],
    [{ INQUIRY_LIMIT: '21' }, /^INQUIRY_LIMIT is 21; .* 10 to 20 inquiries/],
    [{ INQUIRY_INTERVAL_MS: '2999' }, /^INQUIRY_INTERVAL_MS is 2999; .* every 3 s$/],
    [{ INQUIRY_INTERVAL_MS: '4000' }, /^INQUIRY_INTERVAL_MS is 4000; .* every 3 s$/],
    [{ CANCEL_RETRY_INTERVAL_MS: '4999' }, /^CANCEL_RETRY_INTERVAL_MS is 4999; .* every 5 to 10 s for 60 s$/],
    [{ CANCEL_RETRY_INTERVAL_MS: '10001' }, /^CANCEL_RETRY_INTERVAL_MS is 10001; .* every 5 to 10 s for 60 s$/],
    [{ CANCEL_RETRY_WINDOW_MS: '30000' }, /^CANCEL_RETRY_WINDOW_MS is 30000; .* for 60 s$/],
    [{ PAY_REPLY_TIMEOUT_MS: '8000' }, /^PAY_REPLY_TIMEOUT_MS is 8000; .* when 5 s passed/],
    [{ INQUIRY_REPLY_TIMEOUT_MS: '5000' }, /^INQUIRY_REPLY_TIMEOUT_MS is 5000; .* in 3 s proves nothing$/],
    [{ OPENSSL_CONF: '/etc/ssl/weak.cnf' }, /^OPENSSL_CONF is set; what it names may weaken TLS$/],
    [{ NODE_EXTRA_CA_CERTS: '/ca' }, /^NODE_EXTRA_CA_CERTS is set; whoever holds its certificates/],
  ];
  for (const [change, expected] of cases) {
    it(`report ${JSON.stringify(change)}, and nothing else`, () => {
      const warnings = told(change);
      assert.equal(warnings.length, 1, warnings.join('\n'));
      assert.match(warnings[0] ?? '', expected);
    });
  }

  const quiet: readonly Environment[] = [
    { INQUIRY_LIMIT: '10' },
    { INQUIRY_LIMIT: '20' },
    { CANCEL_RETRY_INTERVAL_MS: '10000' },
    { TZ: 'UTC' },
    { NODE_EXTRA_CA_CERTS: '/ca', ACQUIRER_CA_FILE: '/ca' },
  ];
  for (const change of quiet) it(`tell nothing of ${JSON.stringify(change)}`, () => assert.deepEqual(told(change), []));
});

describe('an environment that undoes what payments rely on', () => {
  const cases: readonly (readonly [Environment, RegExp])[] = [
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, /^NODE_TLS_REJECT_UNAUTHORIZED is 0, which switches the check of cert/],
    [{ NODE_TLS_REJECT_UNAUTHORIZED: '0', ACQUIRER_CA_FILE: '/ca' }, /^NODE_TLS_REJECT_UNAUTHORIZED is 0/],
    [{ NODE_OPTIONS: '--tls-keylog=/tmp/keys' }, /^NODE_OPTIONS has --tls-keylog, which writes down/],
    [{ NODE_OPTIONS: '--inspect=0.0.0.0' }, /^NODE_OPTIONS has --inspect, which lets every local user/],
    [{ NODE_OPTIONS: '--max-old-space-size=64 --inspect-brk' }, /^NODE_OPTIONS has --inspect-brk/],
    [{ NODE_OPTIONS: '--tls-min-v1.0' }, /^NODE_OPTIONS has --tls-min-v1.0, which weakens TLS/],
    [{ NODE_OPTIONS: '"--tls_cipher_list=NULL"' }, /^NODE_OPTIONS has --tls-cipher-list/],
    [{ NODE_OPTIONS: '--insecure-http-parser' }, /^NODE_OPTIONS has --insecure-http-parser/],
    [{ NODE_DEBUG: 'http' }, /^NODE_DEBUG has http, which writes keys and tokens/],
    [{ NODE_DEBUG: 'fs, HTTPS' }, /^NODE_DEBUG has HTTPS/],
    [{ NODE_OPTIONS: '--report-on-fatalerror' }, /^NODE_OPTIONS has --report-on-fatalerror, which may write memory/],
    [{ NODE_OPTIONS: '--heapsnapshot-signal=SIGUSR2' }, /^NODE_OPTIONS has --heapsnapshot-signal/],
  ];
  for (const [change, expected] of cases) {
    it(`is refused: ${JSON.stringify(change)}`, () => {
      const errors = refused(change);
      assert.equal(errors.length, 1, errors.join('\n'));
      assert.match(errors[0] ?? '', expected);
    });
  }

  const harmless: readonly Environment[] = [
    { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
    { NODE_DEBUG: 'fs,timer' },
    { NODE_OPTIONS: '--max-old-space-size=128 --enable-source-maps' },
  ];
  for (const change of harmless) it(`is not: ${JSON.stringify(change)}`, () => assert.deepEqual(refused(change), []));
});
