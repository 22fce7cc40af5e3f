import type { Kiosk } from '../kiosk.js';
import { localRequest } from '../local-request.js';
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
  answered: (status: number, text: string) => void,
): void {
  kiosk.network.toTerminal(port, localRequest(port, method, target, body), (reply) => {
    oracle.shown(reply.body);
    answered(reply.status, reply.body);
  });
}
