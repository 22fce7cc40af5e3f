import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { createLoopVolume } from '../bench/loop-volume.js';

export interface RealCutsReport {
  readonly engine: string;
  readonly cuts: number;
  readonly acknowledged: number;
  /** Cuts after which something acknowledged was missing, or something removed was back. */
  readonly cutsWithLoss: number;
  readonly mostLost: number;
  /** Cuts after which the store did not open, with the first error. */
  readonly cutsUnopened: number;
  readonly firstTrouble: string;
}

export interface RealCutsOptions {
  readonly engine: string;
  readonly cuts: number;
  readonly mountOptions: string;
  /** Cuts before the file system is made again. */
  readonly cutsPerVolume: number;
}

const workerPath = fileURLToPath(new URL('./cut-worker.js', import.meta.url));

/**
 * Lets a process commit at full speed on an ext4 of its own, takes the file system away in the middle as a power cut
 * does (FS_IOC_SHUTDOWN without flushing its journal), mounts it again, which runs the real recovery, and compares what
 * is there with what was acknowledged. It does not model the cache within a device: `enumerateCrashStates` does.
 */
export async function cutForReal(options: RealCutsOptions): Promise<RealCutsReport> {
  let volume = createLoopVolume(64, options.mountOptions);
  let age = 0;
  let promised: Promised | undefined;
  const report = { acknowledged: 0, cutsWithLoss: 0, mostLost: 0, cutsUnopened: 0, firstTrouble: '' };

  const judge = (found: Found): void => {
    if (promised === undefined) return;
    if (found.kind === 'unopened') {
      report.cutsUnopened += 1;
      report.firstTrouble ||= found.trouble;
      return;
    }
    const lost = lossOf(promised, found.ids);
    if (lost.length === 0) return;
    report.cutsWithLoss += 1;
    report.mostLost = Math.max(report.mostLost, lost.length);
    report.firstTrouble ||= `differs from what was acknowledged: ${lost.slice(0, 5).join(' ')}`;
  };

  try {
    for (let cut = 0; cut < options.cuts; cut += 1) {
      let worker = await startWorker(options.engine, volume.dir, cut * 1_000_000);
      judge(worker.found);
      if (worker.found.kind === 'unopened' || age >= options.cutsPerVolume) {
        await worker.end();
        volume.dispose();
        volume = createLoopVolume(64, options.mountOptions);
        age = 0;
        worker = await startWorker(options.engine, volume.dir, cut * 1_000_000);
      }
      await sleep(50 + Math.random() * 250);
      shutDown(volume.dir);
      promised = await worker.end();
      report.acknowledged += promised.acknowledged;
      volume.remount();
      age += 1;
    }
    const last = await startWorker(options.engine, volume.dir, options.cuts * 1_000_000);
    judge(last.found);
    await last.end();
  } finally {
    volume.dispose();
  }
  return { engine: options.engine, cuts: options.cuts, ...report };
}

/** What was acknowledged before the cut. */
interface Promised {
  readonly present: ReadonlySet<string>;
  /** Asked and not acknowledged: may be done or not. */
  readonly underWay: string | undefined;
  readonly acknowledged: number;
}

type Found =
  | { readonly kind: 'opened'; readonly ids: readonly string[] }
  | { readonly kind: 'unopened'; readonly trouble: string };

interface Worker {
  readonly found: Found;
  /** Kills it, and returns what it had acknowledged by then. */
  end(): Promise<Promised>;
}

async function startWorker(engine: string, dir: string, firstIndex: number): Promise<Worker> {
  const child = spawn(process.execPath, [workerPath, engine, dir, String(firstIndex)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close');
  const present = new Set<string>();
  let underWay: { readonly verb: string; readonly id: string } | undefined;
  let acknowledged = 0;
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-2_000);
  });
  const found = await new Promise<Found>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [verb = '', ...rest] = line.split(' ');
      if (verb === 'found') {
        const ids = JSON.parse(rest.join(' ')) as readonly string[];
        for (const id of ids) present.add(id);
        resolve({ kind: 'opened', ids });
      } else if (verb === 'asked') underWay = { verb: rest[0] ?? '', id: rest[1] ?? '' };
      else if (verb === 'acked' && underWay !== undefined) {
        if (underWay.verb === 'put') present.add(underWay.id);
        else present.delete(underWay.id);
        underWay = undefined;
        acknowledged += 1;
      }
    });
    void closed.then(() => resolve({ kind: 'unopened', trouble: errors.trim().split('\n').slice(-12).join(' | ') }));
  });
  return {
    found,
    async end() {
      child.kill('SIGKILL');
      await closed;
      return { present, underWay: underWay?.id, acknowledged };
    },
  };
}

/** Ids that are missing, or are back. */
function lossOf(promised: Promised, ids: readonly string[]): readonly string[] {
  const found = new Set(ids);
  const missing = [...promised.present].filter((id) => !found.has(id) && id !== promised.underWay);
  const back = ids.filter((id) => !promised.present.has(id) && id !== promised.underWay);
  return [...missing.map((id) => `-${id}`), ...back.map((id) => `+${id}`)];
}

const ioctl = koffi.load(null).func('int ioctl(int fd, unsigned long request, void *value)');
const FS_IOC_SHUTDOWN = 0x8004587d;
/** FS_SHUTDOWN_FLAGS_NOLOGFLUSH: without flushing the file system's journal. */
const NO_FLUSH = Buffer.from(Uint32Array.of(2).buffer);

/** The file system takes nothing more to its device, as if the power were cut. Needs root. */
function shutDown(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    assert.equal(ioctl(fd, FS_IOC_SHUTDOWN, NO_FLUSH), 0, `FS_IOC_SHUTDOWN failed with errno ${koffi.errno()}`);
  } finally {
    closeSync(fd);
  }
}
