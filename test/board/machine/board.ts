import { setTimeout as sleep } from 'node:timers/promises';
import type { SimGpio } from '../../../hw-sim/sim-gpio.js';
import { createSimGpio } from '../../../hw-sim/sim-gpio.js';
import type { SerialDevice } from '../../../hw-sim/sim-serial.js';
import { eventually } from '../../support/eventually.js';
import { createRealWorld } from '../../support/real-world.js';
import { SHELL_PORT, SHELL_UP } from '../parts/initramfs.js';
import { type BoardLines, createBoardLines } from './board-lines.js';
import type { BoardPort } from './board-port.js';
import type { Card, CutReport } from './card.js';
import { askShell, type ShellAnswer } from './guest-shell.js';
import { type Qemu, type QemuOptions, startQemu } from './qemu.js';

/**
 * An emulated ARM board: a real kernel with a GPIO chip, serial ports, a card and a network. Its devices, wires and card
 * stay when its power goes.
 *
 * Invariants: at most one emulator runs; without power no pin drives and no port is connected.
 */
export interface Board {
  readonly world: ReturnType<typeof createRealWorld>;
  readonly gpio: SimGpio;
  readonly lines: BoardLines;
  readonly card: Card;
  /** Of this life; throws without power. */
  readonly qemu: Qemu;
  readonly hasPower: boolean;
  /** Starts it and waits for its shell; from a snapshot where one is given. */
  powerOn(change?: PowerOptions): Promise<void>;
  /** The power is gone in the middle of everything. */
  cut(chance: () => number): Promise<CutReport>;
  /** Runs a command in the guest. Rejects where it fails, unless `mayFail`. */
  shell(command: string, options?: { readonly limitMs?: number; readonly mayFail?: boolean }): Promise<ShellAnswer>;
  /** A port of the guest as it is reached from here. */
  port(name: string): number;
  /** The last of what the guest said, for whoever looks for the cause of a failure. */
  lastWords(): string;
  close(): Promise<void>;
}

export type PowerOptions = Pick<QemuOptions, 'startsAt' | 'memory'> & {
  /** File of a snapshot to go on from. */
  readonly from?: string;
};

export interface BoardOptions {
  readonly kernel: string;
  readonly initramfs: string;
  readonly root: string;
  readonly card: Card;
  /** Devices at the serial ports, in the order of /dev/ttyS0, /dev/ttyS1, … */
  readonly ports: (world: Board['world']) => Readonly<Record<string, BoardPort<SerialDevice>>>;
  readonly forward: Readonly<Record<string, number>>;
  readonly processors: number;
}

const START_LIMIT_MS = 120_000;

export function createBoard(options: BoardOptions): Board {
  const world = createRealWorld();
  const gpio = createSimGpio(world);
  const lines = createBoardLines(gpio);
  const ports = options.ports(world);
  let qemu: Qemu | undefined;
  let words = '';

  function living(): Qemu {
    if (qemu === undefined) throw new Error('the board has no power');
    return qemu;
  }

  async function powerOff(): Promise<void> {
    const ending = qemu;
    qemu = undefined;
    if (ending === undefined) return;
    await ending.kill();
    words = ending.console();
    lines.disconnect();
    for (const port of Object.values(ports)) port.disconnect();
  }

  async function shell(
    command: string,
    { limitMs = 60_000, mayFail = false }: { readonly limitMs?: number; readonly mayFail?: boolean } = {},
  ): Promise<ShellAnswer> {
    const answer = await askShell(living().forwarded.shell ?? 0, command, limitMs);
    if (answer.status !== 0 && !mayFail) throw new Error(`in the guest: ${command}\n${answer.out}`);
    return answer;
  }

  return {
    world,
    gpio,
    lines,
    card: options.card,
    get qemu() {
      return living();
    },
    get hasPower() {
      return qemu?.running === true;
    },
    async powerOn({ from, ...change } = {}) {
      if (qemu !== undefined) throw new Error('the board has power already');
      const started = await startQemu({
        kernel: options.kernel,
        initramfs: options.initramfs,
        root: options.root,
        card: options.card.path,
        serialPorts: Object.keys(ports),
        forward: { ...options.forward, shell: SHELL_PORT },
        processors: options.processors,
        incoming: from !== undefined,
        wireMoved: (pin, rose) => lines.moved(pin, rose),
        ...change,
      });
      qemu = started;
      if (from !== undefined) await putIn(started, from);
      for (const [name, port] of Object.entries(ports)) await port.connect(started.portPaths[name] ?? '');
      await lines.connect(started);
      if (from === undefined) {
        await eventually(
          'the board starts',
          () => {
            if (!started.running) throw new Error(`the board ended\n${started.console()}`);
            return started.console().includes(SHELL_UP);
          },
          START_LIMIT_MS,
        );
      }
      await eventually('the shell answers', () => shell('true', { limitMs: 5_000 }).catch(() => undefined), 60_000);
    },
    async cut(chance) {
      await powerOff();
      return options.card.cut(chance);
    },
    shell,
    port: (name) => living().forwarded[name] ?? 0,
    lastWords: () => (qemu?.console() ?? words).split('\n').slice(-40).join('\n'),
    async close() {
      await powerOff();
      world.end();
      options.card.close();
      await sleep(0);
    },
  };
}

/** Keeps the state of a board without its memory, which stays in its file. The board stands still afterwards. */
export async function keepSnapshot({ qmp }: Qemu, path: string): Promise<void> {
  await ignoreShared(qmp);
  await qmp.run('stop');
  await qmp.run('migrate', { uri: `exec:cat > '${path}'` });
  await eventually('the snapshot is written', async () => migrated(qmp), 60_000);
}

async function putIn({ qmp }: Qemu, path: string): Promise<void> {
  await ignoreShared(qmp);
  await qmp.run('migrate-incoming', { uri: `exec:cat '${path}'` });
  await eventually('the snapshot is read', async () => migrated(qmp), 60_000);
  await qmp.run('cont');
}

async function migrated(qmp: Qemu['qmp']): Promise<boolean> {
  const { status } = (await qmp.run('query-migrate')) as { readonly status?: string };
  if (status === 'failed') throw new Error('the snapshot failed');
  return status === 'completed';
}

async function ignoreShared(qmp: Qemu['qmp']): Promise<void> {
  await qmp.run('migrate-set-capabilities', { capabilities: [{ capability: 'x-ignore-shared', state: true }] });
}
