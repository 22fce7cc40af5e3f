import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostError, HttpReply, HttpServerRequest } from '../../drivers/host.js';
import { createLinuxHttp } from '../../drivers/linux/http.js';
import type { AcquirerServer } from '../../hw-sim/acquirer/acquirer-server.js';
import { runAcquirerSim, startAcquirerSim } from '../../hw-sim/acquirer-sim.js';
import { commandInput } from '../firmware/command-run.js';
import { eventually } from '../support/eventually.js';
import { startTillbox } from '../support/tillbox-process.js';
import { payBody } from './acquirer/acquirer-bench.js';

/** A machine under load may be slow to answer. */
const ANSWER_LIMIT_MS = 10_000;
/** For answers that never come whole. */
const NO_ANSWER_MS = 500;

describe('acquirer-sim over real sockets', () => {
  const keyDirectory = mkdtempSync(join(tmpdir(), 'acquirer-sim-'));
  const http = createLinuxHttp();
  let server: AcquirerServer;
  before(async () => {
    server = await startAcquirerSim({ port: 0, keyDirectory, clientId: 'T_1' });
  });
  after(() => {
    server.close();
    rmSync(keyDirectory, { recursive: true });
  });
  afterEach(() => server.faults.clear());

  const key = (name: string) => readFileSync(join(keyDirectory, name), 'utf8');
  type Outcome = { readonly error?: HostError | undefined; readonly reply?: HttpReply | undefined };

  function send(
    path: string,
    method: 'GET' | 'POST',
    headers: Record<string, string>,
    body: string,
    timeoutMs = ANSWER_LIMIT_MS,
  ): Promise<Outcome> {
    const limits = { timeoutMs, replyLimitBytes: 1_000_000 };
    return new Promise((resolve) => {
      http.request({ method, url: server.url + path, headers, body, ...limits }, (error, reply) =>
        resolve({ error, reply }),
      );
    });
  }

  /** Signs by hand, with node:crypto alone. */
  function call(name: string, json: object, timeoutMs?: number): Promise<Outcome> {
    const path = `/ams/api/v1/payments/${name}`;
    const body = JSON.stringify(json);
    const time = String(Date.now());
    const content = Buffer.from(`POST ${path}\nT_1.${time}.${body}`);
    const signature = sign('RSA-SHA256', content, createPrivateKey(key('terminal-private.pem'))).toString('base64');
    const headers = {
      'client-id': 'T_1',
      'request-time': time,
      'content-type': 'application/json; charset=UTF-8',
      signature: `algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature)}`,
    };
    return send(path, 'POST', headers, body, timeoutMs);
  }

  function answerOf({ error, reply }: Outcome): HttpReply {
    if (reply === undefined) throw error ?? new Error('neither a reply nor an error');
    return reply;
  }

  async function resultCode(name: string, json: object): Promise<string> {
    return JSON.parse(answerOf(await call(name, json)).body).result.resultCode;
  }

  const control = async (path: string, json?: object) => {
    const headers = { 'content-type': 'application/json' };
    const outcome = await send(path, json === undefined ? 'GET' : 'POST', headers, JSON.stringify(json) ?? '');
    const { status, body } = answerOf(outcome);
    return { status, json: JSON.parse(body) };
  };

  function verified(path: string, headers: Readonly<Record<string, string>>, time: string, body: string): boolean {
    const encoded = /signature=(.*)$/.exec(headers.signature ?? '')?.[1] ?? '';
    const content = Buffer.from(`POST ${path}\n${headers['client-id']}.${headers[time]}.${body}`);
    const signature = Buffer.from(decodeURIComponent(encoded), 'base64');
    return verify('RSA-SHA256', content, createPublicKey(key('alipay-public.pem')), signature);
  }

  it('accepts a signed payment and signs its answer with the other pair', async () => {
    const reply = answerOf(await call('pay', payBody('S1')));
    assert.equal(JSON.parse(reply.body).result.resultCode, 'SUCCESS');
    assert.ok(verified('/ams/api/v1/payments/pay', reply.headers, 'response-time', reply.body));
    assert.ok(Math.abs(Date.parse(reply.headers.date ?? '') - Date.now()) < 5_000);
    assert.equal(server.acquirer.ledger.standing('S1').heldValue, 1250n);
  });

  /** Byte for byte as Alipay's own Python library (1.5.5) asks: an absolute target, whole numbers as amounts. */
  function callAsPython(id: string, amounts: string): Promise<string> {
    const path = '/ams/api/v1/payments/pay';
    const body = JSON.stringify(payBody(id), undefined, 3).replaceAll('"1250"', amounts);
    const time = new Date().toISOString().replace(/\.\d+Z$/, '+00:00');
    const content = Buffer.from(`POST ${path}\nT_1.${time}.${body}`);
    const signature = sign('RSA-SHA256', content, createPrivateKey(key('terminal-private.pem'))).toString('base64');
    const request = [
      `POST ${server.url}${path} HTTP/1.1`,
      `Host: 127.0.0.1:${server.port}`,
      'Accept-Encoding: identity',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Content-type: application/json; charset=UTF-8',
      'Accept: text/plain,text/xml,text/javascript,text/html',
      'Cache-Control: no-cache',
      'Connection: close',
      'User-Agent: global-alipay-sdk-python',
      `Request-Time: ${time}`,
      'client-id: T_1',
      `Signature: algorithm=RSA256,keyVersion=1,signature=${encodeURIComponent(signature)}`,
      '',
      body,
    ].join('\r\n');
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write(request));
      socket.on('data', (bytes) => {
        answer += bytes.toString();
      });
      socket.once('error', reject);
      socket.once('close', () => resolve(/"resultCode":"(\w+)"/.exec(answer)?.[1] ?? answer));
    });
  }

  it('serves Alipay’s own Python library, with its absolute target and whole numbers', async () => {
    assert.equal(await callAsPython('PY1', '1250'), 'SUCCESS');
    assert.equal(server.acquirer.ledger.standing('PY1').heldValue, 1250n);
  });

  for (const amounts of ['1250.0', '1250.5', '1.25e3', '-1250', '9007199254740993', '0', 'true']) {
    it(`refuses an amount of ${amounts}, which is not surely a whole number`, async () => {
      assert.equal(await callAsPython(`PY${amounts}`, amounts), 'PARAM_ILLEGAL');
      assert.equal(server.acquirer.ledger.payment(`PY${amounts}`), undefined);
    });
  }

  it('makes its keys once, readable by their owner only, and keeps those that it finds', async () => {
    const names = ['alipay-private.pem', 'alipay-public.pem', 'terminal-private.pem', 'terminal-public.pem'];
    const before = names.map(key);
    assert.equal(statSync(join(keyDirectory, 'alipay-private.pem')).mode & 0o777, 0o600);
    const second = await startAcquirerSim({ port: 0, keyDirectory, clientId: 'T_1' });
    second.close();
    assert.deepEqual(names.map(key), before);
  });

  it('refuses a private key instead of the terminal public one, and a port in use', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'acquirer-sim-'));
    writeFileSync(join(directory, 'terminal-public.pem'), key('terminal-private.pem'));
    const options = { port: 0, keyDirectory: directory, clientId: 'T_1' };
    await assert.rejects(startAcquirerSim(options), /terminal-public\.pem holds a private key/);
    writeFileSync(join(directory, 'terminal-public.pem'), 'nonsense');
    await assert.rejects(startAcquirerSim(options), /terminal-public\.pem holds no public key/);
    rmSync(directory, { recursive: true });
    await assert.rejects(startAcquirerSim({ ...options, keyDirectory, port: server.port }), { code: 'busy' });
  });

  for (const [fault, expected] of [
    [{ kind: 'replyLost' }, 'timeout'],
    [{ kind: 'replyDelayed', delayMs: 5_000 }, 'timeout'],
    [{ kind: 'replyTrickled', delayMs: 50 }, 'timeout'],
    [{ kind: 'reset' }, 'disconnected'],
    [{ kind: 'huge', sizeBytes: 2_000_000 }, 'tooLarge'],
    [{ kind: 'badGateway' }, '502'],
  ] as const) {
    it(`provokes ${expected} by ${fault.kind}, but the money is charged`, async () => {
      const id = `fault-${fault.kind}`;
      assert.equal((await control('/sim/faults', { ...fault, pathEnd: '/pay' })).status, 200);
      const { error, reply } = await call('pay', payBody(id), NO_ANSWER_MS);
      assert.equal(error?.code ?? String(reply?.status), expected);
      assert.equal(server.acquirer.ledger.standing(id).charged, true);
    });
  }

  it('delivers a trickled reply whole to a client that waits', async () => {
    await control('/sim/faults', { kind: 'replyTrickled', delayMs: 0, pathEnd: '/inquiryPayment' });
    assert.equal(await resultCode('inquiryPayment', { paymentRequestId: 'nobody' }), 'ORDER_NOT_EXIST');
  });

  it('sends signed notifications to a listener and takes its acknowledgement', async () => {
    const arrived = await new Promise<HttpServerRequest>((resolve) => {
      http.listen(
        { host: '127.0.0.1', port: 0, bodyLimitBytes: 10_000, requestTimeoutMs: 1_000, connectionLimit: 5 },
        (request, response) => {
          response.end(200, {}, '{"result":{"resultCode":"SUCCESS","resultStatus":"S"}}');
          resolve(request);
          setTimeout(() => listening?.close(), 20);
        },
        (_error, listener) => {
          listening = listener;
          const paymentNotifyUrl = `http://127.0.0.1:${listener?.port}/notify?a=b`;
          void call('pay', { ...payBody('N1'), paymentNotifyUrl });
        },
      );
      let listening: { close(): void } | undefined;
    });
    assert.equal(arrived.target, '/notify?a=b');
    assert.ok(verified('/notify', arrived.headers, 'request-time', Buffer.from(arrived.body).toString()));
    assert.equal(JSON.parse(Buffer.from(arrived.body).toString()).paymentRequestId, 'N1');
  });

  describe('control', () => {
    it('shows the ledger without payment codes, and what was asked when', async () => {
      const body = payBody('C1');
      await call('pay', body);
      const { json } = await control('/sim/ledger?paymentRequestId=C1');
      assert.equal(json.payments.length, 1);
      assert.equal(json.payments[0].standing.heldValue, '1250');
      assert.deepEqual(
        json.history.map((event: { kind: string }) => event.kind),
        ['received', 'charged'],
      );
      const code = (body.paymentMethod as { paymentMethodId: string }).paymentMethodId;
      assert.ok(!JSON.stringify(json).includes(code));
      const { exchanges } = (await control('/sim/exchanges')).json;
      const last = exchanges.at(-1);
      assert.deepEqual([last.path, last.paymentRequestId, last.answer], ['/ams/api/v1/payments/pay', 'C1', 'SUCCESS']);
      assert.ok(Math.abs(last.atMs - Date.now()) < 5_000);
    });

    it('plans payments: by code, by magic amount, in full, for one or for the next', async () => {
      const pay = (id: string) => resultCode('pay', payBody(id));
      await control('/sim/plan', { code: 'RISK_REJECT' });
      await control('/sim/plan', { paymentRequestId: 'P3', magic: '9801' });
      assert.deepEqual(
        [await pay('P1'), await pay('P2'), await pay('P3')],
        ['RISK_REJECT', 'SUCCESS', 'PAYMENT_IN_PROCESS'],
      );
      const answer = { code: 'NEW_WORD', status: 'U' };
      const later = { inquiryPayment: { answer: 'SYSTEM_ERROR', times: 1 } };
      await control('/sim/plan', { answer, fate: { kind: 'pending' }, later });
      assert.equal(await pay('P4'), 'NEW_WORD');
      const inquire = () => resultCode('inquiryPayment', { paymentRequestId: 'P4' });
      assert.deepEqual([await inquire(), await inquire()], ['SYSTEM_ERROR', 'SUCCESS']);
    });

    it('lists the magic amounts and changes settings', async () => {
      assert.equal((await control('/sim/magic-amounts')).json.magicAmounts[0].ending, '9901');
      await control('/sim/settings', { cancelOfUnknown: 'orderNotExist' });
      assert.equal((await control('/sim/settings')).json.cancelOfUnknown, 'orderNotExist');
      await control('/sim/settings', { cancelOfUnknown: 'success' });
      await control('/sim/codes', { code: '281111111111111111', validForMs: 0 });
      const paymentMethod = { paymentMethodType: 'CONNECT_WALLET', paymentMethodId: '281111111111111111' };
      assert.equal(await resultCode('pay', { ...payBody('X1'), paymentMethod }), 'EXPIRED_CODE');
    });

    for (const [path, json, message] of [
      ['/sim/faults', {}, /kind must be a text/],
      ['/sim/faults', { kind: 'gremlins' }, /gremlins is no fault/],
      ['/sim/faults', { kind: 'replyDelayed' }, /delayMs must be an integer/],
      ['/sim/faults', { kind: 'forged', status: 'X' }, /status must be/],
      ['/sim/faults', { kind: 'reset', times: -1 }, /times must be an integer/],
      ['/sim/plan', { magic: '1234' }, /magic must be one of/],
      ['/sim/plan', { answer: 'UNHEARD' }, /in no table/],
      ['/sim/plan', { answer: 'SUCCESS', fate: { kind: 'pending' } }, /must succeed at once/],
      ['/sim/plan', { answer: 'SUCCESS', fate: { kind: 'vanishes' } }, /fate\.kind must be/],
      ['/sim/plan', { answer: 'SUCCESS', later: { pay: {} } }, /later\.pay is no interface/],
      ['/sim/settings', { colour: 'red' }, /colour is no setting/],
      ['/sim/settings', { payAfterCancel: 'maybe' }, /must be one of charges/],
      ['/sim/settings', { notifyDelayMs: '5' }, /notifyDelayMs must be an integer/],
      ['/sim/settings', { magicAmounts: 1 }, /must be true or false/],
      ['/sim/notify', { url: 'http://127.0.0.1:1' }, /body must be an object/],
      ['/sim/plan', [], /the body must be an object/],
    ] as const) {
      it(`refuses ${path} ${JSON.stringify(json)}`, async () => {
        const { status, json: told } = await control(path, json);
        assert.equal(status, 400);
        assert.match(told.error, message);
      });
    }

    it('answers paths and methods that it does not serve', async () => {
      assert.equal((await control('/sim/nothing')).status, 404);
      assert.equal((await control('/sim/toString')).status, 404);
      assert.equal((await control('/sim/faults')).status, 405);
      const asText = await send('/sim/faults', 'POST', { 'content-type': 'text/plain' }, '{}');
      assert.equal(answerOf(asText).status, 415);
      const asked = await send('/ams/api/v1/payments/pay', 'GET', {}, '');
      assert.match(answerOf(asked).body, /METHOD_NOT_SUPPORTED/);
    });
  });
});

describe('tillbox acquirer-sim', () => {
  type Process = Parameters<typeof runAcquirerSim>[1];

  async function run(args: readonly string[], onStop: Process['onStop'] = () => undefined) {
    let out = '';
    let errors = '';
    const code = await runAcquirerSim(commandInput('acquirer-sim', args), {
      args,
      env: {},
      out: (text) => {
        out += text;
      },
      errorOut: (text) => {
        errors += text;
      },
      onStop,
      onIgnored: () => undefined,
      exit: () => undefined,
      onCrash: () => undefined,
    });
    return { code, out, errors };
  }

  it('prints what a terminal needs and runs until it is stopped', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'acquirer-sim-'));
    const { code, out } = await run(['--port', '0', '--keys', directory], (stop) =>
      setTimeout(() => stop('SIGTERM'), 1),
    );
    assert.equal(code, 0);
    for (const name of ['ACQUIRER_URL', 'ALIPAY_CLIENT_ID', 'ALIPAY_PRIVATE_KEY_FILE', 'ALIPAY_PUBLIC_KEY_FILE']) {
      assert.match(out, new RegExp(`^${name}=.+$`, 'm'));
    }
    rmSync(directory, { recursive: true });
  });

  it('is a process that ends with 0 when it is told to stop', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'acquirer-sim-'));
    const sim = startTillbox(['acquirer-sim', '--port', '0', '--keys', directory]);
    const [, url] = await eventually('it prints its URL', () => /^ACQUIRER_URL=(.*)$/m.exec(sim.out()) ?? undefined);
    assert.equal((await fetch(`${url}/sim/ledger`)).status, 200);
    assert.equal(await sim.end('SIGTERM'), 0, sim.errorOut());
    rmSync(directory, { recursive: true });
  });

  for (const [args, code, text] of [
    [['--client-id', ''], 64, /--client-id needs an id/],
    [['--keys', '/proc/nowhere'], 69, /cannot make the directory \/proc\/nowhere/],
  ] as const) {
    it(`answers ${args.join(' ')} with exit code ${code}`, async () => {
      const told = await run(args);
      assert.equal(told.code, code);
      assert.match(told.errors, text);
    });
  }
});
