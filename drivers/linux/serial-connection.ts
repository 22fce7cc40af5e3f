import { HostError, type SerialEvents, type SerialPort } from '../host.js';

/** The transport of one connection. */
export interface SerialTransport {
  write(bytes: Uint8Array, done: (error?: HostError) => void): void;
  close(): void;
}

/** What all connections share: states, answers exactly once, and no calls after the end. */
export function createSerialConnection(events: SerialEvents) {
  let state: 'opening' | 'open' | 'closing' | 'closed' = 'opening';
  const waiting = new Set<(error?: HostError) => void>();

  const answer = (done: (error?: HostError) => void, error?: HostError): void => {
    if (waiting.delete(done)) done(error);
  };

  return {
    closing: () => state === 'closing' || state === 'closed',
    opened(heldBackMs: number): void {
      if (state !== 'opening') return;
      state = 'open';
      events.opened(heldBackMs);
    },
    data(bytes: Uint8Array): void {
      if (state === 'open') events.data(bytes);
    },
    end(error?: HostError): void {
      if (state === 'closed') return;
      const asked = state === 'closing';
      state = 'closed';
      for (const done of [...waiting]) answer(done, error ?? new HostError('disconnected', 'the port was closed'));
      events.closed(asked ? undefined : (error ?? new HostError('disconnected', 'the port closed by itself')));
    },
    face(transport: SerialTransport): SerialPort {
      return {
        write(bytes, callerDone) {
          // A wrapper, so that the same callback may be passed twice.
          const done = (error?: HostError): void => callerDone(error);
          waiting.add(done);
          if (state !== 'open') {
            setImmediate(() => answer(done, new HostError('disconnected', 'the port is not open')));
            return;
          }
          transport.write(bytes, (error) => answer(done, error));
        },
        close() {
          if (state === 'closing' || state === 'closed') return;
          state = 'closing';
          transport.close();
        },
      };
    },
  };
}
