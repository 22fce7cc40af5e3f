import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

/** Of the page's defaults, which leave half a minute and more to whoever inquires where nothing was sent. */
const DEFAULTS = { PAY_REPLY_TIMEOUT_MS: '5000', INQUIRY_INTERVAL_MS: '3000', INQUIRY_LIMIT: '10' };
const AT_ONCE_MS = 2_000;

describe('a payment with no connection to the acquirer', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;

  beforeEach(async () => {
    acquirer = await startAcquirer();
    terminal = await startTerminal(acquirer, { ...QUICK, ...DEFAULTS });
    await terminal.ready();
  });

  afterEach(async () => {
    await terminal.stop();
    await acquirer.stop();
  });

  it('ends at once, durably and with nothing to reverse; the customer reads that nothing was charged', async () => {
    const ofKey = (name: string) => readFileSync(String(acquirer.env[name]), 'utf8');
    const keys = {
      ALIPAY_PRIVATE_KEY: ofKey('ALIPAY_PRIVATE_KEY_FILE'),
      ALIPAY_PUBLIC_KEY: ofKey('ALIPAY_PUBLIC_KEY_FILE'),
      ALIPAY_PRIVATE_KEY_FILE: '',
      ALIPAY_PUBLIC_KEY_FILE: '',
    };
    await acquirer.stop();
    const startedAtMs = performance.now();
    const { saleId } = await terminal.pay();
    const sale = await terminal.reached(saleId, 'declined', AT_ONCE_MS);
    assert.ok(performance.now() - startedAtMs < AT_ONCE_MS);
    assert.deepEqual([sale.outcome, sale.code], ['declined', 'NOT_SENT']);
    assert.equal(sale.customerText, 'No connection. Nothing was charged');
    assert.deepEqual(await terminal.reversals(), []);
    const status = await terminal.reasonAppears('acquirerUnreachable');
    assert.equal(status.queue.depth, 0);
    assert.match(terminal.process.out(), /acquirer silent call=pay .*reason=refused/);
    assert.doesNotMatch(terminal.process.out(), /call=inquiryPayment/);

    await terminal.kill();
    await terminal.restart(keys);
    assert.equal((await terminal.sale(saleId)).state, 'declined');
    assert.deepEqual(await terminal.reversals(), []);
  });

  it('is inquired where the request left and the connection broke', async () => {
    await acquirer.stop();
    const server = await breakingServer(Number(new URL(acquirer.url).port));
    try {
      const { saleId } = await terminal.pay();
      await terminal.reached(saleId, 'inquiring');
      assert.ok(server.heard().includes('/payments/pay'));
    } finally {
      server.close();
    }
  });
});

/** Takes every request and breaks the connection. */
function breakingServer(port: number): Promise<{ heard(): string; close(): void }> {
  let heard = '';
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      heard += bytes.toString();
      socket.resetAndDestroy();
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () =>
      resolve({
        heard: () => heard,
        close() {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      }),
    );
  });
}
