import { parentPort, workerData } from 'node:worker_threads';

/** The worker's side of `runInWorkers`: answers each job with the result of `work`. */
export function answerJobs<Job, Result>(work: (job: Job, data: unknown) => Result): void {
  parentPort?.on('message', (job: Job) => parentPort?.postMessage(work(job, workerData)));
}
