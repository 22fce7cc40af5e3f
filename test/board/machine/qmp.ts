import { connectLines } from './line-client.js';

/** QEMU's own control connection. */
export interface Qmp {
  /** Rejects with QEMU's reason. */
  run(command: string, args?: object): Promise<unknown>;
  close(): void;
}

interface Waiter {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** Connects and negotiates. One command at a time is answered, in order. */
export async function connectQmp(path: string): Promise<Qmp> {
  const waiters: Waiter[] = [];
  const client = await connectLines(
    path,
    (line) => {
      const message: { readonly return?: unknown; readonly error?: { readonly desc: string } } = JSON.parse(line);
      if (message.error !== undefined) waiters.shift()?.reject(new Error(`QEMU: ${message.error.desc}`));
      else if ('return' in message) waiters.shift()?.resolve(message.return);
    },
    (error) => {
      for (const waiter of waiters.splice(0)) waiter.reject(error);
    },
  );
  const run = (command: string, args?: object): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiters.push({ resolve, reject });
      client.send(JSON.stringify({ execute: command, ...(args === undefined ? {} : { arguments: args }) }));
    });
  await run('qmp_capabilities');
  return { run, close: client.close };
}
