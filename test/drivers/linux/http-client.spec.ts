import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostError, HttpReply, HttpRequest } from '../../../drivers/host.js';
import { createHttpClient } from '../../../drivers/linux/http-client.js';
import { makeCertificate } from '../../support/make-certificate.js';

const usual: Omit<HttpRequest, 'url'> = {
  method: 'POST',
  headers: { 'content-type': 'application/json', 'Client-Id': 'T_1' },
  body: '{"a":"ü"}',
  timeoutMs: 2_000,
  replyLimitBytes: 10_000,
};

describe('http client on real sockets', () => {
  const servers: Server[] = [];
  const sockets = new Set<Socket>();
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
    for (const server of servers.splice(0)) server.close();
  });

  function start(server: Server): Promise<string> {
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.add(socket));
    return new Promise((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
    });
  }

  /** A server that answers each connection's first bytes with `text`, then resets, ends or keeps it. */
  const rawServer = (text: string, then: 'reset' | 'end' | 'keep') =>
    start(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.once('data', () => {
          socket.write(text, () => {
            if (then === 'reset') socket.resetAndDestroy();
            if (then === 'end') socket.end();
          });
        });
      }),
    );

  const httpServer = (listener: RequestListener) => start(createHttpServer(listener));

  function send(
    request: Partial<HttpRequest> & { url: string },
    client = createHttpClient(),
  ): Promise<{ error?: HostError | undefined; reply?: HttpReply | undefined }> {
    return new Promise((resolve) => {
      client({ ...usual, ...request }, (error, reply) => resolve({ error, reply }));
    });
  }

  it('sends method, headers and body as given and returns the reply', async () => {
    const seen: { method: string | undefined; clientId: unknown; body: string; length: unknown }[] = [];
    const url = await httpServer((request, response) => {
      let body = '';
      request.on('data', (data) => {
        body += data;
      });
      request.on('end', () => {
        const { method, headers } = request;
        seen.push({ method, clientId: headers['client-id'], body, length: headers['content-length'] });
        response.writeHead(207, { 'X-Mark': 'Yes' });
        response.end('{"b":"é"}');
      });
    });
    const { reply } = await send({ url });
    assert.deepEqual(seen, [{ method: 'POST', clientId: 'T_1', body: '{"a":"ü"}', length: '10' }]);
    assert.equal(reply?.status, 207);
    assert.equal(reply?.headers['x-mark'], 'Yes');
    assert.equal(reply?.body, '{"b":"é"}');
  });

  it('sends the body of a PATCH, and none of a GET', async () => {
    const seen: string[] = [];
    const url = await httpServer((request, response) => {
      let body = '';
      request.on('data', (data) => {
        body += data;
      });
      request.on('end', () => {
        seen.push(`${request.method} ${body}`);
        response.end();
      });
    });
    await send({ url, method: 'PATCH' });
    await send({ url, method: 'GET' });
    assert.deepEqual(seen, ['PATCH {"a":"ü"}', 'GET ']);
  });

  it('gives the bytes of a reply that is not UTF-8, and only of such a one', async () => {
    const odd = Buffer.from('{"name":"caf\u00e9"}', 'latin1');
    const url = await httpServer((request, response) => response.end(request.url === '/odd' ? odd : '{"b":"é"}'));
    const { reply } = await send({ url: `${url}/odd` });
    assert.deepEqual([reply?.body, reply?.bytes], ['{"name":"caf\ufffd"}', odd]);
    const plain = (await send({ url })).reply;
    assert.deepEqual([plain?.body, plain?.bytes], ['{"b":"é"}', undefined]);
  });

  it('keeps a connection for the next request', async () => {
    const url = await httpServer((_request, response) => response.end('ok'));
    const client = createHttpClient();
    await send({ url }, client);
    await send({ url }, client);
    assert.equal(sockets.size, 1);
  });

  it('reports a reused connection that resets as disconnected and does not try again', async () => {
    let requests = 0;
    const url = await start(
      createServer((socket) => {
        socket.on('error', () => undefined);
        socket.on('data', () => {
          requests += 1;
          if (requests === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
          else socket.resetAndDestroy();
        });
      }),
    );
    const client = createHttpClient();
    assert.equal((await send({ url }, client)).reply?.body, 'ok');
    assert.equal((await send({ url }, client)).error?.code, 'disconnected');
    assert.equal(requests, 2);
  });

  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n';
  const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n';
  for (const [name, text, then, code] of [
    ['a reset before the reply', '', 'reset', 'disconnected'],
    ['an end before the reply', '', 'end', 'disconnected'],
    ['a reset in mid-body', `${head}abc`, 'reset', 'disconnected'],
    ['an end in mid-body', `${head}abc`, 'end', 'disconnected'],
    ['an end in mid-chunk', chunked, 'end', 'disconnected'],
    ['a stop in mid-body', `${head}abc`, 'keep', 'timeout'],
    ['silence', '', 'keep', 'timeout'],
    ['a reply that is not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'end', 'io'],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`, 'keep', 'tooLarge'],
    [
      'a reply over the limit',
      `HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n${'x'.repeat(20_000)}`,
      'keep',
      'tooLarge',
    ],
  ] as const) {
    it(`reports ${name} as ${code}`, async () => {
      const url = await rawServer(text, then);
      // Only those that end by time have little of it: a loaded machine is no timeout.
      const { error, reply } = await send({ url, timeoutMs: code === 'timeout' ? 200 : 10_000 });
      assert.equal(reply, undefined);
      assert.equal(error?.name, 'HostError');
      assert.equal(error?.code, code, error?.message);
    });
  }

  it('reports a closed port and an unknown host as refused', async () => {
    const url = await httpServer(() => undefined);
    await new Promise((resolve) => servers.pop()?.close(resolve));
    assert.equal((await send({ url })).error?.code, 'refused');
    assert.equal((await send({ url: 'http://nowhere.invalid/' })).error?.code, 'refused');
  });

  it('reports a request for which no connection became free in time as refused, and one that waits for its reply not', async () => {
    let requests = 0;
    const url = await httpServer(() => {
      requests += 1;
    });
    const client = createHttpClient();
    const held = Array.from({ length: 16 }, () => client({ ...usual, url, timeoutMs: 60_000 }, () => assert.fail()));
    while (requests < 16) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal((await send({ url, timeoutMs: 100 }, client)).error?.code, 'refused');
    assert.equal(requests, 16);
    for (const exchange of held) exchange.abort();
  });

  it('reports what cannot be sent as unsupported', async () => {
    assert.equal((await send({ url: 'not a url' })).error?.code, 'unsupported');
    assert.equal((await send({ url: 'ftp://127.0.0.1/' })).error?.code, 'unsupported');
    assert.equal(
      (await send({ url: 'http://127.0.0.1/', headers: { 'x-bad': 'a\r\nb: c' } })).error?.code,
      'unsupported',
    );
  });

  it('names a certificate file that cannot be read', async () => {
    const { error } = await send({ url: 'https://127.0.0.1:1/', tls: { caFile: '/nonexistent/ca.pem' } });
    assert.equal(error?.code, 'absent');
    assert.match(error?.message ?? '', /CA file \/nonexistent\/ca\.pem/);
  });

  it('returns a redirect instead of following it', async () => {
    let requests = 0;
    const url = await httpServer((_request, response) => {
      requests += 1;
      response.writeHead(307, { location: '/elsewhere' });
      response.end();
    });
    assert.equal((await send({ url })).reply?.status, 307);
    assert.equal(requests, 1);
  });

  it('never calls back after abort, whether it waits for a reply or has one', async () => {
    const url = await httpServer((request, response) => {
      if (request.url === '/answers') response.end('ok');
    });
    const client = createHttpClient();
    let called = 0;
    for (const path of ['/waits', '/answers']) {
      const exchange = client({ ...usual, url: url + path, timeoutMs: 50 }, () => {
        called += 1;
      });
      if (path === '/waits') setTimeout(() => exchange.abort(), 10);
      else exchange.abort();
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(called, 0);
  });

  it('calls back later, never from within the call', async () => {
    let inside = true;
    const done = new Promise<boolean>((resolve) => {
      createHttpClient()({ ...usual, url: 'https://127.0.0.1:1/', tls: { caFile: '/nonexistent' } }, () =>
        resolve(inside),
      );
    });
    inside = false;
    assert.equal(await done, false);
  });

  describe('over TLS', () => {
    const directory = mkdtempSync(join(tmpdir(), 'tillbox-tls-'));
    after(() => rmSync(directory, { recursive: true }));
    const dayMs = 86_400_000;
    const valid = { fromMs: Date.now() - dayMs, untilMs: Date.now() + dayMs };
    const authority = makeCertificate({ name: 'An Authority', ...valid });
    const { cert, key } = makeCertificate({ name: 'Server', issuer: authority.signer, host: '127.0.0.1', ...valid });
    const client = makeCertificate({ name: 'Client', issuer: authority.signer, host: 'client', ...valid });
    const ca = authority.cert;
    const pem = { ca, clientCert: client.cert, clientKey: client.key };
    const file = (name: keyof typeof pem) => {
      const path = join(directory, name);
      writeFileSync(path, pem[name]);
      return path;
    };

    async function tlsServer(requestCert: boolean): Promise<{ url: string; seen: boolean[] }> {
      const seen: boolean[] = [];
      const server = createHttpsServer(
        { cert, key, ca, requestCert, rejectUnauthorized: false },
        (request, response) => {
          seen.push('authorized' in request.socket && request.socket.authorized === true);
          response.end('ok');
        },
      );
      return { url: (await start(server)).replace('http:', 'https:'), seen };
    }

    it('refuses a server whose certificate is not trusted, before the request is sent', async () => {
      const { url, seen } = await tlsServer(false);
      const { error } = await send({ url });
      assert.equal(error?.code, 'refused', error?.message);
      assert.match(error?.message ?? '', /not trusted: check the pinned CA file and the clock/);
      assert.deepEqual(seen, []);
    });

    it('refuses it all the same where the environment says that certificates need not be right', async () => {
      const { url, seen } = await tlsServer(false);
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      try {
        for (const tls of [{}, { caFile: file('clientCert') }]) {
          const { error } = await send({ url, tls });
          assert.equal(error?.code, 'refused', error?.message);
        }
        assert.deepEqual(seen, []);
      } finally {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      }
    });

    it('refuses a server whose certificate is for another name', async () => {
      const { url, seen } = await tlsServer(false);
      const { error } = await send({ url: url.replace('127.0.0.1', 'localhost'), tls: { caFile: file('ca') } });
      assert.equal(error?.code, 'refused', error?.message);
      assert.deepEqual(seen, []);
    });

    /** A server that does this with the bytes of a TLS client. */
    const notTls = async (answer: (socket: Socket) => void) => {
      const url = await start(
        createServer((socket) => {
          socket.on('error', () => undefined);
          socket.once('data', () => answer(socket));
        }),
      );
      return url.replace('http:', 'https:');
    };

    const brokenHandshakes: readonly (readonly [string, (socket: Socket) => void])[] = [
      ['is reset', (socket) => socket.resetAndDestroy()],
      ['ends', (socket) => socket.end()],
      ['is answered by an alert', (socket) => socket.end(Buffer.from([0x15, 3, 3, 0, 2, 2, 40]))],
      ['is answered in plain HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')],
      ['is never answered', () => undefined],
    ];
    for (const [what, answer] of brokenHandshakes) {
      it(`reports a handshake that ${what} as refused: nothing has left`, async () => {
        const { error } = await send({ url: await notTls(answer), timeoutMs: 1_000, tls: { caFile: file('ca') } });
        assert.equal(error?.code, 'refused', error?.message);
      });
    }

    it('reports a server of an old TLS version as refused', async () => {
      const seen: string[] = [];
      const server = createHttpsServer(
        { cert, key, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' },
        (request, response) => {
          seen.push(request.url ?? '');
          response.end('ok');
        },
      );
      const url = (await start(server)).replace('http:', 'https:');
      assert.equal((await send({ url, tls: { caFile: file('ca') } })).error?.code, 'refused');
      assert.deepEqual(seen, []);
    });

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`never says of a client certificate that is refused over ${version} after the request may have left that it did not`, async () => {
        const server = createHttpsServer(
          { cert, key, ca, requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version },
          (_request, response) => response.end('ok'),
        );
        server.on('tlsClientError', () => undefined);
        const url = (await start(server)).replace('http:', 'https:');
        const { error } = await send({ url, tls: { caFile: file('ca') } });
        /* Up to TLS 1.2 the server judges before the handshake is over; later it may have read the request by then. */
        const codes = version === 'TLSv1.2' ? ['refused'] : ['disconnected', 'io'];
        assert.ok(codes.includes(error?.code ?? ''), `${error?.code} ${error?.message}`);
      });
    }

    for (const [what, requests, then] of [
      ['after the first request', 1, 'disconnected'],
      ['kept and reset at the next one', 2, 'disconnected'],
    ] as const) {
      it(`reports a connection that breaks ${what} as ${then}`, async () => {
        let heard = 0;
        const server = createHttpsServer({ cert, key }, (request, response) => {
          heard += 1;
          if (heard < requests) response.end('ok');
          else request.socket.destroy();
        });
        const url = (await start(server)).replace('http:', 'https:');
        const client = createHttpClient();
        const tls = { caFile: file('ca') };
        for (let at = 1; at < requests; at += 1) assert.equal((await send({ url, tls }, client)).reply?.body, 'ok');
        assert.equal((await send({ url, tls }, client)).error?.code, then);
      });
    }

    it('trusts the pinned CA and shows the client certificate', async () => {
      const { url, seen } = await tlsServer(true);
      const tls = { caFile: file('ca'), certFile: file('clientCert'), keyFile: file('clientKey') };
      assert.equal((await send({ url, tls })).reply?.body, 'ok');
      assert.deepEqual(seen, [true]);
    });
  });
});
