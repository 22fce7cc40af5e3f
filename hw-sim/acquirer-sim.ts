import { createLinuxClock } from '../drivers/linux/clock.js';
import { createLinuxHttp } from '../drivers/linux/http.js';
import { createKeyDirectory } from '../drivers/linux/key-directory.js';
import type { CommandProcess } from '../drivers/linux/process.js';
import { createLinuxRandom } from '../drivers/linux/random.js';
import { acquirerKeys, keyFileNames } from './acquirer/acquirer-keys.js';
import { type AcquirerServer, createAcquirerServer } from './acquirer/acquirer-server.js';
import { createRsaSigner } from './acquirer/rsa-signer.js';

const usage = `tillbox acquirer-sim [--port N] [--keys DIR] [--client-id ID]

Serves a simulated acquirer on 127.0.0.1 until it is stopped: Alipay's User-presented Mode Payment with real
signatures, outcomes chosen by amount, and a control interface under /sim/ (start with GET /sim/magic-amounts).

  --port N         default 8490; 0 for any free port
  --keys DIR       where the key files are, or are made; default ./acquirer-sim-keys
  --client-id ID   the terminal's client id; default SIM_CLIENT
`;

const usageExitCode = 64;
const unavailableExitCode = 69;

export interface AcquirerSimOptions {
  readonly port: number;
  readonly keyDirectory: string;
  readonly clientId: string;
}

/** Starts the simulated acquirer in this process, with the key files of the directory. Rejects with what is wrong. */
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

/** The command `tillbox acquirer-sim`: runs until the process is asked to stop. `args` follow the command's name. */
export async function runAcquirerSim(args: readonly string[], self: CommandProcess): Promise<number> {
  const options = parse(args);
  if (options === usage) {
    self.out(usage);
    return 0;
  }
  if (typeof options === 'string') {
    self.errorOut(options);
    return usageExitCode;
  }
  try {
    const server = await startAcquirerSim(options);
    self.out(`${environment(options, server.url)}\n`);
    return await new Promise((resolve) => {
      self.onStop(() => {
        server.close();
        resolve(0);
      });
    });
  } catch (error) {
    self.errorOut(`acquirer-sim: ${error instanceof Error ? error.message : String(error)}\n`);
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

/** The options, or what to tell the user instead. */
function parse(args: readonly string[]): AcquirerSimOptions | string {
  const options = { port: 8490, keyDirectory: 'acquirer-sim-keys', clientId: 'SIM_CLIENT' };
  for (let index = 0; index < args.length; index += 2) {
    const name = args[index];
    const value = args[index + 1];
    if (name === '--help') return usage;
    if (name !== '--port' && name !== '--keys' && name !== '--client-id')
      return `acquirer-sim: unknown option ${name}\n\n${usage}`;
    if (value === undefined || value === '') return `acquirer-sim: ${name} needs a value\n\n${usage}`;
    if (name === '--keys') options.keyDirectory = value;
    if (name === '--client-id') options.clientId = value;
    if (name === '--port') {
      if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
        return `acquirer-sim: --port must be 0 to 65535, not ${value}`;
      options.port = Number(value);
    }
  }
  return options;
}
