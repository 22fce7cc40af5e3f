import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '../support/describe-with.js';
import { freePort } from '../support/free-port.js';
import { askHealth } from './ask-health.js';

describeWith('bash', 'the health check of the image', () => {
  let folder: string;
  let server: Server;
  let port: number;
  let answer: (socket: Socket) => void;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tillbox-health-'));
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      answer(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    port = address.port;
  });

  after(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  /** The next request gets an answer; resolves with the request. */
  const answering = (): Promise<string> =>
    new Promise((resolve) => {
      let request = '';
      answer = (socket) =>
        socket.on('data', (chunk) => {
          request += chunk;
          if (!request.endsWith('\r\n\r\n')) return;
          socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
          resolve(request);
        });
    });

  it('is well where anything is answered, whatever it is', async () => {
    const request = answering();
    const { status, says } = await askHealth({ API_PORT: String(port) });
    assert.deepEqual([status, says], [0, `answers on 127.0.0.1 port ${port}\n`]);
    assert.equal(await request, 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
  });

  it('says that nothing listens', async () => {
    const free = await freePort();
    assert.deepEqual(await askHealth({ API_PORT: String(free) }), {
      status: 1,
      says: `nothing listens on 127.0.0.1 port ${free}: starting, or stopped\n`,
    });
  });

  it('tells another program from the terminal', async () => {
    answer = (socket) => socket.end('SSH-2.0-a\r\n');
    const { status, says } = await askHealth({ API_PORT: String(port) });
    assert.deepEqual([status, says], [1, `another program answers on 127.0.0.1 port ${port}\n`]);
  });

  it('says that a program hung up without an answer', async () => {
    answer = (socket) => socket.end();
    const { status, says } = await askHealth({ API_PORT: String(port) });
    assert.deepEqual([status, says], [1, `no answer on 127.0.0.1 port ${port} within 5 s: the program hangs\n`]);
  });

  for (const host of ['0.0.0.0', '::', '[::]', 'localhost', "'127.0.0.1'"]) {
    it(`asks on loopback where the API is on ${host}`, async () => {
      void answering();
      const { status, says } = await askHealth({ API_HOST: host, API_PORT: String(port) });
      assert.deepEqual([status, says], [0, `answers on 127.0.0.1 port ${port}\n`]);
    });
  }

  const FILES: Readonly<Record<string, (port: number) => string>> = {
    'as it is': (port) => `# a comment\nAPI_PORT=${port}\n`,
    'with blanks, quotes and export': (port) => `  export API_PORT = "${port}"  \r\nAPI_HOST='127.0.0.1'`,
    'beside what looks alike': (port) => `#API_PORT=1\nNO_API_PORT=2\nAPI_PORT=${port}\nAPI_PORTS=3\n`,
  };
  for (const [how, text] of Object.entries(FILES)) {
    it(`reads the port from the configuration file: ${how}`, async () => {
      const file = join(folder, 'tillbox.env');
      writeFileSync(file, text(port));
      void answering();
      const { status, says } = await askHealth({ CONFIG_FILE: file });
      assert.deepEqual([status, says], [0, `answers on 127.0.0.1 port ${port}\n`]);
    });
  }

  it('prefers the environment to the file, and does without a file that is not there', async () => {
    const file = join(folder, 'other.env');
    writeFileSync(file, 'API_PORT=1\n');
    void answering();
    assert.equal((await askHealth({ CONFIG_FILE: file, API_PORT: String(port) })).status, 0);
    void answering();
    assert.equal((await askHealth({ CONFIG_FILE: join(folder, 'none'), API_PORT: String(port) })).status, 0);
  });
});
