import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { FLOODS, floodWith } from '../../support/floods.js';

const SERVER = new URL('../../support/flooded-server.js', import.meta.url).pathname;
const TRUE_REQUEST =
  'POST /notify HTTP/1.1\r\nHost: x\r\nSignature: s\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}';
const LIMIT_MB = 60;
const FLOOD_BYTES = 120_000;

describe('http server among strangers', () => {
  let server: ChildProcess;
  let port = 0;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    server = fork(SERVER, []);
    [port] = (await once(server, 'message')) as [number];
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.kill('SIGKILL');
  });

  const stranger = (text: string): Promise<Socket> => floodWith(port, text, sockets);

  function ask(text = TRUE_REQUEST): Promise<{ readonly reply: string; readonly tookMs: number }> {
    const startedMs = performance.now();
    return new Promise((resolve) => {
      let reply = '';
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      sockets.push(socket);
      socket.on('data', (data) => {
        reply += data;
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve({ reply, tookMs: performance.now() - startedMs }));
    });
  }

  const HALF = {
    nothing: '',
    'half a head': 'POST /notify HTTP/1.1\r\nHost: x\r\n',
    'half a body': 'POST /notify HTTP/1.1\r\nHost: x\r\nSignature: s\r\nContent-Length: 60000\r\n\r\n{',
    'half a body for another path': 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n{',
  };
  for (const count of [60, 1_000]) {
    for (const [what, text] of Object.entries(HALF)
      .reverse()
      .slice(0, count === 60 ? 4 : 1)) {
      it(`answers a true request at once though ${count} have sent ${what}`, async () => {
        await Promise.all(Array.from({ length: count }, () => stranger(text)));
        const { reply, tookMs } = await ask();
        assert.match(reply, /^HTTP\/1\.1 200 /);
        assert.ok(tookMs < 2_000, `${tookMs} ms`);
      });
    }
  }

  it('answers true requests while strangers keep coming', async () => {
    let over = false;
    const come = async () => {
      while (!over) await stranger(HALF['half a head']);
    };
    const coming = Array.from({ length: 20 }, come);
    for (let times = 0; times < 10; times += 1) {
      const { reply, tookMs } = await ask();
      assert.match(reply, /^HTTP\/1\.1 200 /);
      assert.ok(tookMs < 2_000, `${tookMs} ms`);
    }
    over = true;
    await Promise.all(coming);
  });

  it('keeps a connection that was answered well, and lets the half-open ones go', async () => {
    const known = await stranger(TRUE_REQUEST.replace('Connection: close\r\n', ''));
    await once(known, 'data');
    await Promise.all(Array.from({ length: 100 }, () => stranger(HALF.nothing)));
    known.write(TRUE_REQUEST);
    const [data] = (await once(known, 'data')) as [Buffer];
    assert.match(data.toString(), /^HTTP\/1\.1 200 /);
  });

  for (const [what, textOf] of Object.entries(FLOODS)) {
    it(`takes less than ${LIMIT_MB} MB more for 16 connections with ${what}`, async () => {
      await ask();
      const before = memoryMb(server, 'VmRSS');
      await Promise.all(Array.from({ length: 16 }, () => stranger(textOf(FLOOD_BYTES))));
      const { reply } = await ask();
      assert.match(reply, /^HTTP\/1\.1 200 /);
      const grown = memoryMb(server, 'VmHWM') - before;
      assert.ok(grown < LIMIT_MB, `${grown} MB`);
    });
  }
});

function memoryMb({ pid }: ChildProcess, row: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${row}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}
