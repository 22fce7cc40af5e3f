import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AcquirerFault } from '../../hw-sim/acquirer/acquirer-faults.js';
import { keyFileNames } from '../../hw-sim/acquirer/acquirer-keys.js';
import type { Exchange } from '../../hw-sim/acquirer/exchange-log.js';
import type { LedgerEvent, Payment } from '../../hw-sim/acquirer/ledger.js';
import { runAcquirerSim } from '../../hw-sim/acquirer-sim.js';
import { commandInput } from '../firmware/command-run.js';
import { createJsonClient } from './json-client.js';
import { testKeyPairs } from './test-key-pairs.js';

/** A `tillbox acquirer-sim` on real sockets and the control interface under /sim/. */
export interface RunningAcquirer {
  readonly url: string;
  /** What a terminal needs to reach it: its URL, client id and keys. */
  readonly env: Readonly<Record<string, string>>;
  /** Where its key files are. */
  readonly keyDirectory: string;
  /** Plans a fault for the next `times` requests whose path ends so. */
  fault(fault: AcquirerFault, pathEnd: string, times?: number): Promise<void>;
  clearFaults(): Promise<void>;
  /** How the next new payment goes. */
  plan(plan: object): Promise<void>;
  configure(settings: object): Promise<void>;
  /** Sends a rightly signed notification of any content. */
  notify(url: string, body: object): Promise<void>;
  /** Requests about a payment as the server saw them, in order; all of them without an id. */
  exchanges(paymentRequestId?: string): Promise<readonly Exchange[]>;
  ledger(paymentRequestId: string): Promise<LedgerPage>;
  stop(): Promise<void>;
}

export interface LedgerPage {
  /** `heldValue`: what the merchant holds of it now, in the smallest unit. */
  readonly payments: readonly (Payment & {
    readonly standing: { readonly charged: boolean; readonly heldValue: string };
  })[];
  readonly history: readonly LedgerEvent[];
}

/**
 * Runs the command in this process: a process of its own would cost each spec most of a second of processor time to
 * start. `own`: it makes its own keys, which takes some tenths of a second, and those of its terminal.
 */
export async function startAcquirer(keys: 'shared' | 'own' = 'shared'): Promise<RunningAcquirer> {
  const keyDirectory = mkdtempSync(join(tmpdir(), 'tillbox-acquirer-'));
  if (keys === 'shared') {
    writeFileSync(join(keyDirectory, keyFileNames.alipayPrivate), testKeyPairs.acquirerPrivate, { mode: 0o600 });
    writeFileSync(join(keyDirectory, keyFileNames.terminalPrivate), testKeyPairs.terminalPrivate, { mode: 0o600 });
    writeFileSync(join(keyDirectory, keyFileNames.terminalPublic), testKeyPairs.terminalPublic);
  }
  let stopCommand: (signal: 'SIGTERM') => void = () => undefined;
  let errors = '';
  const text = await new Promise<string>((resolve, reject) => {
    const ended = runAcquirerSim(commandInput('acquirer-sim', ['--port', '0', '--keys', keyDirectory]), {
      args: [],
      env: {},
      out: resolve,
      errorOut: (more) => {
        errors += more;
      },
      exit: () => undefined,
      onStop: (stop) => {
        stopCommand = stop;
      },
      onIgnored: () => undefined,
      onCrash: () => undefined,
    });
    ended.then((code) => reject(new Error(`the acquirer ended with ${code}: ${errors}`)), reject);
  });
  const env = Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const url = String(env.ACQUIRER_URL);
  const client = createJsonClient(url);

  async function control(target: string, body: object): Promise<void> {
    const answer = await client.post(`/sim/${target}`, body);
    assert.deepEqual(answer, { status: 200, body: { ok: true } });
  }

  return {
    url,
    env,
    keyDirectory,
    fault: (fault, pathEnd, times = 1) => control('faults', { ...fault, pathEnd, times }),
    clearFaults: () => control('faults', { clear: true }),
    plan: (plan) => control('plan', plan),
    configure: (settings) => control('settings', settings),
    notify: (to, body) => control('notify', { url: to, body }),
    async exchanges(paymentRequestId) {
      const { body } = await client.get('/sim/exchanges');
      const { exchanges } = body as { readonly exchanges: readonly Exchange[] };
      return exchanges.filter((one) => paymentRequestId === undefined || one.paymentRequestId === paymentRequestId);
    },
    async ledger(paymentRequestId) {
      const { body } = await client.get(`/sim/ledger?paymentRequestId=${paymentRequestId}`);
      return body as LedgerPage;
    },
    async stop() {
      stopCommand('SIGTERM');
      rmSync(keyDirectory, { recursive: true, force: true });
    },
  };
}
