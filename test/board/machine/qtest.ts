import { connectLines } from './line-client.js';

/** QEMU's test connection: reads the machine's registers and moves its wires, without a program in the guest. */
export interface Qtest {
  run(command: string): Promise<string>;
  close(): void;
}

/** `wireMoved` is called for wires of an intercepted device: its number, and whether it rose. */
export async function connectQtest(path: string, wireMoved: (wire: number, rose: boolean) => void): Promise<Qtest> {
  const waiters: { resolve(answer: string): void; reject(error: Error): void }[] = [];
  const client = await connectLines(
    path,
    (line) => {
      const moved = /^IRQ (raise|lower) (\d+)$/.exec(line);
      if (moved !== null) wireMoved(Number(moved[2]), moved[1] === 'raise');
      else if (line.startsWith('OK')) waiters.shift()?.resolve(line.slice(3));
      else waiters.shift()?.reject(new Error(`qtest: ${line}`));
    },
    (error) => {
      for (const waiter of waiters.splice(0)) waiter.reject(error);
    },
  );
  return {
    run: (command) =>
      new Promise((resolve, reject) => {
        waiters.push({ resolve, reject });
        client.send(command);
      }),
    close: client.close,
  };
}
