import { Worker } from 'node:worker_threads';

/**
 * Runs jobs on several cores: one worker thread a core, each asked for the next job when it has finished one.
 * `next` gives the next job or undefined when there is none left; `done` resolves when every worker has stopped. A worker
 * that dies rejects it.
 */
export function runInWorkers<Job, Result>(parts: {
  /** Imports the module that answers each message (a job) with one message (its result). */
  readonly module: URL;
  readonly workers: number;
  readonly data: unknown;
  readonly next: () => Job | undefined;
  readonly finished: (result: Result) => void;
}): Promise<void> {
  const run = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(parts.module, { workerData: parts.data });
      const feed = (): void => {
        const job = parts.next();
        if (job === undefined) void worker.terminate().then(() => resolve());
        else worker.postMessage(job);
      };
      worker.on('message', (result: Result) => {
        parts.finished(result);
        feed();
      });
      worker.on('error', reject);
      feed();
    });
  return Promise.all(Array.from({ length: parts.workers }, run)).then(() => undefined);
}
