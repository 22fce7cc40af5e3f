import { readSync, writeSync } from 'node:fs';
import { SerialPort as NodeSerialPort } from 'serialport';

type Binding = typeof NodeSerialPort.binding;
type OpenPort = Awaited<ReturnType<Binding['open']>>;
/** What a port of Linux has beside the others', which are never opened here. */
type LinuxPort = OpenPort & {
  readonly fd: number | null;
  readonly poller: {
    once(event: 'readable' | 'writable', happened: (error: Error | null) => void): unknown;
    poll(events: number): void;
  };
};

/**
 * serialport's own binding, but for reads and writes, which happen here and now. Its ttys are non-blocking and polled
 * already, and yet it passes every read and write to a thread: a single byte costs eight changes of threads, and these are
 * most of what a terminal at rest does.
 *
 * Invariants
 * - Nothing blocks: the descriptor is non-blocking, and where it has or takes nothing (EAGAIN) the poller waits.
 * - A read of nothing is a tty that hung up, not an empty one: it ends the connection, as serialport's own would turn for ever.
 */
export const unpooledSerial = {
  list: NodeSerialPort.list,
  async open(options: Parameters<Binding['open']>[0]): Promise<OpenPort> {
    const port = await (NodeSerialPort.binding as { open(how: typeof options): Promise<OpenPort> }).open(options);
    return isLinux(port) ? withoutPool(port) : port;
  },
} as Binding;

function isLinux(port: OpenPort): port is LinuxPort {
  return 'poller' in port && 'fd' in port;
}

function withoutPool(port: LinuxPort): LinuxPort {
  const waiting = { readable: false, writable: false };

  const until = (event: 'readable' | 'writable'): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting[event] = true;
      port.poller.once(event, (error: Error | null) => {
        waiting[event] = false;
        if (error === null) resolve();
        else reject(error);
      });
      /* `once` polls for its event only, and would make the other one wait for it. */
      port.poller.poll((waiting.readable ? POLLED.readable : 0) | (waiting.writable ? POLLED.writable : 0));
    });

  return Object.assign(port, {
    async read(buffer: Buffer, offset: number, length: number) {
      for (;;) {
        await until('readable');
        const bytesRead = unlessBusy(() => readSync(descriptorOf(port), buffer, offset, length, null));
        if (bytesRead === 0) throw new Error('it hung up');
        if (bytesRead !== undefined) return { buffer, bytesRead };
      }
    },
    async write(buffer: Buffer) {
      for (let at = 0; at < buffer.length; ) {
        const written = unlessBusy(() => writeSync(descriptorOf(port), buffer, at, buffer.length - at));
        if (written === undefined) await until('writable');
        else at += written;
      }
    },
  });
}

const POLLED = { readable: 0b01, writable: 0b10 } as const;

/** Undefined where the descriptor has, or takes, nothing now. */
function unlessBusy(act: () => number): number | undefined {
  try {
    return act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN' || code === 'EINTR') return undefined;
    throw error;
  }
}

function descriptorOf({ fd }: LinuxPort): number {
  if (fd === null) throw new Error('the port is closed');
  return fd;
}
