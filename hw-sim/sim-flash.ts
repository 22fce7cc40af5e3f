import { type FlashHost, type FlashOptions, type FlashVolume, HostError } from '../drivers/host.js';

export interface SimFlashOptions {
  /** Calls back later, never inside the call. */
  readonly after: (delayMs: number, callback: () => void) => void;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** What is wrong with the card. May be changed at any time; holds for every call from then on. */
export interface FlashFaults {
  /** No room for a new volume. What is preallocated can be written. */
  full: boolean;
  readOnly: boolean;
  /** Writes and flushes fail; a part of what was written may be there all the same. */
  io: boolean;
  /** The card says yes and keeps nothing. */
  forgets: boolean;
  /** The platform cannot read past the cache. */
  readBackUnsupported: boolean;
  /** Names of volumes that are not there now. */
  readonly missing: Set<string>;
  readMs: number;
  writeMs: number;
  syncMs: number;
}

/** What a power cut makes of a sector that was not flushed. `shorn`: neither the old nor the new bytes. */
export type SectorFate = 'old' | 'new' | 'shorn';

/** Erased around what was being written: nothing, its 16 KiB page, its 64 KiB block, or the whole volume. */
export type Collateral = 'none' | 'page' | 'block' | 'volume';

export interface PowerCut {
  /** For the nth unflushed sector, in the order of volume name and place. */
  readonly fate: (index: number) => SectorFate;
  readonly collateral: Collateral;
}

export interface SimFlash extends FlashHost {
  readonly faults: FlashFaults;
  /** Unflushed sectors of 512 bytes: what a power cut may decide about. */
  unflushedSectors(): number;
  /** The process ends: open volumes go silent, the system's cache stays. */
  processCrash(): void;
  /** The power goes: open volumes go silent, of what was not flushed remains what `cut` says; without it, chance decides. */
  powerCut(cut?: PowerCut): void;
  /** The same card at this moment, closed, in the same or another world, for trying several ends. Without faults. */
  copy(world?: SimFlashOptions): SimFlash;
  /** Flips one bit on the medium. */
  flipBit(name: string, bit: number): void;
  /** Of the volumes that are there. */
  names(): readonly string[];
  /** What was ever written to the medium, a page each, in no order; a page that is written again is another object. */
  pages(): readonly Uint8Array[];
  /** The medium's bytes, past every cache; undefined where there is no such volume. */
  image(name: string): Uint8Array | undefined;
  /** Puts a volume in, as another card with this content. */
  insert(name: string, image: Uint8Array): void;
  remove(name: string): void;
}

const pageBytes = 4096;
export const sectorBytes = 512;
const sectorsPerPage = pageBytes / sectorBytes;
const zeroPage: Uint8Array = new Uint8Array(pageBytes);

/** Pages are replaced, never changed, so that copies of a card can share them. */
type Pages = Map<number, Uint8Array>;

interface Volume {
  readonly sizeBytes: number;
  /** What a reboot finds. A missing page is zeros. */
  readonly durable: Pages;
  /** What the system's cache holds and the medium does not: written, not flushed. */
  readonly unflushed: Pages;
  /** What the cache shows though the medium forgot it. */
  readonly pretended: Pages;
  /** Where the last unflushed write was, for what a power cut may take with it. */
  lastWrite: number;
}

/**
 * An imagined card with the system's cache before it. It keeps only pages that were written, so that a world costs
 * kilobytes, and promises no more than the trade does: what was flushed stays, except in the volume that is being
 * written when the power goes.
 */
export function createSimFlash(options: SimFlashOptions): SimFlash {
  return simFlash(options, new Map());
}

function simFlash(options: SimFlashOptions, volumes: Map<string, Volume>): SimFlash {
  const { after, random } = options;
  const faults: FlashFaults = {
    full: false,
    readOnly: false,
    io: false,
    forgets: false,
    readBackUnsupported: false,
    missing: new Set(),
    readMs: 0.1,
    writeMs: 0.1,
    syncMs: 3,
  };
  /* Grows when the process ends: what an older process asked for is never answered. */
  let incarnation = 0;
  let held = new Set<string>();

  const endProcess = (): void => {
    incarnation += 1;
    held = new Set();
  };

  const openVolume = (name: string, volume: Volume): FlashVolume => {
    const mine = incarnation;
    let open = true;
    const alive = (): boolean => open && mine === incarnation;
    const later = (delayMs: number, callback: () => void): void =>
      after(delayMs, () => {
        if (alive()) callback();
      });
    const trouble = (offset: number, lengthBytes: number): HostError | undefined => {
      if (faults.missing.has(name)) return new HostError('disconnected', `${name} is gone`);
      if (offset < 0 || offset + lengthBytes > volume.sizeBytes) return new HostError('io', `${name}: out of bounds`);
      return undefined;
    };
    const host: FlashVolume = {
      sizeBytes: volume.sizeBytes,
      read(offset, lengthBytes, done) {
        later(faults.readMs, () => {
          const error = trouble(offset, lengthBytes);
          if (error !== undefined) return done(error);
          done(undefined, readPages(offset, lengthBytes, [volume.unflushed, volume.pretended, volume.durable]));
        });
      },
      write(offset, bytes, done) {
        const error = trouble(offset, bytes.length) ?? (faults.readOnly ? readOnlyError(name) : undefined);
        if (error !== undefined) return later(faults.writeMs, () => done(error));
        /* From now on a cut may find any part of it. */
        writePages(volume, offset, bytes);
        later(faults.writeMs, () => done(faults.io ? new HostError('io', `${name}: input/output error`) : undefined));
      },
      writeDurably(offset, bytes, done) {
        host.write(offset, bytes, (error) => (error === undefined ? host.sync(done) : done(error)));
      },
      sync(done) {
        later(faults.syncMs, () => {
          const error = trouble(0, 0);
          if (error !== undefined) return done(error);
          if (faults.io) {
            /* As Linux does: the pages count as clean, whether they reached the medium or not. */
            for (const [page, bytes] of volume.unflushed) {
              volume.pretended.set(page, bytes);
              if (random() < 0.5) volume.durable.set(page, bytes);
            }
            volume.unflushed.clear();
            return done(new HostError('io', `${name}: input/output error`));
          }
          for (const [page, bytes] of volume.unflushed) {
            if (faults.forgets) volume.pretended.set(page, bytes);
            else {
              volume.pretended.delete(page);
              volume.durable.set(page, bytes);
            }
          }
          volume.unflushed.clear();
          done();
        });
      },
      readBack(offset, lengthBytes, done) {
        later(faults.readMs, () => {
          if (faults.readBackUnsupported) return done(new HostError('unsupported', 'no way past the cache'));
          const error = trouble(offset, lengthBytes);
          if (error !== undefined) return done(error);
          done(undefined, readPages(offset, lengthBytes, [volume.durable]));
        });
      },
      close() {
        if (!alive()) return;
        open = false;
        held.delete(name);
      },
    };
    return host;
  };

  return {
    faults,
    open(request: FlashOptions, opened) {
      const mine = incarnation;
      after(faults.readMs, () => {
        if (mine !== incarnation) return;
        const { name, sizeBytes } = request;
        if (faults.missing.has(name)) return opened(new HostError('absent', `${name}: no such volume`));
        if (held.has(name)) return opened(new HostError('busy', `${name} is open already`));
        let volume = volumes.get(name);
        if (volume === undefined) {
          if (!request.create) return opened(new HostError('absent', `${name}: no such volume`));
          if (faults.full) return opened(new HostError('full', `${name}: no space left`));
          if (faults.readOnly) return opened(readOnlyError(name));
          volume = newVolume(sizeBytes);
          volumes.set(name, volume);
        }
        if (volume.sizeBytes !== sizeBytes) {
          return opened(new HostError('io', `${name} holds ${volume.sizeBytes} bytes instead of ${sizeBytes}`));
        }
        held.add(name);
        opened(undefined, openVolume(name, volume));
      });
    },
    unflushedSectors() {
      let sectors = 0;
      for (const volume of volumes.values()) sectors += volume.unflushed.size * sectorsPerPage;
      return sectors;
    },
    processCrash: endProcess,
    powerCut(cut = chance(random)) {
      endProcess();
      let index = 0;
      for (const [, volume] of inOrder(volumes)) {
        const pages = [...volume.unflushed].sort(([a], [b]) => a - b);
        if (pages.length > 0 && cut.collateral !== 'none') erase(volume, cut.collateral, random);
        for (const [page, bytes] of pages) {
          const mixed = (volume.durable.get(page) ?? zeroPage).slice();
          for (let sector = 0; sector < sectorsPerPage; sector += 1) {
            const from = sector * sectorBytes;
            const fate = cut.fate(index);
            index += 1;
            if (fate === 'new') mixed.set(bytes.subarray(from, from + sectorBytes), from);
            else if (fate === 'shorn') shear(mixed.subarray(from, from + sectorBytes), random);
          }
          volume.durable.set(page, mixed);
        }
        volume.unflushed.clear();
        volume.pretended.clear();
      }
    },
    copy(world = options) {
      const copies = new Map<string, Volume>();
      for (const [name, volume] of volumes) {
        copies.set(name, {
          sizeBytes: volume.sizeBytes,
          durable: new Map(volume.durable),
          unflushed: new Map(volume.unflushed),
          pretended: new Map(volume.pretended),
          lastWrite: volume.lastWrite,
        });
      }
      return simFlash(world, copies);
    },
    flipBit(name, bit) {
      const volume = volumes.get(name);
      if (volume === undefined) return;
      const byte = Math.floor(bit / 8);
      const page = Math.floor(byte / pageBytes);
      const bytes = (volume.durable.get(page) ?? zeroPage).slice();
      bytes[byte % pageBytes] = (bytes[byte % pageBytes] ?? 0) ^ (1 << (bit % 8));
      volume.durable.set(page, bytes);
    },
    names: () => [...volumes.keys()],
    pages: () => [...volumes.values()].flatMap(({ durable }) => [...durable.values()]),
    image(name) {
      const volume = volumes.get(name);
      return volume && readPages(0, volume.sizeBytes, [volume.durable]);
    },
    insert(name, image) {
      const volume = newVolume(image.length);
      writePages(volume, 0, image);
      volumes.set(name, { ...volume, durable: volume.unflushed, unflushed: new Map() });
    },
    remove(name) {
      volumes.delete(name);
    },
  };
}

function newVolume(sizeBytes: number): Volume {
  return { sizeBytes, durable: new Map(), unflushed: new Map(), pretended: new Map(), lastWrite: 0 };
}

function readOnlyError(name: string): HostError {
  return new HostError('readOnly', `${name}: read-only file system`);
}

function inOrder(volumes: Map<string, Volume>): readonly (readonly [string, Volume])[] {
  return [...volumes].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Bytes as seen through layers, the upper first. */
function readPages(offset: number, lengthBytes: number, layers: readonly Pages[]): Uint8Array {
  const bytes = new Uint8Array(lengthBytes);
  const end = offset + lengthBytes;
  for (let page = Math.floor(offset / pageBytes); page * pageBytes < end; page += 1) {
    const found = pageIn(layers, page);
    if (found === undefined) continue;
    const from = Math.max(offset, page * pageBytes);
    const to = Math.min(end, (page + 1) * pageBytes);
    bytes.set(found.subarray(from - page * pageBytes, to - page * pageBytes), from - offset);
  }
  return bytes;
}

function pageIn(layers: readonly Pages[], page: number): Uint8Array | undefined {
  for (const pages of layers) {
    const found = pages.get(page);
    if (found !== undefined) return found;
  }
  return undefined;
}

function writePages(volume: Volume, offset: number, bytes: Uint8Array): void {
  const end = offset + bytes.length;
  volume.lastWrite = offset;
  for (let page = Math.floor(offset / pageBytes); page * pageBytes < end; page += 1) {
    const from = Math.max(offset, page * pageBytes);
    const to = Math.min(end, (page + 1) * pageBytes);
    const piece = bytes.subarray(from - offset, to - offset);
    const whole = piece.length === pageBytes;
    const before = whole ? undefined : pageIn([volume.unflushed, volume.pretended, volume.durable], page);
    /* Not `slice` of what was given: that of a Buffer is no copy. */
    const after = new Uint8Array(whole ? piece : (before ?? zeroPage));
    if (!whole) after.set(piece, from - page * pageBytes);
    volume.unflushed.set(page, after);
  }
}

/** What a flash translation layer may lose around a program operation that was cut short. */
function erase(volume: Volume, collateral: Exclude<Collateral, 'none'>, random: () => number): void {
  const spanBytes = { page: 16_384, block: 65_536, volume: volume.sizeBytes }[collateral];
  const from = Math.floor(volume.lastWrite / spanBytes) * spanBytes;
  const to = Math.min(volume.sizeBytes, from + spanBytes);
  const kind = random();
  for (let page = from / pageBytes; page * pageBytes < to; page += 1) {
    if (kind < 0.4) volume.durable.delete(page);
    else {
      const bytes = new Uint8Array(pageBytes).fill(0xff);
      if (kind > 0.7) shear(bytes, random);
      volume.durable.set(page, bytes);
    }
  }
}

function shear(bytes: Uint8Array, random: () => number): void {
  const kind = random();
  if (kind < 0.3) bytes.fill(0xff);
  else if (kind < 0.5) bytes.fill(0);
  else for (let at = 0; at < bytes.length; at += 1) bytes[at] = Math.floor(random() * 256);
}

function chance(random: () => number): PowerCut {
  const kind = random();
  const collateral = random();
  const split = random();
  const fate = (): SectorFate => {
    if (kind < 0.2) return 'old';
    if (kind < 0.4) return 'new';
    const dice = random();
    if (kind < 0.6 && dice < 0.2) return 'shorn';
    return random() < split ? 'new' : 'old';
  };
  return {
    fate,
    collateral: collateral < 0.6 ? 'none' : collateral < 0.75 ? 'page' : collateral < 0.9 ? 'block' : 'volume',
  };
}
