import assert from 'node:assert/strict';
import { verify } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paperDots, paperText } from '../../hw-sim/devices/paper.js';
import { type ByteRelay, createByteRelay } from '../support/byte-relay.js';
import { eventually } from '../support/eventually.js';
import { createPtyLine, type PtyLine } from '../support/pty-line.js';
import { createPtyPrinter, type PtyPrinter } from '../support/pty-printer.js';
import { readCodes } from '../support/read-codes.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { newPaymentCode, QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

/** Two lines for the terminal, a scan engine's and a printer's, and a wire to the acquirer that is listened to. */
interface Kiosk {
  readonly scanner: PtyLine;
  readonly printer: PtyPrinter;
  readonly relay: ByteRelay;
  readonly terminal: TerminalProcess;
}

const PAPERS = [
  { paper: '58 mm', columns: '32', widthDots: 384, format: 'QRCode' },
  { paper: '80 mm', columns: '48', widthDots: 576, format: 'Code128' },
] as const;

describe('a sale on real lines and sockets', () => {
  let acquirer: RunningAcquirer;
  let kiosk: Kiosk | undefined;

  before(async () => {
    acquirer = await startAcquirer();
  });

  after(() => acquirer.stop());

  afterEach(async () => {
    await kiosk?.terminal.stop();
    kiosk?.relay.close();
    kiosk?.scanner.remove();
    kiosk?.printer.remove();
    kiosk = undefined;
  });

  async function install(columns: string, widthDots: number): Promise<Kiosk> {
    const scanner = createPtyLine();
    const printer = createPtyPrinter(widthDots);
    const relay = await createByteRelay({ host: '127.0.0.1', port: Number(new URL(acquirer.url).port) });
    const terminal = await startTerminal(acquirer, {
      ...QUICK,
      ACQUIRER_URL: `http://127.0.0.1:${relay.port}`,
      SCANNER: 'serial',
      SCANNER_PORT: scanner.path,
      PRINTER: 'escpos',
      PRINTER_PORT: printer.path,
      PRINTER_COLUMNS: columns,
      PRINTER_BAUD: '115200',
      LOG_LEVEL: 'debug',
    });
    kiosk = { scanner, printer, relay, terminal };
    return kiosk;
  }

  for (const { paper, columns, widthDots, format } of PAPERS) {
    it(`scans, pays and prints a receipt on ${paper} paper that a decoder reads`, async () => {
      const { scanner, printer, relay, terminal } = await install(columns, widthDots);
      await terminal.ready();
      const { saleId, state } = await terminal.startSale('1250');
      assert.equal(state, 'awaitingCode');
      const code = newPaymentCode();
      scanner.send(`${code}\r`);

      const sale = await eventually('the receipt is printed', async () => {
        const now = await terminal.sale(saleId);
        return now.receipt.state === 'printed' && now;
      });
      assert.deepEqual([sale.state, sale.outcome, sale.attempts.length], ['settled', 'paid', 1]);
      const { paymentRequestId = '', paymentId = '' } = sale.attempts[0] ?? {};

      /* The acquirer refuses what is not signed with our key, and it has the money. */
      const [pay] = await acquirer.exchanges(paymentRequestId);
      assert.equal(pay?.answer, 'SUCCESS');
      assert.equal((await acquirer.ledger(paymentRequestId)).payments[0]?.standing.heldValue, '1250');
      const publicKey = readFileSync(join(acquirer.keyDirectory, 'terminal-public.pem'), 'utf8');
      assert.equal(isSigned(payOnTheWire(relay, paymentRequestId), publicKey), true);

      const [receipt = [], ...others] = printer.receipts();
      assert.deepEqual([others.length, printer.unfinished().length, printer.lostBytes()], [0, 0, 0]);
      assert.deepEqual(await readCodes(paperDots(receipt, widthDots)), [{ format, text: paymentRequestId }]);
      /* Long ids go over two lines. */
      const text = paperText(receipt).join('').replaceAll(/\s/g, '');
      for (const wanted of ['CornerDrinks', 'PaidwithAlipay', 'CNY12.50', paymentId, sale.orderId]) {
        assert.ok(text.includes(wanted), `${wanted} in\n${paperText(receipt).join('\n')}`);
      }
      assert.match(text, /20\d\d-\d\d-\d\d\d\d:\d\d:\d\d/);

      await terminal.process.end('SIGTERM');
      assert.equal(await terminal.process.ended, 0);
      assertNowhere(code, terminal);
    });
  }

  it('starts no sale while the printer has no paper, and starts the next one once it has', async () => {
    const { scanner, printer, terminal } = await install('32', 384);
    await terminal.ready();
    printer.loadPaper(0);
    const status = await eventually('the terminal is not ready', async () => {
      const now = await terminal.status();
      return !now.ready && now;
    });
    assert.deepEqual(status.reasons, ['printerPaperOut']);
    const refused = await terminal.api.post('/v1/sales', { orderId: 'x', amount: { currency: 'CNY', value: '100' } });
    assert.equal(refused.status, 503);
    printer.loadPaper();
    await terminal.ready();
    const { saleId } = await terminal.startSale();
    scanner.send(`${newPaymentCode()}\r`);
    await terminal.reached(saleId, 'settled');
  });
});

/** A request as it was on the wire. */
interface WireRequest {
  readonly path: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/** Whether a request is signed with the key that belongs to this one, by Alipay's description and none of our code. */
function isSigned({ path, headers, body }: WireRequest, publicKey: string): boolean {
  const given = /^algorithm=RSA256, ?keyVersion=\d+, ?signature=(.+)$/.exec(headers.get('signature') ?? '')?.[1];
  assert.ok(given, 'the request has a signature header');
  const content = `POST ${path}\n${headers.get('client-id')}.${headers.get('request-time')}.${body}`;
  return verify('sha256', Buffer.from(content), publicKey, Buffer.from(decodeURIComponent(given), 'base64'));
}

function payOnTheWire(relay: ByteRelay, paymentRequestId: string): WireRequest {
  for (const sent of relay.sent()) {
    const from = sent.indexOf('POST /ams/api/v1/payments/pay ');
    const end = sent.indexOf('\r\n\r\n', from);
    if (from < 0 || end < 0) continue;
    const [requestLine = '', ...lines] = sent.slice(from, end).split('\r\n');
    const headers = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    );
    const body = Buffer.from(sent.slice(end + 4))
      .subarray(0, Number(headers.get('content-length')))
      .toString();
    if (body.includes(paymentRequestId)) return { path: requestLine.split(' ')[1] ?? '', headers, body };
  }
  throw new Error(`no pay request for ${paymentRequestId} on the wire`);
}

/** A payment code is a bearer secret: it stays in no log and on no flash. */
function assertNowhere(code: string, terminal: TerminalProcess): void {
  assert.ok(!terminal.process.out().includes(code) && !terminal.process.errorOut().includes(code), 'not in the log');
  const files = readdirSync(terminal.dataDir);
  assert.ok(files.length >= 2, 'there is a journal');
  for (const name of files) assert.ok(!readFileSync(join(terminal.dataDir, name)).includes(code), `not in ${name}`);
}
