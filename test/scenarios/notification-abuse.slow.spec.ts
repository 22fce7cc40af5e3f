import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type ByteRelay, createByteRelay } from '../support/byte-relay.js';
import { eventually } from '../support/eventually.js';
import { freePort } from '../support/free-port.js';
import { rssBytes } from '../support/rss-bytes.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { QUICK, startTerminal, type TerminalProcess } from '../support/terminal-process.js';

const PATH = '/notify/1001';

/** The customer pays after that time, and only a notification tells of it: inquiries are answered this way. */
const onlyByNotification = (afterMs: number, inquiries: 'UNKNOWN_EXCEPTION' | 'SILENCE') => ({
  answer: inquiries,
  fate: { kind: 'succeeds', afterMs },
  later: { inquiryPayment: { answer: inquiries } },
});

describe('the notification endpoint', () => {
  let acquirer: RunningAcquirer;
  let terminal: TerminalProcess;
  /** Between acquirer and terminal, to hear what a right notification looks like. */
  let relay: ByteRelay;
  let port: number;

  before(async () => {
    acquirer = await startAcquirer();
    port = await freePort();
    relay = await createByteRelay({ host: '127.0.0.1', port });
    terminal = await startTerminal(acquirer, {
      ...QUICK,
      INQUIRY_LIMIT: '8',
      /* Told to the acquirer in whole seconds: longer than all inquiries, or it answers some of them with the expiry. */
      PAYMENT_EXPIRY_MS: '9000',
      NOTIFY_HOST: '127.0.0.1',
      NOTIFY_PORT: String(port),
      NOTIFY_URL: `http://127.0.0.1:${relay.port}${PATH}`,
    });
  });

  after(async () => {
    await terminal.stop();
    relay.close();
    await acquirer.stop();
  });

  beforeEach(() => terminal.ready());

  /** A sale that hangs at a password prompt which nobody answers. */
  async function hangingSale(): Promise<{ readonly saleId: string; readonly id: string }> {
    await acquirer.plan({ magic: '9907' });
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'inquiring');
    return { saleId, id: await terminal.requestId(saleId) };
  }

  const notification = (paymentRequestId: string, change: object = {}) => ({
    notifyType: 'PAYMENT_RESULT',
    result: { resultCode: 'SUCCESS', resultStatus: 'S', resultMessage: 'success' },
    paymentRequestId,
    paymentId: '20260101194010800100100000000I0000000001',
    paymentAmount: { currency: 'CNY', value: '1250' },
    ...change,
  });

  function post(path: string, body: string, headers: Readonly<Record<string, string>> = {}, agent?: Agent) {
    return new Promise<number | 'cut'>((resolve) => {
      const all = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)), ...headers };
      const options = { port, host: '127.0.0.1', path, method: 'POST', headers: all, ...(agent ? { agent } : {}) };
      const sent = request(options, (answer) => {
        answer.resume();
        answer.once('close', () => resolve(answer.statusCode ?? 0));
      });
      sent.once('error', () => resolve('cut'));
      sent.setTimeout(10_000, () => sent.destroy());
      sent.end(body);
    });
  }

  /** The status of the answer to a rightly signed notification, sent byte for byte; signed `agoMs` ago. */
  function postSigned(target: string, body: Buffer, agoMs = 0): Promise<string> {
    const client = String(acquirer.env.ALIPAY_CLIENT_ID);
    const time = String(Date.now() - agoMs);
    const content = Buffer.concat([Buffer.from(`POST ${PATH}\n${client}.${time}.`), body]);
    const key = readFileSync(`${acquirer.keyDirectory}/alipay-private.pem`);
    const signature = encodeURIComponent(sign('RSA-SHA256', content, key).toString('base64'));
    const head = [
      `POST ${target} HTTP/1.1`,
      'Host: pay.example.com',
      'Connection: close',
      'Content-Type: application/json; charset=UTF-8',
      `client-id: ${client}`,
      `request-time: ${time}`,
      `signature: algorithm=RSA256,keyVersion=1,signature=${signature}`,
      `Content-Length: ${body.length}`,
    ];
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () =>
        socket.write(Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])),
      );
      socket.on('data', (bytes) => {
        answer += bytes.toString();
      });
      socket.once('error', reject);
      socket.once('close', () => resolve(answer.split(' ')[1] ?? ''));
    });
  }

  it('ignores signed notifications that are old or ambiguous', async () => {
    const { saleId, id } = await hangingSale();
    const body = JSON.stringify(notification(id));
    const twice = body.replace('{', '{"result":{"resultCode":"RISK_REJECT","resultStatus":"F"},');
    assert.equal(await postSigned(PATH, Buffer.from(twice)), '400');
    assert.equal(await postSigned(PATH, Buffer.from(body), 2 * 86_400_000), '400');
    await terminal.reached(saleId, 'reversed');
  });

  it('accepts what Alipay’s own libraries may send: an absolute target, a whole number, a byte that is not UTF-8', async () => {
    const { saleId, id } = await hangingSale();
    const body = JSON.stringify(notification(id, { note: 'é' })).replace('"1250"', '1250');
    assert.equal(await postSigned(`http://pay.example.com${PATH}`, Buffer.from(body, 'latin1')), '200');
    await terminal.reached(saleId, 'settled');
  });

  it('ignores what is not signed, not complete or not for this terminal', async () => {
    const { saleId, id } = await hangingSale();
    const body = JSON.stringify(notification(id));
    const signed = {
      'client-id': String(acquirer.env.ALIPAY_CLIENT_ID),
      'request-time': String(Date.now()),
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(Buffer.alloc(256, 7).toString('base64'))}`,
    };
    const cases: readonly [what: string, answer: number | 'cut', given: Promise<number | 'cut'>][] = [
      ['no signature', 400, post(PATH, body)],
      ['a wrong signature', 400, post(PATH, body, signed)],
      ['a signature of nothing', 400, post(PATH, body, { ...signed, signature: 'algorithm=RSA256,signature=' })],
      ['a signature that is no base64', 400, post(PATH, body, { ...signed, signature: 'signature=%%%' })],
      ['a body that is no JSON', 400, post(PATH, '{', signed)],
      ['no body', 400, post(PATH, '', signed)],
      ['a body of nested brackets', 400, post(PATH, '['.repeat(60_000), signed)],
      ['another path', 404, post('/notify/1002', body, signed)],
      ['the API', 404, post('/v1/sales', body, signed)],
      ['a path out of the directory', 404, post(`${PATH}/../../v1/status`, body, signed)],
      ['a body of 1 MB', 413, post(PATH, 'x'.repeat(1_000_000), signed)],
    ];
    for (const [what, answer, given] of cases) assert.equal(await given, answer, what);
    const got = await fetch(`http://127.0.0.1:${port}${PATH}`);
    assert.equal(got.status, 405);
    const { state, attempts } = await terminal.sale(saleId);
    assert.ok(state === 'inquiring' || state === 'reversing' || state === 'reversed', state);
    assert.deepEqual([attempts.length, attempts[0]?.result], [1, undefined]);
    await terminal.reached(saleId, 'reversed');
  });

  it('ignores signed notifications that are not about this payment', async () => {
    const { saleId, id } = await hangingSale();
    const before = relay.sent().length;
    const url = `http://127.0.0.1:${relay.port}${PATH}`;
    const others = [
      notification(id, { paymentAmount: { currency: 'CNY', value: '1' } }),
      notification(id, { paymentAmount: { currency: 'JPY', value: '1250' } }),
      notification(id, { paymentAmount: undefined }),
      notification(id, { result: { resultCode: 'PROCESS_FAIL', resultStatus: 'F', resultMessage: '' } }),
      notification(id, { notifyType: 'PAYMENT_PENDING' }),
      notification(`${id}9`),
    ];
    for (const other of others) await acquirer.notify(url, other);
    await eventually(
      'all are delivered',
      () => relay.sent().length >= before + 1 && countPosts(relay, before) === others.length,
    );
    assert.equal((await terminal.sale(saleId)).state, 'inquiring');
    await terminal.reached(saleId, 'reversed');
    assert.match(terminal.process.out(), /amountDiffers/);
    const told = [
      /notification of an unknown payment/,
      /a success without a paymentId and amount/,
      /the result F PROCESS_FAIL/,
    ];
    for (const why of told) assert.match(terminal.process.out(), why, 'acknowledged, and told in the log');
  });

  it('has a payment reversed that was refused by a signed reply and succeeded all the same', async () => {
    await acquirer.plan({ answer: 'PAYMENT_IN_PROCESS', fate: { kind: 'succeeds', afterMs: 600 } });
    await acquirer.fault({ kind: 'wrongFailure', code: 'RISK_REJECT' }, '/payments/pay');
    const { saleId } = await terminal.pay();
    const declined = await terminal.reached(saleId, 'declined');
    const id = declined.attempts[0]?.paymentRequestId ?? '';
    const history = async () => (await acquirer.ledger(id)).history.map(({ kind }) => kind);
    await eventually('the charge is undone', async () => (await history()).at(-1) === 'reversed');
    assert.deepEqual(await history(), ['received', 'charged', 'reversed']);
    const customerText = 'Payment not completed. Any charge goes back to your wallet';
    assert.deepEqual(await terminal.sale(saleId), { ...declined, customerText });
    await eventually('the queue is empty', async () => (await terminal.reversals()).length === 0);
    assert.match(terminal.process.out(), /resultContradicts/);
  });

  it('acknowledges a replayed notification, and nothing changes', async () => {
    await acquirer.plan(onlyByNotification(600, 'UNKNOWN_EXCEPTION'));
    const paid = await terminal.pay();
    await terminal.reached(paid.saleId, 'settled');
    const before = await terminal.sale(paid.saleId);
    const heard = await eventually('the notification was heard', () =>
      relay
        .sent()
        /* A connection may have carried others before. */
        .flatMap((sent) => sent.split(/(?=POST \/notify)/))
        .find((sent) => sent.includes(before.attempts[0]?.paymentRequestId ?? '?')),
    );
    const replays = 50;
    for (let at = 0; at < replays; at += 1) assert.match(await sendRaw(port, heard), /^HTTP\/1\.1 200 /);
    assert.deepEqual(await terminal.sale(paid.saleId), before);

    const { saleId } = await hangingSale();
    assert.match(await sendRaw(port, heard), /^HTTP\/1\.1 200 /);
    assert.equal((await terminal.sale(saleId)).state, 'inquiring', 'the next sale is not paid by the last one');
    assert.match(await sendRaw(port, heard.replaceAll('"1250"', '"1251"')), /^HTTP\/1\.1 400 /);
    await terminal.api.post(`/v1/sales/${saleId}/cancel`);
    await terminal.reached(saleId, 'reversed');
  });

  it('delays no sale and does not use more memory under 1,000 connections and a flood', async () => {
    const calmMs = await saleMs();
    const agent = new Agent({ keepAlive: true, maxSockets: 12 });
    const body = JSON.stringify(notification('1'.repeat(40), { filler: 'x'.repeat(60_000) }));
    const flood = async (requests: number) => {
      const answers: (number | 'cut')[] = [];
      const worker = async () => {
        for (let at = 0; at < requests / 12; at += 1)
          answers.push(await post(PATH, body, { signature: 'signature=AAAA' }, agent));
      };
      await Promise.all(Array.from({ length: 12 }, worker));
      assert.ok(
        answers.every((answer) => answer === 400 || answer === 'cut'),
        String(new Set(answers)),
      );
      return answers.filter((answer) => answer === 400).length;
    };
    assert.ok((await flood(600)) > 500, 'the flood gets through');

    const sockets = openMany(port, 1_000);
    try {
      await eventually('all connections were made', () => sockets.opened() === 1_000);
      const before = rssBytes(terminal.process.pid);
      /* 72 MB in all: whatever keeps a part of each would show. */
      const [busyMs] = await Promise.all([saleMs(), flood(1_200)]);
      const busyAgainMs = await saleMs();
      const grown = rssBytes(terminal.process.pid) - before;
      assert.ok(grown < 30_000_000, `${grown} bytes more`);
      for (const ms of [busyMs, busyAgainMs])
        assert.ok(ms < calmMs + 500, `a sale took ${ms} ms, ${calmMs} ms in peace`);
    } finally {
      sockets.close();
      agent.destroy();
    }

    await acquirer.plan(onlyByNotification(600, 'UNKNOWN_EXCEPTION'));
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'settled', 5_000);
  });

  /* The last one: a terminal whose requests went unanswered sells again only when the acquirer has answered. */
  it('approves a sale while inquiries stay unanswered', async () => {
    await acquirer.plan(onlyByNotification(900, 'SILENCE'));
    const { saleId } = await terminal.pay();
    const sale = await terminal.reached(saleId, 'settled', 2_500);
    const id = sale.attempts[0]?.paymentRequestId ?? '';
    const answers = (await acquirer.exchanges(id)).map(({ answer }) => answer);
    assert.ok(answers.length >= 2 && answers.every((answer) => answer === 'silence'), String(answers));
    assert.equal((await acquirer.ledger(id)).payments[0]?.standing.heldValue, '1250');
  });

  /** From the host app's request to the settled sale. */
  async function saleMs(): Promise<number> {
    const startedAtMs = performance.now();
    const { saleId } = await terminal.pay();
    await terminal.reached(saleId, 'settled');
    return performance.now() - startedAtMs;
  }
});

function countPosts(relay: ByteRelay, fromConnection: number): number {
  /* Connections that were there before may carry new requests, too: only new ones are counted. */
  return relay
    .sent()
    .slice(fromConnection)
    .reduce((sum, sent) => sum + sent.split('POST /notify').length - 1, 0);
}

/** Connections that say nothing, or something very slowly. Those that are refused count as opened. */
function openMany(port: number, count: number) {
  let opened = 0;
  const sockets: Socket[] = [];
  for (let at = 0; at < count; at += 1) {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.once('connect', () => {
      opened += 1;
      if (at % 3 === 0) socket.write('POST /notify/1001 HTTP/1.1\r\nhost: x\r\nx-slow: ');
      if (at % 3 === 1) socket.write('POST /notify/1001 HTTP/1.1\r\nhost: x\r\ncontent-length: 60000\r\n\r\n{');
    });
    socket.on('error', () => undefined);
  }
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x');
  }, 100);
  return {
    opened: () => opened,
    close() {
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Sends bytes as they are and answers what comes back. */
function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
    socket.on('data', (part: string) => {
      answer += part;
      if (answer.includes('\r\n\r\n')) socket.end();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(answer));
  });
}
