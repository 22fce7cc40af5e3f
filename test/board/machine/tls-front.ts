import { createConnection } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { makeCertificate } from '../../support/make-certificate.js';

/** An https way to a plain server of this machine, as the guest reaches it. */
export interface TlsFront {
  readonly url: string;
  /** The authority's certificate, PEM. */
  readonly ca: string;
  /** The cable to the network: pulled, no connection is made and those there are end. */
  plug(isIn: boolean): void;
  close(): void;
}

/** Where the guest finds this machine's loopback. */
export const HOST_ADDRESS = '10.0.2.2';
const YEAR_MS = 365 * 86_400_000;

export async function createTlsFront(target: URL): Promise<TlsFront> {
  const [fromMs, untilMs] = [Date.now() - YEAR_MS, Date.now() + YEAR_MS];
  const authority = makeCertificate({ name: 'Board CA', fromMs, untilMs });
  const { cert, key } = makeCertificate({
    name: 'Acquirer',
    host: HOST_ADDRESS,
    issuer: authority.signer,
    fromMs,
    untilMs,
  });
  let isIn = true;
  const open = new Set<TLSSocket>();
  const server = createServer({ cert, key }, (socket) => {
    if (!isIn) {
      socket.destroy();
      return;
    }
    open.add(socket);
    const inner = createConnection(Number(target.port), target.hostname);
    socket
      .on('error', () => inner.destroy())
      .once('close', () => {
        open.delete(socket);
        inner.destroy();
      });
    inner.on('error', () => socket.destroy()).once('close', () => socket.destroy());
    socket.pipe(inner).pipe(socket);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  server.unref();
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the TLS server has no port');
  return {
    url: `https://${HOST_ADDRESS}:${address.port}`,
    ca: authority.cert,
    plug(value) {
      isIn = value;
      if (!value) for (const socket of open) socket.destroy();
    },
    close() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}
