import { createServer, type Server, type Socket } from 'node:net';
import { createReader, type Reader } from './reader.js';

/**
 * The card of the board: a disk that is served over NBD and has the memory of a real one. A write is lost with the power
 * until a flush, page by page and in any order, so that a program that forgets a flush is found out. A page is whole or not there,
 * as flash keeps it: ext4's superblock depends on that (torn between its two sectors, neither the kernel nor `e2fsck -p` takes it).
 * Torn sectors of the terminal's own records are the subject of `test/faults/crash-states.ts`.
 *
 * Invariants: `stored` holds what survives any cut; `pending` the writes since the last flush, oldest first; a read sees both.
 */
export interface Card {
  readonly path: string;
  readonly counters: CardCounters;
  /** What it does from now on. */
  behave(how: CardBehaviour): void;
  /** The power is gone: of what was not flushed a part arrives, chosen by `chance` (0 to 1). Says what became of it. */
  cut(chance: () => number): CutReport;
  /** What is on it. Only while nothing is pending. */
  image(): Buffer;
  /** Takes it out and puts in one with this content. */
  replace(image: Uint8Array): void;
  close(): void;
}

/**
 * `losesFlushes` says that it flushed and did not; `losesWrites` takes writes, shows them for as long as they are in the
 * reader's cache, and forgets them; `failsWrites` reports an error.
 */
export type CardBehaviour = 'good' | 'losesFlushes' | 'losesWrites' | 'failsWrites';

export interface CardCounters {
  readonly flushes: number;
  readonly writes: number;
  readonly writtenBytes: number;
}

export interface CutReport {
  readonly pendingPages: number;
  readonly lostPages: number;
}

interface PendingWrite {
  readonly offset: number;
  readonly bytes: Buffer;
}

const PAGE_BYTES = 4096;

/* The protocol: https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md */
const INIT = 0x4e42444d41474943n;
const OPTION = 0x49484156454f5054n;
const OPTION_REPLY = 0x3e889045565a9n;
const REQUEST = 0x25609513;
const SIMPLE_REPLY = 0x67446698;
const FIXED_NEWSTYLE = 1;
const OPTION_EXPORT_NAME = 1;
const OPTION_ABORT = 2;
const OPTION_GO = 7;
const REPLY_ACK = 1;
const REPLY_INFO = 3;
const REPLY_UNSUPPORTED = 0x80000001;
const HAS_FLAGS = 1;
const SENDS_FLUSH = 4;
const SENDS_FUA = 8;
const FORCED = 1;
const EIO = 5;
const COMMANDS = ['read', 'write', 'disconnect', 'flush'] as const;

/** Serves a card at a Unix socket, to one reader at a time. */
export async function createCard(path: string, image: Uint8Array): Promise<Card> {
  let stored = Buffer.from(image);
  let seen = Buffer.from(image);
  let pending: PendingWrite[] = [];
  let behaviour: CardBehaviour = 'good';
  const counters = { flushes: 0, writes: 0, writtenBytes: 0 };
  const sockets = new Set<Socket>();

  function flush(): void {
    counters.flushes += 1;
    if (behaviour === 'losesFlushes') return;
    for (const { offset, bytes } of pending) bytes.copy(stored, offset);
    pending = [];
  }

  /** Error number, 0 for none. */
  function write(offset: number, bytes: Buffer, forced: boolean): number {
    counters.writes += 1;
    counters.writtenBytes += bytes.length;
    if (behaviour === 'failsWrites') return EIO;
    if (behaviour === 'losesWrites') return 0;
    bytes.copy(seen, offset);
    pending.push({ offset, bytes });
    if (forced) flush();
    return 0;
  }

  async function serve(socket: Socket): Promise<void> {
    const reader = createReader(socket);
    if (!(await negotiate(reader, socket, stored.length))) return;
    for (;;) {
      const head = await reader.take(28);
      if (head.readUInt32BE(0) !== REQUEST) throw new Error('no request of NBD');
      if (socket.destroyed) return;
      const [flags, command] = [head.readUInt16BE(4), COMMANDS[head.readUInt16BE(6)]];
      const [offset, length] = [Number(head.readBigUInt64BE(16)), head.readUInt32BE(24)];
      const reply = (error: number, bytes?: Buffer): void => {
        const start = Buffer.alloc(16);
        start.writeUInt32BE(SIMPLE_REPLY, 0);
        start.writeUInt32BE(error, 4);
        head.copy(start, 8, 8, 16);
        socket.write(bytes === undefined ? start : Buffer.concat([start, bytes]));
      };
      if (command === 'disconnect') return;
      if (command === 'read') reply(0, Buffer.from(seen.subarray(offset, offset + length)));
      else if (command === 'write') {
        const bytes = await reader.take(length);
        if (socket.destroyed) return;
        reply(write(offset, bytes, (flags & FORCED) !== 0));
      } else if (command === 'flush') {
        flush();
        reply(0);
      } else reply(EIO);
    }
  }

  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('close', () => sockets.delete(socket));
    void serve(socket).catch(() => socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
  server.unref();

  return {
    path,
    counters,
    behave(how) {
      behaviour = how;
    },
    cut(chance) {
      /* Nobody writes any more: what comes now was under way on the cable. */
      for (const socket of sockets) socket.destroy();
      const report = { pendingPages: 0, lostPages: 0 };
      /* Cards differ, and so do moments: sometimes nearly all of it arrived, sometimes nearly nothing. */
      const share = chance();
      for (const { offset, bytes } of pending) {
        for (let from = 0; from < bytes.length; ) {
          const to = Math.min(bytes.length, from + PAGE_BYTES - ((offset + from) % PAGE_BYTES));
          report.pendingPages += 1;
          if (chance() < share) bytes.copy(stored, offset + from, from, to);
          else report.lostPages += 1;
          from = to;
        }
      }
      pending = [];
      seen = Buffer.from(stored);
      return report;
    },
    image: () => Buffer.from(stored),
    replace(next) {
      stored = Buffer.from(next);
      seen = Buffer.from(next);
      pending = [];
      behaviour = 'good';
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** The beginning of a connection. False where the reader left. */
async function negotiate(reader: Reader, socket: Socket, sizeBytes: number): Promise<boolean> {
  const greeting = Buffer.alloc(18);
  greeting.writeBigUInt64BE(INIT, 0);
  greeting.writeBigUInt64BE(OPTION, 8);
  greeting.writeUInt16BE(FIXED_NEWSTYLE, 16);
  socket.write(greeting);
  await reader.take(4);
  for (;;) {
    const head = await reader.take(16);
    const option = head.readUInt32BE(8);
    await reader.take(head.readUInt32BE(12));
    const answer = (type: number, bytes: Buffer = Buffer.alloc(0)): void => {
      const start = Buffer.alloc(20);
      start.writeBigUInt64BE(OPTION_REPLY, 0);
      start.writeUInt32BE(option, 8);
      start.writeUInt32BE(type, 12);
      start.writeUInt32BE(bytes.length, 16);
      socket.write(Buffer.concat([start, bytes]));
    };
    const size = Buffer.alloc(10);
    size.writeBigUInt64BE(BigInt(sizeBytes), 0);
    size.writeUInt16BE(HAS_FLAGS | SENDS_FLUSH | SENDS_FUA, 8);
    if (option === OPTION_GO) {
      answer(REPLY_INFO, Buffer.concat([Buffer.alloc(2), size]));
      answer(REPLY_ACK);
      return true;
    }
    if (option === OPTION_EXPORT_NAME) {
      socket.write(Buffer.concat([size, Buffer.alloc(124)]));
      return true;
    }
    if (option === OPTION_ABORT) return false;
    answer(REPLY_UNSUPPORTED);
  }
}
