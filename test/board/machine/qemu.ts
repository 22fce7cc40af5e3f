import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/free-port.js';
import { connectQmp, type Qmp } from './qmp.js';
import { connectQtest, type Qtest } from './qtest.js';

/** One run of the emulator: a board from the moment its power comes to the moment it goes. */
export interface Qemu {
  readonly qmp: Qmp;
  readonly qtest: Qtest;
  /** Sockets of the serial ports, by name. */
  readonly portPaths: Readonly<Record<string, string>>;
  /** Ports of this machine's loopback that lead into the guest. */
  readonly forwarded: Readonly<Record<string, number>>;
  /** What the guest's kernel and its first program said. */
  console(): string;
  readonly running: boolean;
  /** SIGKILL: the power is gone. */
  kill(): Promise<void>;
}

export interface QemuOptions {
  readonly kernel: string;
  readonly initramfs: string;
  readonly root: string;
  /** Socket of the card. */
  readonly card: string;
  /** Names of the serial ports, in the order of /dev/ttyS0, /dev/ttyS1, … */
  readonly serialPorts: readonly string[];
  /** Ports of the guest, by name. */
  readonly forward: Readonly<Record<string, number>>;
  readonly processors: number;
  /** File that holds the board's memory; shared: what happens is kept in it. */
  readonly memory?: { readonly path: string; readonly shared: boolean };
  /** Waits for a snapshot to be put in, instead of starting. */
  readonly incoming?: boolean;
  /** What the board's clock says at its start; absent: the right time. */
  readonly startsAt?: Date;
  readonly wireMoved: (wire: number, rose: boolean) => void;
}

const MEMORY_MB = 512;
const alive = new Set<ChildProcess>();

/* A test that fails, or a runner that is stopped, leaves no emulator behind. */
process.once('exit', () => {
  for (const child of alive) child.kill('SIGKILL');
});

export async function startQemu(options: QemuOptions): Promise<Qemu> {
  const folder = mkdtempSync(join(tmpdir(), 'tillbox-qemu-'));
  const qmpPath = join(folder, 'qmp');
  const qtestPath = join(folder, 'qtest');
  const portPaths = Object.fromEntries(options.serialPorts.map((name) => [name, join(folder, name)]));
  const forwarded: Record<string, number> = {};
  for (const name of Object.keys(options.forward)) forwarded[name] = await freePort();
  const { memory } = options;
  const forwards = Object.entries(options.forward).map(
    ([name, port]) => `hostfwd=tcp:127.0.0.1:${forwarded[name]}-:${port}`,
  );
  const args = [
    ...['-M', memory === undefined ? 'virt' : 'virt,memory-backend=ram', '-cpu', 'cortex-a53', '-m', `${MEMORY_MB}M`],
    ...(memory === undefined
      ? []
      : [
          '-object',
          `memory-backend-file,id=ram,size=${MEMORY_MB}M,mem-path=${memory.path},share=${memory.shared ? 'on' : 'off'}`,
        ]),
    ...['-smp', `${options.processors}`, '-accel', 'tcg,thread=multi'],
    ...['-nodefaults', '-display', 'none', '-no-reboot'],
    ...(options.startsAt === undefined ? [] : ['-rtc', `base=${options.startsAt.toISOString().slice(0, 19)}`]),
    ...['-kernel', options.kernel, '-initrd', options.initramfs],
    ...['-append', 'console=ttyAMA0 quiet loglevel=4 panic=-1 rdinit=/init'],
    ...['-serial', 'stdio'],
    ...['-qmp', `unix:${qmpPath},server=on,wait=off`],
    ...['-qtest', `unix:${qtestPath},server=on,wait=off`, '-qtest-log', '/dev/null'],
    ...['-drive', `id=root,if=none,format=raw,readonly=on,file.locking=off,file=${options.root}`],
    ...['-device', 'virtio-blk-pci,drive=root'],
    ...['-drive', `id=card,if=none,format=raw,file.driver=nbd,file.server.type=unix,file.server.path=${options.card}`],
    ...['-device', 'virtio-blk-pci,drive=card'],
    ...['-netdev', ['user,id=net', ...forwards].join(','), '-device', 'virtio-net-pci,netdev=net,romfile='],
    ...options.serialPorts.flatMap((name) => [
      ...['-chardev', `socket,id=${name},path=${portPaths[name]},server=on,wait=off`],
      ...['-device', `pci-serial,id=port-${name},chardev=${name}`],
    ]),
    ...(options.incoming === true ? ['-incoming', 'defer'] : []),
  ];
  const child = spawn('qemu-system-aarch64', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  alive.add(child);
  let said = '';
  let running = true;
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      said += `\n${error.message}`;
      running = false;
      resolve();
    });
    child.once('close', (code, signal) => {
      if (signal !== 'SIGKILL') said += `\nthe emulator ended with ${code ?? signal}`;
      running = false;
      alive.delete(child);
      rmSync(folder, { recursive: true, force: true });
      resolve();
    });
  });
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  async function kill(): Promise<void> {
    child.kill('SIGKILL');
    await ended;
  }
  try {
    const qmp = await connectQmp(qmpPath);
    const qtest = await connectQtest(qtestPath, options.wireMoved);
    return {
      qmp,
      qtest,
      portPaths,
      forwarded,
      console: () => said,
      get running() {
        return running;
      },
      async kill() {
        await kill();
        qmp.close();
        qtest.close();
      },
    };
  } catch (error) {
    await kill();
    throw new Error(`the emulator does not start: ${error}\n${said}`);
  }
}
