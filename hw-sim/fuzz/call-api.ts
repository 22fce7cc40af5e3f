import type { Kiosk } from '../kiosk.js';
import type { Oracle } from './oracle.js';

export interface ApiCall {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly body?: unknown;
}

/** Calls the local API as a program on the same machine does. The oracle sees each answer, as people may read it. */
export function callApi(
  { kiosk, port, oracle }: { readonly kiosk: Kiosk; readonly port: number; readonly oracle: Oracle },
  { method, target, body }: ApiCall,
  told: (status: number, text: string) => void,
): void {
  const headers: Record<string, string> = { host: `127.0.0.1:${port}` };
  if (method === 'POST') headers['content-type'] = 'application/json';
  const request = { method, target, headers, body: Buffer.from(body === undefined ? '' : JSON.stringify(body)) };
  kiosk.network.toTerminal(port, { ...request, remoteAddress: '127.0.0.1' }, (reply) => {
    oracle.shown(reply.body);
    told(reply.status, reply.body);
  });
}
