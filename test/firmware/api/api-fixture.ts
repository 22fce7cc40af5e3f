import { createLocalApi, type LocalApi, type LocalApiOptions } from '../../../firmware/api/local-api.js';
import type { StatusSources } from '../../../firmware/api/status-sources.js';
import type { Policy } from '../../../flows/policy.js';
import { createMemoryHttp, type MemoryAnswer, type MemoryHttp, type MemoryRequest } from '../memory-http.js';
import { createTestTerminal, type TestTerminal, testPolicy } from '../test-terminal.js';

/** 24 digits that a wallet could show. */
export const PAYMENT_CODE = '281234567890123456789012';

export interface ApiFixture {
  readonly terminal: TestTerminal;
  readonly http: MemoryHttp;
  readonly api: LocalApi;
  /** A request as a well-behaved local program makes it. */
  send(request: MemoryRequest): MemoryAnswer;
  get(target: string, headers?: Readonly<Record<string, string>>): MemoryAnswer;
  post(target: string, body?: object): MemoryAnswer;
  /** Starts a sale of 12.50 and returns its id. */
  startSale(orderId?: string): string;
  /** Starts a sale and pays it. */
  paidSale(orderId?: string): string;
}

export interface FixtureOptions {
  readonly policy?: Partial<Policy>;
  readonly options?: Partial<LocalApiOptions>;
  readonly sources?: Partial<StatusSources>;
  /** Leave the terminal as it is after power on. */
  readonly unbooted?: boolean;
}

/** Of a terminal without devices that has nothing to report. */
export const QUIET_SOURCES: StatusSources = {
  devices: () => ({}),
  gpio: () => 'none: simulated',
  acquirerTrouble: () => undefined,
  lastAcquirerContactWallMs: () => undefined,
  store: () => ({}),
  alarms: () => ({}),
  notificationsIgnored: () => 0,
  refusals: () => ({}),
  lostLogLines: () => 0,
  update: () => undefined,
};

export function createApiFixture({ policy, options, sources, unbooted }: FixtureOptions = {}): ApiFixture {
  const terminal = createTestTerminal(testPolicy(policy));
  const http = createMemoryHttp();
  let api: LocalApi | undefined;
  createLocalApi(
    {
      http: http.host,
      clock: terminal.clock,
      random: { bytes: (count) => new Uint8Array(count).fill(0xab) },
      kernel: terminal.kernel,
      options: { host: '127.0.0.1', port: 8080, locale: 'en', ...options },
      about: { version: '1.2.3' },
      sources: { ...QUIET_SOURCES, ...sources },
    },
    (_error, listening) => {
      api = listening;
    },
  );
  http.finishListening();
  if (api === undefined) throw new Error('the API does not listen');
  if (unbooted !== true) terminal.boot();

  const send = (request: MemoryRequest): MemoryAnswer =>
    http.send({ ...request, headers: { host: '127.0.0.1:8080', ...request.headers } });
  const post = (target: string, body?: object): MemoryAnswer =>
    send({
      method: 'POST',
      target,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? '' : JSON.stringify(body),
    });
  const startSale = (orderId = 'order-1'): string => {
    const answer = post('/v1/sales', { orderId, amount: { currency: 'CNY', value: '1250' } });
    return String(jsonOf(answer).saleId);
  };

  return {
    terminal,
    http,
    api,
    send,
    get: (target, headers = {}) => send({ target, headers }),
    post,
    startSale,
    paidSale(orderId) {
      const saleId = startSale(orderId);
      post(`/v1/sales/${saleId}/code`, { code: PAYMENT_CODE });
      terminal.answerPay({
        kind: 'answered',
        signature: 'valid',
        status: 'S',
        code: 'SUCCESS',
        paymentId: '20261123190741',
        amount: { currency: 'CNY', value: '1250' },
      });
      return saleId;
    },
  };
}

/** The body of an answer as JSON. */
export function jsonOf(answer: MemoryAnswer): Record<string, unknown> {
  return JSON.parse(answer.text()) as Record<string, unknown>;
}

/** What an error answer says: its code and field. */
export function errorOf(answer: MemoryAnswer): { code: string; message: string; field?: string } {
  return jsonOf(answer).error as { code: string; message: string; field?: string };
}
