import type { Agent, ClientRequest } from 'node:http';
import type { Socket } from 'node:net';

/**
 * The same agent for one request, which calls `leaves` when that request may start to be sent: its connection was made, over
 * TLS with the peer's certificate accepted, or was kept from an earlier request. Until then not one byte of the request can
 * have been sent, whatever else went wrong.
 *
 * Node buffers what is written before that, also over TLS: it never sends early data.
 */
export function leavingAgent(agent: Agent, leaves: () => void): Agent {
  const addRequest: unknown = Reflect.get(agent, 'addRequest');
  if (typeof addRequest !== 'function') throw new TypeError('an agent of node:http was expected');
  const watched: Agent = Object.create(agent, {
    addRequest: {
      value(request: ClientRequest, ...rest: unknown[]): void {
        request.once('socket', (socket) => awaitConnection(socket, leaves));
        Reflect.apply(addRequest, agent, [request, ...rest]);
      },
    },
  });
  return watched;
}

/** `socket` is emitted before anything is written. */
function awaitConnection(socket: Socket, leaves: () => void): void {
  const ready = Reflect.get(socket, 'encrypted') === true ? 'secureConnect' : 'connect';
  const stands = ready === 'connect' ? !socket.connecting : Reflect.get(socket, 'secureConnecting') !== true;
  if (stands) leaves();
  else socket.once(ready, leaves);
}
