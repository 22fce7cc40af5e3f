import assert from 'node:assert/strict';
import type { ReversalView, SaleView, StatusView } from '../../../firmware/api/output-schemas.js';
import { eventually } from '../../support/eventually.js';
import type { JsonAnswer } from '../../support/json-client.js';
import type { RootImage } from '../parts/root-image.js';
import type { Board } from './board.js';
import { listenToSales } from './listen-to-sales.js';
import type { LogDrain } from './log-drain.js';
import { HOST_ADDRESS } from './tls-front.js';

/** What an engine needs to start the image. */
export type BoardImage = Pick<RootImage, 'entrypoint' | 'environment'>;

/** The terminal on the board, as its host app and its technician see it. */
export interface BoardTerminal {
  /** Starts it as the image does: its entry point, in the image's read-only root, with its data on the card. */
  start(env: Readonly<Record<string, string>>, command?: string): Promise<void>;
  /**
   * Starts its program without its settings: it has loaded itself, and waits at the point where it reads them. For a
   * snapshot, from which `go` goes on.
   */
  load(): Promise<void>;
  go(env: Readonly<Record<string, string>>): Promise<void>;
  /** Calls back with each sale that its events tell of, until its power goes. */
  listen(told: (sale: SaleView) => void): Promise<void>;
  get(target: string): Promise<JsonAnswer>;
  post(target: string, body?: unknown): Promise<JsonAnswer>;
  status(): Promise<StatusView>;
  ready(limitMs?: number): Promise<StatusView>;
  sale(saleId: string): Promise<SaleView>;
  saleOf(orderId: string): Promise<SaleView | undefined>;
  reversals(): Promise<readonly ReversalView[]>;
  /** Waits until the newest sale of the order satisfies it. */
  saleBecomes(orderId: string, what: string, is: (sale: SaleView) => boolean, limitMs?: number): Promise<SaleView>;
  /** Waits until the process has ended, and says with what code. */
  ended(limitMs?: number): Promise<number>;
  log(): string;
}

/** Port of the local API in the guest. */
export const API_PORT = 8080;
const TOKEN = 'the-token-of-the-board';
const OWN_ENV = { API_HOST: '0.0.0.0', API_PORT: `${API_PORT}`, API_TOKEN: TOKEN };
const LIMIT_MS = 90_000;
const CALL_LIMIT_MS = 20_000;
/**
 * Runs in the program before its own first line. The program goes on until it reads its settings, and by then it has loaded
 * itself; there it stands still until somebody writes them.
 */
const WAIT = `const { readFileSync, writeFileSync } = require('node:fs');
const env = process.env;
delete env.NODE_OPTIONS;
let waits = true;
function wait() {
  if (!waits) return;
  waits = false;
  writeFileSync('/tmp/loaded', '');
  Object.assign(env, JSON.parse(readFileSync('/tmp/go', 'utf8')));
}
process.env = new Proxy(env, {
  get(target, name) {
    if (name === 'TERMINAL_NUMBER' || name === 'CONFIG_FILE') wait();
    return target[name];
  },
  ownKeys(target) {
    wait();
    return Reflect.ownKeys(target);
  },
  has(target, name) {
    wait();
    return name in target;
  },
});
`;
const ENDED = /^#exit (\d+)$/m;

export function createBoardTerminal(board: Board, image: BoardImage, drain: LogDrain): BoardTerminal {
  async function ask(target: string, init: RequestInit): Promise<JsonAnswer> {
    const answer = await fetch(`http://127.0.0.1:${board.port('api')}${target}`, {
      ...init,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', connection: 'close' },
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  }
  const get = (target: string): Promise<JsonAnswer> => ask(target, {});

  async function read<T>(target: string): Promise<T> {
    const { status, body } = await get(target);
    assert.equal(status, 200, `${target}: ${JSON.stringify(body)}`);
    return body as T;
  }

  async function saleOf(orderId: string): Promise<SaleView | undefined> {
    const { status, body } = await get(`/v1/sales?orderId=${orderId}`);
    if (status === 404) return undefined;
    assert.equal(status, 200, JSON.stringify(body));
    return body as SaleView;
  }

  /** With the log: what was waited for did not happen. */
  async function patiently<T>(what: string, probe: () => Promise<T | false | undefined>, limitMs: number): Promise<T> {
    try {
      return await eventually(what, () => probe().catch(unlessGone), limitMs);
    } catch (error) {
      throw new Error(`${error}\nThe terminal's log:\n${drain.text().slice(-6_000)}\nThe board:\n${board.lastWords()}`);
    }
  }

  function unlessGone(error: unknown): undefined {
    const exit = ENDED.exec(drain.text());
    if (exit !== null) throw new Error(`the terminal ended with ${exit[1]}`);
    if (!board.hasPower) throw new Error('the board has no power');
    if (error instanceof assert.AssertionError) throw error;
    return undefined;
  }

  return {
    async start(env, command = 'run') {
      drain.clear();
      const settings = { ...OWN_ENV, ...env };
      await board.shell(`${startScript(image, settings, command)}\n${drainScript(drain.port)}`);
    },
    async load() {
      await board.shell(
        [
          `cat > /board/tmp/wait.cjs <<'END-OF-WAIT'\n${WAIT}END-OF-WAIT`,
          'mkfifo /board/tmp/go',
          startScript(image, { NODE_OPTIONS: '--require /tmp/wait.cjs' }, 'run'),
        ].join('\n'),
      );
      await board.shell(
        'until test -e /board/tmp/loaded; do sleep 0.1; done; sleep 0.5; sync; echo 3 > /proc/sys/vm/drop_caches',
      );
    },
    async go(env) {
      drain.clear();
      const settings = JSON.stringify({ ...OWN_ENV, ...env });
      await board.shell(`${drainScript(drain.port)}\ncat > /board/tmp/go <<'END-OF-GO'\n${settings}\nEND-OF-GO`);
    },
    listen: (told) =>
      listenToSales(`http://127.0.0.1:${board.port('api')}/v1/events`, { authorization: `Bearer ${TOKEN}` }, told),
    get,
    post: (target, body) =>
      ask(target, { method: 'POST', ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
    status: () => read<StatusView>('/v1/status'),
    ready(limitMs = LIMIT_MS) {
      let last: StatusView | undefined;
      return patiently(
        'the terminal is ready',
        async () => {
          last = await read<StatusView>('/v1/status');
          return last.ready && last;
        },
        limitMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\nreasons: ${last?.reasons.join()}`);
      });
    },
    sale: (saleId) => read<SaleView>(`/v1/sales/${saleId}`),
    saleOf,
    async reversals() {
      const { reversals } = await read<{ readonly reversals: readonly ReversalView[] }>('/v1/reversals?state=all');
      return reversals;
    },
    saleBecomes(orderId, what, is, limitMs = LIMIT_MS) {
      let last: SaleView | undefined;
      return patiently(
        `the sale of ${orderId} is ${what}`,
        async () => {
          last = await saleOf(orderId);
          return last !== undefined && is(last) && last;
        },
        limitMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\nit is ${JSON.stringify(last)}`);
      });
    },
    ended: (limitMs = LIMIT_MS) =>
      eventually('the terminal ends', () => ENDED.exec(drain.text())?.[1], limitMs).then(Number),
    log: drain.text,
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Whatever it writes goes through a pipe, as in a container. */
function startScript(
  { entrypoint, environment }: BoardImage,
  env: Readonly<Record<string, string>>,
  command: string,
): string {
  const pairs = Object.entries({ ...environment, ...env }).map(([name, value]) => quoted(`${name}=${value}`));
  return [
    'mkfifo /run/log 2>/dev/null',
    `cat > /run/start.sh <<'END-OF-START'`,
    'exec 3<>/run/log',
    `env -i ${pairs.join(' ')} chroot /board ${entrypoint.join(' ')} ${command} >&3 2>&3`,
    'echo "#exit $?" >&3',
    'sleep 5',
    'END-OF-START',
    'sh /run/start.sh >/dev/null 2>&1 </dev/null &',
  ].join('\n');
}

/** The log goes to the test; what was written before is still in the pipe. */
const drainScript = (port: number): string =>
  `(cat /run/log | nc ${HOST_ADDRESS} ${port}) >/dev/null 2>&1 </dev/null &`;
