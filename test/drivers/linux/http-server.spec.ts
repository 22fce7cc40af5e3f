import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import type {
  HttpHandler,
  HttpListener,
  HttpListenOptions,
  HttpServerRequest,
  HttpStream,
} from '../../../drivers/host.js';
import { createHttpServer } from '../../../drivers/linux/http-server.js';

const usual: HttpListenOptions = {
  host: '127.0.0.1',
  port: 0,
  bodyLimitBytes: 1_000,
  requestTimeoutMs: 2_000,
  connectionLimit: 10,
};

describe('http server on real sockets', () => {
  const open: { close(): void }[] = [];
  afterEach(() => {
    for (const one of open.splice(0)) one.close();
  });

  function listen(options: Partial<HttpListenOptions>, handler: HttpHandler): Promise<HttpListener> {
    return new Promise((resolve, reject) => {
      createHttpServer({ ...usual, ...options }, handler, (error, listener) => {
        if (listener === undefined) reject(error);
        else {
          open.push(listener);
          resolve(listener);
        }
      });
    });
  }

  /** Sends raw bytes, and gathers what comes back until the server closes. */
  function raw(port: number, text: string | Buffer, onData?: (socket: Socket) => void): Promise<string> {
    return new Promise((resolve) => {
      let received = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      open.push({ close: () => socket.destroy() });
      socket.on('data', (data) => {
        received += data.toString();
        onData?.(socket);
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(received));
    });
  }

  it('hands over whole requests and sends the answer', async () => {
    const seen: HttpServerRequest[] = [];
    const listener = await listen({}, (request, response) => {
      seen.push(request);
      response.end(201, { 'content-type': 'text/plain', 'x-mark': 'yes' }, 'grüß');
    });
    const reply = await raw(
      listener.port,
      'POST /a?b=c HTTP/1.1\r\nHost: x\r\nX-Name: V\r\nContent-Length: 5\r\nConnection: close\r\n\r\nh\u00e9ll',
    );
    assert.match(reply, /^HTTP\/1\.1 201 /);
    assert.match(reply, /x-mark: yes\r\n/);
    assert.match(reply, /content-length: 6\r\n/);
    assert.ok(reply.endsWith('grüß'));
    const [request] = seen;
    assert.equal(seen.length, 1);
    assert.equal(request?.method, 'POST');
    assert.equal(request?.target, '/a?b=c');
    assert.equal(request?.headers['x-name'], 'V');
    assert.equal(Buffer.from(request?.body ?? []).toString(), 'héll');
    assert.equal(request?.remoteAddress, '127.0.0.1');
  });

  it('answers a body over the limit 413 and keeps it from the handler, with and without a length', async () => {
    let handled = 0;
    const listener = await listen({}, () => {
      handled += 1;
    });
    const body = 'x'.repeat(1_001);
    const declared = await raw(listener.port, `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n${body}`);
    assert.match(declared, /^HTTP\/1\.1 413 /);
    const chunked = `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n${body}\r\n0\r\n\r\n`;
    assert.match(await raw(listener.port, chunked), /^HTTP\/1\.1 413 /);
    assert.equal(handled, 0);
  });

  it('cuts a peer that goes on sending an oversized body', async () => {
    const listener = await listen({}, () => undefined);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n';
    const reply = await raw(listener.port, Buffer.concat([Buffer.from(head), Buffer.alloc(4_000_000, 120)]));
    assert.ok(reply === '' || reply.startsWith('HTTP/1.1 413 '), reply);
  });

  it('takes a body in single bytes, and refuses one in thousands of them', async () => {
    const listener = await listen({ bodyLimitBytes: 65_536 }, (request, response) =>
      response.end(200, {}, String(request.body.length)),
    );
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n';
    const body = (bytes: number) => `${'1\r\nx\r\n'.repeat(bytes)}0\r\n\r\n`;
    assert.match(await raw(listener.port, head + body(1_024)), /^HTTP\/1\.1 200 [\s\S]*\r\n\r\n1024$/);
    assert.match(await raw(listener.port, head + body(1_025)), /^HTTP\/1\.1 413 /);
  });

  it('takes a body of exactly the limit', async () => {
    const listener = await listen({}, (request, response) => response.end(200, {}, String(request.body.length)));
    const body = 'x'.repeat(1_000);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n';
    assert.match(await raw(listener.port, head + body), /\r\n\r\n1000$/);
  });

  const whole = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
  it('drops a peer whose second request stops, and not one that rests between two', async () => {
    const listener = await listen({ requestTimeoutMs: 200 }, (_request, response) => response.end(200, {}, 'well'));
    const rested = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(listener.port, '127.0.0.1', () => socket.write(whole));
      open.push({ close: () => socket.destroy() });
      socket.on('data', (data) => {
        received += data.toString();
        if (received.split('well').length === 2) setTimeout(() => socket.write(whole), 500);
        if (received.split('well').length === 3) setTimeout(() => socket.write('GET / HTTP/1.1\r\n'), 1);
      });
      socket.on('close', () => resolve(received));
    });
    assert.match(rested, /^HTTP\/1\.1 200 .*wellHTTP\/1\.1 200 .*wellHTTP\/1\.1 408 /s);
  });

  it('drops a peer whose second request stops, also where it came together with the first', async () => {
    const listener = await listen({ requestTimeoutMs: 100 }, (_request, response) => response.end(200, {}, 'well'));
    assert.match(await raw(listener.port, `${whole}GET / HTTP/1.1\r\n`), /^HTTP\/1\.1 200 .*wellHTTP\/1\.1 408 /s);
  });

  it('gives a slow request no more time for its body than for all of it', async () => {
    const listener = await listen({ requestTimeoutMs: 400 }, () => assert.fail('it was never whole'));
    const startedMs = performance.now();
    const reply = await new Promise<string>((resolve) => {
      let received = '';
      const socket = connect(listener.port, '127.0.0.1', () => {
        socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n');
        setTimeout(() => socket.write('\r\n'), 200);
      });
      open.push({ close: () => socket.destroy() });
      const drip = setInterval(() => performance.now() - startedMs > 250 && socket.write('x'), 20);
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        received += data.toString();
      });
      socket.on('close', () => {
        clearInterval(drip);
        resolve(received);
      });
    });
    assert.match(reply, /^HTTP\/1\.1 408 /);
    assert.ok(performance.now() - startedMs < 900, `${performance.now() - startedMs} ms`);
  });

  for (const [name, text] of [
    ['sends nothing at all', ''],
    ['stops in its headers', 'POST / HTTP/1.1\r\nHost: x\r\n'],
    ['stops in its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc'],
  ] as const) {
    it(`drops a peer that ${name}`, async () => {
      let handled = 0;
      const listener = await listen({ requestTimeoutMs: 100 }, () => {
        handled += 1;
      });
      assert.match(await raw(listener.port, text), /^HTTP\/1\.1 408 .*\r\nconnection: close\r\n.*Request Timeout\n$/s);
      assert.equal(handled, 0);
    });
  }

  const longHeaders = `GET / HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`;
  const chunk = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
  const refusals: readonly [name: string, status: number, text: string][] = [
    ['what is no HTTP', 400, 'hello\r\n\r\n'],
    ['a request without a Host', 400, 'GET / HTTP/1.1\r\n\r\n'],
    ['a body with two lengths', 400, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
    ['a chunk without a size', 400, `${chunk}zz\r\n`],
    ['a body that stops', 408, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc'],
    [
      'a body that is declared too long',
      413,
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\nExpect: 100-continue\r\n\r\n',
    ],
    ['a body over the limit', 413, `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n${'x'.repeat(1_001)}`],
    ['endless chunk extensions', 413, `${chunk}1;${'x'.repeat(20_000)}\r\na\r\n0\r\n\r\n`],
    ['an expectation', 417, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: tea\r\n\r\nab'],
    ['oversized headers', 431, longHeaders],
  ];
  for (const [name, status, text] of refusals) {
    it(`answers ${name} ${status} in the words that it was given, and closes`, async () => {
      let handled = 0;
      const listener = await listen(
        {
          requestTimeoutMs: 200,
          refusal: (refused) => ({ headers: { 'content-type': 'x/y' }, body: `no: ${refused}` }),
        },
        () => {
          handled += 1;
        },
      );
      const reply = await raw(listener.port, text);
      assert.match(reply, new RegExp(`^HTTP/1\\.1 ${status} [A-Z].*\r\nconnection: close\r\n`, 'is'));
      assert.match(reply, new RegExp(`\r\ncontent-type: x/y\r\ncontent-length: 7\r\n.*\r\n\r\nno: ${status}$`, 's'));
      assert.equal(handled, 0);
    });
  }

  it('says nothing into an answer that has begun', async () => {
    const listener = await listen({}, (_request, response) => {
      response.stream(200, {}, () => undefined).write('data: 1\n\n');
    });
    const reply = await raw(listener.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', (socket) => socket.write('hello\r\n'));
    assert.match(reply, /data: 1/);
    assert.doesNotMatch(reply, /400/);
  });

  it('answers a request 503 and closes, while all places for answers are taken', async () => {
    let handled = 0;
    const listener = await listen({ connectionLimit: 2 }, (_request, response) => {
      handled += 1;
      response.stream(200, {}, () => undefined).write('a');
    });
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    for (const _place of [0, 1]) {
      await new Promise<void>((resolve) => void raw(listener.port, request, () => resolve()));
    }
    const reply = await raw(listener.port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab');
    assert.match(reply, /^HTTP\/1\.1 503 /);
    assert.equal(handled, 2);
  });

  describe('heads', () => {
    const headers = (count: number) => Array.from({ length: count }, (_, at) => `X-${at}: v\r\n`).join('');
    const twice = ['Host: x', 'Origin: http://x', 'Authorization: Bearer a', 'Content-Type: a/b', 'Referer: http://x/'];
    const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';
    const heads: readonly [name: string, status: number, head: string][] = [
      ['100 headers', 200, `GET / HTTP/1.1\r\nHost: x\r\n${headers(99)}`],
      ['101 headers', 431, `GET / HTTP/1.1\r\nHost: x\r\n${headers(100)}`],
      ['1,000 headers', 431, `GET / HTTP/1.1\r\nHost: x\r\n${headers(1_000)}`],
      [
        '101 headers with the Origin at the end',
        431,
        `GET / HTTP/1.1\r\nHost: x\r\n${headers(99)}Origin: http://e\r\n`,
      ],
      ...twice.map((one): [string, number, string] => {
        const [name = ''] = one.split(':');
        return [`${name} twice`, 400, `GET / HTTP/1.1\r\n${one}\r\nhost: x\r\n${one.toUpperCase()}\r\n`];
      }),
      ['another Host at the end', 400, 'GET / HTTP/1.1\r\nHost: x\r\nX: y\r\nHost: evil.example\r\n'],
      ['no Host', 400, 'GET / HTTP/1.1\r\nX: y\r\n'],
      ['two lengths that agree', 400, `${POST}Content-Length: 0\r\nContent-Length: 0\r\n`],
      ['a length and chunks', 400, `${POST}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n`],
      ['two encodings of transfer', 400, `${POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n`],
      ['chunked, not at the end', 400, `${POST}Transfer-Encoding: chunked, gzip\r\n`],
      ['a folded header', 400, 'GET / HTTP/1.1\r\nHost: x\r\nOrigin: a\r\n b\r\n'],
      ['a blank before the colon', 400, 'GET / HTTP/1.1\r\nHost: x\r\nOrigin : a\r\n'],
      ['a bare line feed', 400, 'GET / HTTP/1.1\r\nHost: x\nOrigin: a\r\n'],
      ['a length that is no number', 400, `${POST}Content-Length: +1\r\n`],
      ['a target without a slash', 400, 'GET v1/status HTTP/1.1\r\nHost: x\r\n'],
      ['a target of another scheme', 400, 'GET ftp://x/ HTTP/1.1\r\nHost: x\r\n'],
      ['a target with a user', 400, 'GET http://x@evil.example/ HTTP/1.1\r\nHost: x\r\n'],
    ];
    for (const [name, status, head] of heads) {
      it(`answers ${status} to ${name}`, async () => {
        let handled = 0;
        const listener = await listen({}, (_request, response) => {
          handled += 1;
          response.end(200, { connection: 'close' }, 'ok');
        });
        const reply = await raw(listener.port, `${head}\r\n`);
        assert.match(reply, new RegExp(`^HTTP/1\\.1 ${status} `));
        assert.equal(handled, status === 200 ? 1 : 0);
      });
    }

    const targets: readonly [sent: string, target: string, host: string][] = [
      ['/a?b=c', '/a?b=c', 'x'],
      ['http://127.0.0.1:8080/a?b=c', '/a?b=c', '127.0.0.1:8080'],
      ['HTTPS://evil.example', '/', 'evil.example'],
      ['http://evil.example?b', '/?b', 'evil.example'],
      ['*', '*', 'x'],
    ];
    for (const [sent, target, host] of targets) {
      it(`takes ${sent} for ${target} at ${host}`, async () => {
        let seen: HttpServerRequest | undefined;
        const listener = await listen({}, (request, response) => {
          seen = request;
          response.end(200, { connection: 'close' }, '');
        });
        await raw(listener.port, `OPTIONS ${sent} HTTP/1.1\r\nHost: x\r\n\r\n`);
        assert.deepEqual([seen?.target, seen?.headers.host], [target, host]);
      });
    }
  });

  describe('judged by its head', () => {
    const judge: HttpListenOptions['judge'] = ({ target }) =>
      target === '/open' ? undefined : { status: 401, headers: { 'x-why': 'token' }, body: 'who?' };
    const handler: HttpHandler = (_request, response) => response.end(200, { connection: 'close' }, 'ok');

    it('is refused while its body is still on the way', async () => {
      const { port } = await listen({ judge }, handler);
      const reply = await new Promise<string>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\nabc');
        });
        open.push({ close: () => socket.destroy() });
        socket.on('data', (data) => resolve(data.toString()));
      });
      assert.match(reply, /^HTTP\/1\.1 401 .*x-why: token\r\n.*connection: close\r\n.*who\?$/is);
    });

    it('is told so in place of being asked for the body', async () => {
      const { port } = await listen({ judge }, handler);
      const head = (path: string) =>
        `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n`;
      assert.match(await raw(port, head('/')), /^HTTP\/1\.1 401 /);
      assert.match(await raw(port, head('/').replace(': 2', ': 1001')), /^HTTP\/1\.1 401 /);
      assert.match(await raw(port, head('/open').replace(': 2', ': 1001')), /^HTTP\/1\.1 413 /);
      const asked = await raw(port, head('/open'), (socket) => socket.write('ab'));
      assert.match(asked, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /);
    });

    it('keeps its connection where it has no body', async () => {
      const { port } = await listen({ judge }, handler);
      const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
      assert.match(await raw(port, request('/') + request('/open')), /^HTTP\/1\.1 401 .*who\?HTTP\/1\.1 200 /s);
    });
  });

  it('streams until the caller closes, and tells so once', async () => {
    let closed = 0;
    const listener = await listen({}, (_request, response) => {
      const stream = response.stream(200, { 'content-type': 'text/event-stream' }, () => {
        closed += 1;
      });
      assert.equal(stream.write('data: 1\n\n'), true);
      setImmediate(() => {
        stream.write('data: 2\n\n');
        stream.close();
        stream.close();
        assert.equal(stream.write('data: 3\n\n'), false);
      });
    });
    const reply = await raw(listener.port, 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    assert.match(reply, /data: 1/);
    assert.match(reply, /data: 2/);
    assert.doesNotMatch(reply, /data: 3/);
    assert.equal(closed, 1);
  });

  it('tells the caller when the peer closes a stream', async () => {
    const closed = new Promise<void>((resolve) => {
      void listen({}, (_request, response) => {
        response.stream(200, {}, resolve).write('hello');
      }).then((listener) => raw(listener.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', (socket) => socket.destroy()));
    });
    await closed;
  });

  it('refuses to buffer for a peer that does not read', async () => {
    let stream: HttpStream | undefined;
    let written = 0;
    const stalled = new Promise<void>((resolve) => {
      void listen({ requestTimeoutMs: 50 }, (_request, response) => {
        stream = response.stream(200, {}, resolve);
        while (written < 100_000_000 && stream.write('x'.repeat(65_536))) written += 65_536;
        stream.close();
      }).then((listener) => {
        const socket = connect(listener.port, '127.0.0.1', () => {
          socket.pause();
          socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
        });
        socket.on('error', () => undefined);
        open.push({ close: () => socket.destroy() });
      });
    });
    await stalled;
    assert.ok(written < 10_000_000, `${written} bytes were buffered`);
  });

  it('tells the caller when the peer goes whose stream waits behind another answer', async () => {
    const closed = new Promise<void>((resolve) => {
      void listen({}, (request, response) => {
        if (request.target === '/stream') response.stream(200, {}, resolve);
      }).then((listener) => {
        const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
        const socket = connect(listener.port, '127.0.0.1', () => {
          socket.write(request('/never') + request('/stream'));
          setTimeout(() => socket.destroy(), 20);
        });
      });
    });
    await closed;
  });

  it('throws where a request is answered twice, and bears an answer to a peer that has gone', async () => {
    const answered = new Promise<unknown>((resolve) => {
      void listen({}, (_request, response) => {
        setTimeout(() => {
          response.end(200, {}, 'late');
          try {
            response.end(200, {}, 'again');
            resolve(undefined);
          } catch (error) {
            resolve(error);
          }
        }, 30);
      }).then((listener) => {
        const socket = connect(listener.port, '127.0.0.1', () => {
          socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n', () => socket.destroy());
        });
      });
    });
    assert.match(String(await answered), /answered twice/);
  });

  it('reports a port in use as busy and a foreign address as absent', async () => {
    const listener = await listen({}, () => undefined);
    await assert.rejects(
      listen({ port: listener.port }, () => undefined),
      { name: 'HostError', code: 'busy' },
    );
    await assert.rejects(
      listen({ host: '192.0.2.1' }, () => undefined),
      { name: 'HostError', code: 'absent' },
    );
  });

  it('drops its connections on close', async () => {
    const listener = await listen({}, (_request, response) => response.end(200, {}, 'ok'));
    await raw(listener.port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', () => listener.close());
    assert.equal(await raw(listener.port, ''), '');
  });
});
