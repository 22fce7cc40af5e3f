import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReversalView, SaleView, StatusView } from '../../firmware/api/output-schemas.js';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';
import { createJsonClient, type JsonClient } from './json-client.js';
import type { RunningAcquirer } from './start-acquirer.js';
import { startTillbox, type TillboxProcess } from './tillbox-process.js';

/** A real `tillbox run`, and its host app. */
export interface TerminalProcess {
  readonly process: TillboxProcess;
  readonly dataDir: string;
  readonly api: JsonClient;
  /** Where its API is. */
  readonly apiUrl: string;
  status(): Promise<StatusView>;
  /** Waits until it takes sales. */
  ready(): Promise<StatusView>;
  /** Waits until it gives that reason for taking no sales. */
  reasonAppears(reason: StatusView['reasons'][number]): Promise<StatusView>;
  /** Starts a sale of CNY 12.50, or another amount of cents. */
  startSale(value?: string): Promise<SaleView>;
  /** Starts a sale and gives it a payment code, as the host app's camera would. */
  pay(value?: string): Promise<SaleView>;
  sale(saleId: string): Promise<SaleView>;
  reversals(): Promise<readonly ReversalView[]>;
  /** Waits until the sale is in that state. */
  reached(saleId: string, state: SaleView['state'], limitMs?: number): Promise<SaleView>;
  /** Waits until the sale has a payment request, and answers its id. */
  requestId(saleId: string): Promise<string>;
  /** SIGKILL: the process can do nothing about it. */
  kill(): Promise<void>;
  /** Starts it again on the same data, for this time with another environment, and waits until its API answers. */
  restart(change?: Readonly<Record<string, string>>): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** A payment code that no wallet and no other test shows. */
export function newPaymentCode(): string {
  codes += 1;
  return `28${String(process.pid).padStart(8, '0')}${String(codes).padStart(8, '0')}`;
}

let codes = 0;
let orders = 0;

/**
 * What every terminal of these tests has in common. Waits are a tenth of the defaults, in the same proportions, so that
 * a story takes seconds; the margin for clocks is longer, because both sides share this machine's.
 */
export const QUICK: Readonly<Record<string, string>> = {
  PAY_REPLY_TIMEOUT_MS: '500',
  INQUIRY_INTERVAL_MS: '300',
  INQUIRY_REPLY_TIMEOUT_MS: '300',
  INQUIRY_LIMIT: '4',
  CANCEL_REPLY_TIMEOUT_MS: '300',
  CANCEL_RETRY_INTERVAL_MS: '500',
  CANCEL_RETRY_WINDOW_MS: '2000',
  QUEUE_RETRY_INTERVAL_MS: '1000',
  PAYMENT_EXPIRY_MS: '3500',
  EXPIRY_MARGIN_MS: '1500',
};

export const MERCHANT: Readonly<Record<string, string>> = {
  TERMINAL_NUMBER: '1001',
  MERCHANT_ID: 'M0001',
  MERCHANT_NAME: 'Corner Drinks',
  MERCHANT_MCC: '5814',
  STORE_ID: 'S0001',
  STORE_NAME: 'Gate 3',
  STORE_MCC: '5814',
  TZ: 'Asia/Shanghai',
};

/**
 * `memory`: data on a disk that takes no time to write, for those who measure other things. `program`: another `tillbox` than this
 * checkout's, with its first arguments.
 */
export async function startTerminal(
  acquirer: RunningAcquirer,
  env: Readonly<Record<string, string>> = QUICK,
  disk: 'real' | 'memory' = 'real',
  program?: readonly [string, ...string[]],
): Promise<TerminalProcess> {
  const dataDir = mkdtempSync(
    join(disk === 'memory' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'tillbox-data-'),
  );
  const port = env.API_PORT ?? (await freePort());
  const whole = { ...MERCHANT, ...acquirer.env, DATA_DIR: dataDir, API_PORT: String(port), ...env };
  const apiUrl = `http://127.0.0.1:${port}`;
  const api = createJsonClient(apiUrl);
  let child = startTillbox(['run'], whole, program);

  async function read<T>(target: string): Promise<T> {
    const { status, body } = await api.get(target);
    assert.equal(status, 200, `${target}: ${JSON.stringify(body)}`);
    return body as T;
  }

  async function listening(started: TillboxProcess): Promise<void> {
    await eventually('the API answers', async () => {
      assert.ok(started.running, `it ended\n${started.out()}${started.errorOut()}`);
      return api.get('/v1/status').catch(() => undefined);
    });
  }

  const terminal: TerminalProcess = {
    get process() {
      return child;
    },
    dataDir,
    api,
    apiUrl,
    status: () => read<StatusView>('/v1/status'),
    async ready() {
      let last: StatusView | undefined;
      try {
        return await eventually('the terminal is ready', async () => {
          last = await terminal.status();
          return last.ready && last;
        });
      } catch (error) {
        throw new Error(`${error} (${last?.reasons})\n${child.out()}`);
      }
    },
    reasonAppears: (reason) =>
      eventually(`the reason ${reason}`, async () => {
        const status = await terminal.status();
        return status.reasons.includes(reason) && status;
      }),
    async startSale(value = '1250') {
      orders += 1;
      const amount = { currency: 'CNY', value };
      const { status, body } = await api.post('/v1/sales', { orderId: `order-${orders}`, amount });
      assert.equal(status, 201, JSON.stringify(body));
      return body as SaleView;
    },
    async pay(value) {
      const { saleId } = await terminal.startSale(value);
      const { status, body } = await api.post(`/v1/sales/${saleId}/code`, { code: newPaymentCode() });
      assert.ok(status < 300, JSON.stringify(body));
      return body as SaleView;
    },
    sale: (saleId) => read<SaleView>(`/v1/sales/${saleId}`),
    async reversals() {
      const { reversals } = await read<{ readonly reversals: readonly ReversalView[] }>('/v1/reversals');
      return reversals;
    },
    async reached(saleId, state, limitMs) {
      let last: SaleView | undefined;
      try {
        return await eventually(
          `the sale is ${state}`,
          async () => {
            last = await terminal.sale(saleId);
            return last.state === state && last;
          },
          limitMs,
        );
      } catch (error) {
        throw new Error(`${error}; it is ${JSON.stringify(last)}\n${child.out()}`);
      }
    },
    requestId: (saleId) =>
      eventually(
        'a payment request is recorded',
        async () => (await terminal.sale(saleId)).attempts.at(-1)?.paymentRequestId,
      ),
    async kill() {
      await child.end('SIGKILL');
    },
    async restart(change = {}) {
      assert.equal(child.running, false, 'the old process has ended');
      child = startTillbox(['run'], { ...whole, ...change }, program);
      await listening(child);
    },
    async stop() {
      if (child.running) await child.end('SIGKILL');
      rmSync(`${dataDir}.card-mark`, { force: true });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await listening(child);
  return terminal;
}
