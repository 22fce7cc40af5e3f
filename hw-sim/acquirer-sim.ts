import { createLinuxClock } from '../drivers/linux/clock.js';
import { createLinuxHttp } from '../drivers/linux/http.js';
import { createKeyDirectory } from '../drivers/linux/key-directory.js';
import type { CommandProcess } from '../drivers/linux/process.js';
import { createLinuxRandom } from '../drivers/linux/random.js';
import type { CommandInput } from '../firmware/for-simulator.js';
import { acquirerKeys, keyFileNames } from './acquirer/acquirer-keys.js';
import { type AcquirerServer, createAcquirerServer } from './acquirer/acquirer-server.js';
import { createRsaSigner } from './acquirer/rsa-signer.js';

const usageExitCode = 64;
const unavailableExitCode = 69;

export interface AcquirerSimOptions {
  readonly port: number;
  readonly keyDirectory: string;
  readonly clientId: string;
}

/** Starts the simulated acquirer in this process, with the key files of the directory. Rejects with the error. */
export function startAcquirerSim(options: AcquirerSimOptions): Promise<AcquirerServer> {
  return new Promise((resolve, reject) => {
    const keys = acquirerKeys(createKeyDirectory(options.keyDirectory));
    const host = { http: createLinuxHttp(), clock: createLinuxClock(), random: createLinuxRandom() };
    const signer = createRsaSigner(keys.alipayPrivatePem, keys.terminalPublicPem);
    createAcquirerServer({ host, signer, port: options.port, clientId: options.clientId }, (error, server) => {
      if (server === undefined) reject(error);
      else resolve(server);
    });
  });
}

/** The command `tillbox acquirer-sim`: runs until the process is asked to stop. */
export async function runAcquirerSim(input: CommandInput<'acquirer-sim'>, self: CommandProcess): Promise<number> {
  const { port = 8490, keys: keyDirectory = 'acquirer-sim-keys', 'client-id': clientId = 'SIM_CLIENT' } = input.options;
  if (clientId === '') {
    self.errorOut('tillbox acquirer-sim: --client-id needs an id\n');
    return usageExitCode;
  }
  const options = { port, keyDirectory, clientId };
  try {
    const server = await startAcquirerSim(options);
    self.out(`${environment(options, server.url)}\n`);
    self.onIgnored((signal) => self.errorOut(`tillbox acquirer-sim: ${signal} is ignored\n`));
    return await new Promise((resolve) => {
      self.onStop(() => {
        server.close();
        resolve(0);
      });
    });
  } catch (error) {
    self.errorOut(`tillbox acquirer-sim: ${error instanceof Error ? error.message : String(error)}\n`);
    return unavailableExitCode;
  }
}

/** What a terminal's environment needs to reach this acquirer. */
function environment(options: AcquirerSimOptions, url: string): string {
  const keys = createKeyDirectory(options.keyDirectory);
  return [
    `# Simulated acquirer at ${url}, control at ${url}/sim/ledger. A terminal reaches it with:`,
    `ACQUIRER_URL=${url}`,
    `ALIPAY_CLIENT_ID=${options.clientId}`,
    keys.read(keyFileNames.terminalPrivate) === undefined
      ? `# ALIPAY_PRIVATE_KEY_FILE: the private key that belongs to ${keys.pathOf(keyFileNames.terminalPublic)}`
      : `ALIPAY_PRIVATE_KEY_FILE=${keys.pathOf(keyFileNames.terminalPrivate)}`,
    `ALIPAY_PUBLIC_KEY_FILE=${keys.pathOf(keyFileNames.alipayPublic)}`,
  ].join('\n');
}
