import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FLOODS, floodWith } from '../support/floods.js';

/*
 * The flood table: what strangers make a listener take, ours beside Node's usual server that gathers the chunks of a body
 * in a list. 16 connections, each with as many bytes as 64 KB of body have in chunks of one; two rounds. The terminal's
 * board has 512 MB in all.
 */
const SERVER = new URL('../support/flooded-server.js', import.meta.url).pathname;
const CONNECTIONS = 16;
const BYTES_PER_CONNECTION = 6 * 65_536;
const ROUNDS = 2;
const LIMIT_MB = 60;
/** A server that is sent to its end by what it gathered is as bad as it gets. */
const PATIENCE_MS = 15_000;

interface Taken {
  readonly grownMb: number;
  readonly processorS: number;
}

function memoryMb(pid: number, row: 'VmRSS' | 'VmHWM'): number {
  return Number(new RegExp(`${row}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
}

/** Of user and system, in the kernel's hundredths of a second. */
function processorS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Until it has worked off what it was sent. */
async function untilQuiet(pid: number): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  for (let before = -1, now = processorS(pid); now !== before && performance.now() < untilMs; ) {
    await sleep(1_000);
    [before, now] = [now, processorS(pid)];
  }
}

async function flood(kind: 'ours' | 'plain', text: string): Promise<Taken> {
  const server = fork(SERVER, [kind]);
  const { pid = 0 } = server;
  try {
    const [port] = (await once(server, 'message')) as [number];
    await sleep(300);
    const before = { mb: memoryMb(pid, 'VmRSS'), s: processorS(pid) };
    for (let round = 0; round < ROUNDS; round += 1) {
      const sockets: Socket[] = [];
      const sent = Array.from({ length: CONNECTIONS }, () => floodWith(port, text, sockets));
      await Promise.race([Promise.all(sent), sleep(PATIENCE_MS)]);
      await untilQuiet(pid);
      for (const socket of sockets) socket.destroy();
    }
    return { grownMb: memoryMb(pid, 'VmHWM') - before.mb, processorS: processorS(pid) - before.s };
  } finally {
    server.kill('SIGKILL');
  }
}

const columns = (cells: readonly string[]): string =>
  cells.map((cell, at) => (at === 0 ? cell.padEnd(38) : cell.padStart(16))).join('');

process.stdout.write(
  `Strangers at a port: ${CONNECTIONS} connections, ${ROUNDS} rounds; the limit is ${LIMIT_MB} MB more\n`,
);
process.stdout.write(`${columns(['flood', 'tillbox', 'processor', 'plain node:http', 'processor'])}\n`);
let over = false;
for (const [name, textOf] of Object.entries(FLOODS)) {
  const text = textOf(BYTES_PER_CONNECTION);
  const ours = await flood('ours', text);
  const plain = await flood('plain', text);
  const cells = [ours, plain].flatMap(({ grownMb, processorS: s }) => [
    `+${grownMb.toFixed(0)} MB`,
    `${s.toFixed(1)} s`,
  ]);
  process.stdout.write(`${columns([name, ...cells])}\n`);
  over ||= ours.grownMb >= LIMIT_MB;
}
process.exitCode = over ? 1 : 0;
