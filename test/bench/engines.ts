import fs from 'node:fs';
import fsp from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Adapter, Low } from 'lowdb';
import { JSONFile } from 'lowdb/node';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { BOOK_SEGMENT_BYTES } from '../../firmware/journal/open-book.js';
import { slotBytes } from '../../firmware/journal/store/frame.js';
import { openStore, type Store } from '../../firmware/journal/store/store.js';
import type { Engine, EngineKind, Entry } from './engine.js';

type Entries = { readonly [id: string]: Entry };
/* A queue is a list: copying one with a change costs a hundredth of copying a map. */
type Queue = readonly (readonly [id: string, entry: Entry])[];
type Op = { readonly put: string; readonly entry: Entry } | { readonly remove: string };

const segmentSizeBytes = Number(process.env.BENCH_SEGMENT_BYTES ?? BOOK_SEGMENT_BYTES);
const storeOptions = (dir: string) => ({
  flash: createLinuxFlash({ dataDir: dir }),
  clock: createLinuxClock(),
  random: createLinuxRandom(),
  volumes: ['journal.0', 'journal.1'] as const,
  segmentSizeBytes,
  provision: 'ifNew' as const,
});

function foldQueue(queue: Queue, op: Op): Queue {
  return 'put' in op ? [...queue, [op.put, op.entry]] : queue.filter(([id]) => id !== op.remove);
}

function replayQueue(queue: Queue, ops: readonly Op[]): Queue {
  const entries = new Map(queue);
  for (const op of ops) {
    if ('put' in op) entries.set(op.put, op.entry);
    else entries.delete(op.remove);
  }
  return [...entries];
}

const tillboxStore: EngineKind = {
  name: 'tillbox store',
  durable: true,
  wholeFile: false,
  async open(dir) {
    const store = await new Promise<Store<Queue, Op>>((resolve, reject) =>
      openStore<Queue, Op>(
        { ...storeOptions(dir), empty: [], fold: foldQueue, replay: replayQueue },
        (error, opened) => (opened === undefined ? reject(error) : resolve(opened)),
      ),
    );
    let newest = store.state;
    const commit = (op: Op): Promise<void> =>
      new Promise((resolve, reject) => {
        newest = foldQueue(newest, op);
        store.commit([op], newest, (error) => (error === undefined ? resolve() : reject(error)));
      });
    return {
      put: (id, entry) => commit({ put: id, entry }),
      remove: (id) => commit({ remove: id }),
      ids: () => store.state.map(([id]) => id),
      close: async () => store.close(),
    };
  },
};

/** One preallocated file, one 4 KiB write and one fdatasync: the least that any durable commit costs. Keeps nothing. */
const floor: EngineKind = {
  name: 'bare preallocated file',
  durable: true,
  wholeFile: false,
  async open(dir) {
    const handle = await fsp.open(path.join(dir, 'floor'), fs.constants.O_RDWR | fs.constants.O_CREAT);
    if ((await handle.stat()).size === 0) {
      await handle.write(Buffer.alloc(2 * segmentSizeBytes));
      await handle.sync();
    }
    const fd = handle.fd;
    const slot = Buffer.alloc(slotBytes, 1);
    let at = 0;
    const commit = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const settle = (error: Error | null): void => (error === null ? resolve() : reject(error));
        fs.write(fd, slot, 0, slotBytes, at, (error) => (error === null ? fs.fdatasync(fd, settle) : reject(error)));
        at = (at + slotBytes) % (2 * segmentSizeBytes);
      });
    return { put: commit, remove: commit, ids: () => [], close: () => handle.close() };
  },
};

async function lowEngine(adapter: Adapter<Entries>): Promise<Engine> {
  const db = new Low<{ [id: string]: Entry }>(adapter, {});
  await db.read();
  return {
    put: (id, entry) => {
      db.data[id] = entry;
      return db.write();
    },
    remove: (id) => {
      delete db.data[id];
      return db.write();
    },
    ids: () => Object.keys(db.data),
    close: async () => {},
  };
}

const stockLowdb: EngineKind = {
  name: 'lowdb JSONFile',
  durable: false,
  wholeFile: true,
  open: (dir) => lowEngine(new JSONFile<Entries>(path.join(dir, 'db.json'))),
};

/** The simplest durable adapter: a temporary file, flushed, renamed, and its directory flushed. */
const renamingLowdb: EngineKind = {
  name: 'lowdb, fsync + rename',
  durable: true,
  wholeFile: true,
  open(dir) {
    const file = path.join(dir, 'db.json');
    return lowEngine({
      async read() {
        return fs.existsSync(file) ? (JSON.parse(await fsp.readFile(file, 'utf8')) as Entries) : null;
      },
      write: oneAtATime(async (data: Entries) => {
        const handle = await fsp.open(`${file}.tmp`, 'w');
        await handle.writeFile(JSON.stringify(data));
        await handle.sync();
        await handle.close();
        await fsp.rename(`${file}.tmp`, file);
        const directory = await fsp.open(dir, 'r');
        await directory.sync();
        await directory.close();
      }),
    });
  },
};

/** Those that ask during a write share the next one. */
function oneAtATime<Data>(write: (data: Data) => Promise<void>): (data: Data) => Promise<void> {
  let running: Promise<void> | undefined;
  let following: Promise<void> | undefined;
  const start = (data: Data): Promise<void> => {
    running = write(data).finally(() => {
      running = undefined;
    });
    return running;
  };
  return (data) => {
    if (running === undefined) return start(data);
    following ??= running
      .catch(() => {})
      .then(() => {
        following = undefined;
        return start(data);
      });
    return following;
  };
}

interface SqliteDatabase {
  exec(sql: string): unknown;
  prepare(sql: string): { run(...values: string[]): unknown; all(): unknown };
  close(): void;
}

function sqliteEngine(database: SqliteDatabase): Engine {
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL']) database.exec(`PRAGMA ${pragma}`);
  database.exec('CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, entry TEXT NOT NULL) WITHOUT ROWID');
  const put = database.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?)');
  const remove = database.prepare('DELETE FROM entries WHERE id = ?');
  const all = database.prepare('SELECT id, entry FROM entries');
  return {
    put: async (id, entry) => void put.run(id, JSON.stringify(entry)),
    remove: async (id) => void remove.run(id),
    ids: () => {
      const rows = all.all() as readonly { readonly id: string; readonly entry: string }[];
      /* As the others do: every entry is there as an object. */
      for (const row of rows) JSON.parse(row.entry);
      return rows.map((row) => row.id);
    },
    close: async () => database.close(),
  };
}

/** Packages for this comparison only; `npm install` in test/bench/peers puts them there. */
const peers = createRequire(new URL('../../../test/bench/peers/package.json', import.meta.url));

async function importPeer(name: string): Promise<unknown> {
  return import(pathToFileURL(peers.resolve(name)).href);
}

const betterSqlite: EngineKind = {
  name: 'better-sqlite3, WAL, FULL',
  durable: true,
  wholeFile: false,
  async open(dir) {
    const { default: Database } = (await importPeer('better-sqlite3')) as {
      default: new (f: string) => SqliteDatabase;
    };
    return sqliteEngine(new Database(path.join(dir, 'db.sqlite')));
  },
};

const nodeSqlite: EngineKind = {
  name: 'node:sqlite, WAL, FULL',
  durable: true,
  wholeFile: false,
  async open(dir) {
    /* Not there before Node 22.5; hence not a static import. */
    const name = 'node:sqlite';
    const { DatabaseSync } = (await import(name)) as { DatabaseSync: new (f: string) => SqliteDatabase };
    return sqliteEngine(new DatabaseSync(path.join(dir, 'db.sqlite')));
  },
};

interface Level {
  put(key: string, value: Entry, options: { sync: boolean }): Promise<void>;
  del(key: string, options: { sync: boolean }): Promise<void>;
  iterator(): { all(): Promise<readonly (readonly [string, Entry])[]> };
  open(): Promise<void>;
  close(): Promise<void>;
}

const classicLevel: EngineKind = {
  name: 'classic-level, sync',
  durable: true,
  wholeFile: false,
  async open(dir) {
    const { ClassicLevel } = (await importPeer('classic-level')) as {
      ClassicLevel: new (d: string, o: { valueEncoding: string }) => Level;
    };
    const db = new ClassicLevel(path.join(dir, 'level'), { valueEncoding: 'json' });
    await db.open();
    return {
      put: (id, entry) => db.put(id, entry, { sync: true }),
      remove: (id) => db.del(id, { sync: true }),
      ids: async () => (await db.iterator().all()).map(([id]) => id),
      close: () => db.close(),
    };
  },
};

export const engines: readonly EngineKind[] = [
  floor,
  tillboxStore,
  stockLowdb,
  renamingLowdb,
  betterSqlite,
  nodeSqlite,
  classicLevel,
];

export function engineNamed(name: string): EngineKind {
  const found = engines.find((engine) => engine.name === name);
  if (found === undefined) throw new Error(`no engine ${JSON.stringify(name)}`);
  return found;
}
