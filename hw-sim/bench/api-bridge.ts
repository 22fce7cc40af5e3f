import type {
  HostError,
  HttpHost,
  HttpListener,
  HttpServerRequest,
  HttpServerResponse,
  HttpStream,
} from '../../drivers/host.js';
import { API_LISTENING } from '../../firmware/for-simulator.js';
import type { Network } from '../network.js';
import type { Pacer } from './pacer.js';

export interface ApiBridgeParts {
  readonly http: Pick<HttpHost, 'listen'>;
  readonly pacer: Pick<Pacer, 'act'>;
  readonly network: Pick<Network, 'reachTerminal'>;
  /** Of the simulated terminal. */
  readonly apiPort: number;
}

const HOST = '127.0.0.1';

/**
 * Makes the local API of the simulated terminal reachable for real programs, at `port` of this machine's loopback. For a
 * terminal without power it answers 502, where a real one would refuse the connection.
 */
export function openApiBridge(
  parts: ApiBridgeParts,
  port: number,
  listening: (error: HostError | undefined, listener?: HttpListener) => void,
): void {
  const handler = (request: HttpServerRequest, response: HttpServerResponse) =>
    parts.pacer.act(() => forward(parts, request, response));
  parts.http.listen({ host: HOST, port, ...API_LISTENING }, handler, listening);
}

function forward({ pacer, network, apiPort }: ApiBridgeParts, request: HttpServerRequest, outside: HttpServerResponse) {
  let stream: HttpStream | undefined;
  const inside: HttpServerResponse = {
    end: outside.end,
    stream(status, headers, closed) {
      stream = outside.stream(status, headers, () => pacer.act(closed));
      return stream;
    },
  };
  const lost = (): void => {
    if (stream === undefined) refuse(outside, 'the simulated terminal lost its power before it answered');
    else stream.close();
  };
  if (!network.reachTerminal(apiPort, request, inside, lost)) {
    refuse(outside, 'the simulated terminal is switched off or still starting; see its console');
  }
}

function refuse(response: HttpServerResponse, message: string): void {
  const body = JSON.stringify({ error: { code: 'terminalOff', message } });
  response.end(502, { 'content-type': 'application/json; charset=utf-8' }, body);
}
