import { generateKeyPairSync } from 'node:crypto';
import { loadConfig, type TerminalSettings } from '../firmware/for-simulator.js';
import { wireSimulatedDevices } from './simulated-wiring.js';

export interface KeyPairs {
  readonly terminalPrivate: string;
  readonly terminalPublic: string;
  readonly acquirerPrivate: string;
  readonly acquirerPublic: string;
}

/** Two fresh RSA pairs, PEM: the terminal's and the acquirer's. */
export function createKeyPairs(): KeyPairs {
  const make = () =>
    generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
  const terminal = make();
  const acquirer = make();
  return {
    terminalPrivate: terminal.privateKey,
    terminalPublic: terminal.publicKey,
    acquirerPrivate: acquirer.privateKey,
    acquirerPublic: acquirer.publicKey,
  };
}

export const SIM_ACQUIRER_ORIGIN = 'http://127.0.0.1:8490';
export const SIM_CLIENT_ID = 'TEST_TILLBOX_SIM';

/** The default configuration of a simulated terminal. `kioskSettings` resolves `sim`. */
export function simEnvironment(keys: KeyPairs): Record<string, string> {
  return {
    TERMINAL_NUMBER: '1001',
    MERCHANT_ID: 'sim-merchant',
    MERCHANT_NAME: 'Simulated Snacks',
    MERCHANT_MCC: '5814',
    STORE_ID: 'sim-store',
    STORE_NAME: 'Bench',
    STORE_MCC: '5814',
    TZ: 'Asia/Shanghai',
    ACQUIRER_URL: SIM_ACQUIRER_ORIGIN,
    ALIPAY_CLIENT_ID: SIM_CLIENT_ID,
    ALIPAY_PRIVATE_KEY: keys.terminalPrivate,
    ALIPAY_PUBLIC_KEY: keys.acquirerPublic,
    SCANNER: 'sim',
    PRINTER: 'sim',
  };
}

/**
 * The settings of a simulated terminal, whose devices may be `sim`. `files`: the contents of the files that its
 * configuration may name, by path. Throws an error with all wrong variables.
 */
export function kioskSettings(
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): TerminalSettings {
  const loaded = loadConfig(wireSimulatedDevices(env), (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`a simulated terminal has no file ${path}`);
    return text;
  });
  if ('config' in loaded) return loaded;
  throw new Error(loaded.errors.map(({ variable, problem }) => `${variable} ${problem}`).join('\n'));
}
