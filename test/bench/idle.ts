import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { startEquipped } from './equipped-process.js';

/*
 * The idle table: what a terminal at rest costs its board, with a scan engine, a printer and an MDB adapter on real ttys,
 * beside a bare Node that does nothing at all, over the same seconds. `BENCH_QUICK=1`: 20 s instead of 60.
 */
const MEASURED_MS = process.env.BENCH_QUICK === undefined ? 60_000 : 20_000;
/** After its start a process still compiles, and collects its garbage in one go some 15 s later. */
const SETTLING_MS = 25_000;
const CORE_LIMIT = 0.001;
const SWITCHES_LIMIT = 8;

interface Used {
  /** Voluntary context switches of all threads. */
  readonly switches: number;
  /** Time on a processor, of all threads: exact, where the usual ticks count what happens to run when they come. */
  readonly runMs: number;
}

function used(pid: number): Used {
  let switches = 0;
  let runMs = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
    switches += Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(status)?.[1]);
    runMs += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
  }
  return { switches, runMs };
}

const box = await startEquipped({ scanner: 'gm65', machine: true });
const bare = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 3_600_000)'], { stdio: 'ignore' });
try {
  const rows = [
    { name: 'tillbox: scan engine, printer, MDB', pid: box.terminal.process.pid },
    { name: 'bare node', pid: bare.pid ?? 0 },
  ];
  await sleep(SETTLING_MS);
  const before = rows.map(({ pid }) => used(pid));
  await sleep(MEASURED_MS);
  process.stdout.write(`at rest for ${MEASURED_MS / 1_000} s, node ${process.version}\n\n`);
  process.stdout.write('| process | % of a core | context switches a second |\n| --- | --- | --- |\n');
  const figures = rows.map(({ name, pid }, at) => {
    const after = used(pid);
    const core = (after.runMs - (before[at]?.runMs ?? 0)) / MEASURED_MS;
    const switches = (after.switches - (before[at]?.switches ?? 0)) / (MEASURED_MS / 1_000);
    process.stdout.write(`| ${name} | ${(core * 100).toFixed(2)} | ${switches.toFixed(1)} |\n`);
    return { core, switches };
  });
  const [ours] = figures;
  const say = (goal: string, met: boolean, measured: string): void =>
    void process.stdout.write(`${met ? 'met ' : 'MISSED'} ${goal}: ${measured}\n`);
  process.stdout.write('\n');
  if (ours === undefined) throw new Error('nothing was measured');
  say('at most 0.1 % of a core', ours.core <= CORE_LIMIT, `${(ours.core * 100).toFixed(2)} %`);
  say('at most 8 context switches a second', ours.switches <= SWITCHES_LIMIT, ours.switches.toFixed(1));
} finally {
  bare.kill('SIGKILL');
  await box.stop();
}
