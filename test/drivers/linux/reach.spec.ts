import assert from 'node:assert/strict';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { HostError } from '../../../drivers/host.js';
import { reach } from '../../../drivers/linux/reach.js';

/** A listener that notes what comes. */
async function listening(): Promise<{ readonly port: number; readonly server: Server; readonly met: Promise<string> }> {
  let ended: (received: string) => void = () => undefined;
  const met = new Promise<string>((resolve) => {
    ended = resolve;
  });
  const server = createServer((socket: Socket) => {
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
    socket.on('close', () => ended(received));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, server, met };
}

const reached = (origin: string, timeoutMs = 2_000): Promise<HostError | undefined> =>
  new Promise((resolve) => reach(origin, timeoutMs, resolve));

describe('reaching an origin', () => {
  for (const scheme of ['http', 'https']) {
    it(`makes a connection, sends nothing over it and lets it go (${scheme})`, async () => {
      const { port, server, met } = await listening();
      assert.equal(await reached(`${scheme}://127.0.0.1:${port}`), undefined);
      assert.equal(await met, '');
      server.close();
    });
  }

  it('says so where nothing listens, by the name of the system', async () => {
    const { port, server } = await listening();
    await new Promise((resolve) => server.close(resolve));
    const error = await reached(`https://127.0.0.1:${port}`);
    assert.deepEqual([error?.code, error?.systemCode], ['refused', 'ECONNREFUSED']);
  });

  it('says so where the name is not known', async () => {
    const error = await reached('https://acquirer.invalid', 5_000);
    assert.ok(error !== undefined);
  });

  it('gives up when its time is over, and calls back once', async () => {
    /* A documentation network (RFC 5737): nothing answers there, if there is a way to it at all. */
    let calls = 0;
    await new Promise<void>((resolve) => {
      reach('https://192.0.2.1', 100, (error) => {
        calls += 1;
        assert.ok(error !== undefined);
        setTimeout(resolve, 50);
      });
    });
    assert.equal(calls, 1);
  });

  it('never calls back inside the call', async () => {
    let inside = true;
    const later = new Promise<boolean>((resolve) => reach('https://127.0.0.1:1', 500, () => resolve(inside)));
    inside = false;
    assert.equal(await later, false);
  });
});
