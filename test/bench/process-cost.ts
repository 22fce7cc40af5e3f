import { readdirSync, readFileSync } from 'node:fs';

/** Processor time that the living threads of a process have taken, ms. A thread that has ended is not counted. */
export function processorMs(pid: number): number {
  let total = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    total += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }
  return total;
}

/** Memory of a process now. `pssMb` counts what it shares with others by its share. */
export interface MemoryUse {
  readonly rssMb: number;
  readonly pssMb: number;
}

export function memoryUse(pid: number): MemoryUse {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1000;
  return { rssMb: megabytes('Rss'), pssMb: megabytes('Pss') };
}
