import { Worker } from 'node:worker_threads';

/**
 * Runs jobs on several cores: one worker thread a core, each asked for the next job when it has finished one.
 * `next` gives the next job or undefined when there is none left; `done` resolves when every worker has stopped. A worker
 * that dies rejects it. After `jobsAWorker` jobs a worker is replaced by a new one, which frees all that its modules have
 * kept.
 */
export function runInWorkers<Job, Result>(parts: {
  /** Imports the module that answers each message (a job) with one message (its result). */
  readonly module: URL;
  readonly workers: number;
  readonly jobsAWorker: number;
  readonly data: unknown;
  readonly next: () => Job | undefined;
  readonly finished: (result: Result) => void;
}): Promise<void> {
  /** One worker from its first job to its last; whether there are more. */
  const life = (): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(parts.module, { workerData: parts.data });
      let jobs = 0;
      const end = (more: boolean): void => void worker.terminate().then(() => resolve(more));
      const feed = (): void => {
        if (jobs === parts.jobsAWorker) return end(true);
        const job = parts.next();
        if (job === undefined) return end(false);
        jobs += 1;
        worker.postMessage(job);
      };
      worker.on('message', (result: Result) => {
        parts.finished(result);
        feed();
      });
      worker.on('error', reject);
      feed();
    });
  const run = async (): Promise<void> => {
    while (await life());
  };
  return Promise.all(Array.from({ length: parts.workers }, run)).then(() => undefined);
}
