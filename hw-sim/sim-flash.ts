import { type FlashHost, type FlashOptions, type FlashVolume, HostError } from '../drivers/host.js';
import { type CardVolume, copyVolume, newVolume, pageBytes, readPages, writePages, zeroPage } from './card-volume.js';
import { cutPower, type PowerCut, randomCut, sectorsPerPage } from './power-cut.js';

export interface SimFlashOptions {
  /** Calls back later, never inside the call. */
  readonly after: (delayMs: number, callback: () => void) => void;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** Faults of the card. May be changed at any time, and apply to all later calls. */
export interface FlashFaults {
  /** No room for a new volume. Preallocated ones can be written. */
  full: boolean;
  readOnly: boolean;
  /** Writes and flushes fail; a part may be written all the same. */
  io: boolean;
  /** The card acknowledges writes and keeps nothing. */
  forgets: boolean;
  /** The platform cannot read past the cache. */
  readBackUnsupported: boolean;
  /** Names of volumes that cannot be found now. */
  readonly missing: Set<string>;
  readMs: number;
  writeMs: number;
  syncMs: number;
}

export interface SimFlash extends FlashHost {
  readonly faults: FlashFaults;
  /** How many sectors of 512 bytes are not flushed: a power cut decides about them. */
  unflushedSectors(): number;
  /** The process ends: open volumes answer no more, the system's cache stays. */
  processCrash(): void;
  /** The power goes: open volumes answer no more, and `cut`, by default a random one, decides what is left of unflushed data. */
  powerCut(cut?: PowerCut): void;
  /** A copy of the card, without open volumes and faults, in the same or another world: to try several outcomes. */
  copy(world?: SimFlashOptions): SimFlash;
  /** Flips one bit on the medium. */
  flipBit(name: string, bit: number): void;
  /** Names of the volumes that can be found. */
  names(): readonly string[];
  /** All pages ever written to the medium, in no order; each write makes a new object. */
  pages(): readonly Uint8Array[];
  /** The bytes on the medium, not in the cache; undefined where there is no such volume. */
  image(name: string): Uint8Array | undefined;
  /** Replaces a volume. Who has the old one open keeps writing to the old one. */
  insert(name: string, image: Uint8Array): void;
  /** Removes a volume. Who has it open keeps writing to it, as to an unlinked file. */
  remove(name: string): void;
}

/**
 * A simulated card with the system's cache. It stores only pages that were written, so that a world takes kilobytes. It
 * guarantees no more than real cards do: what was flushed stays, except in the volume that is being written when the power
 * goes.
 */
export function createSimFlash(options: SimFlashOptions): SimFlash {
  return simFlash(options, new Map());
}

function simFlash(options: SimFlashOptions, volumes: Map<string, CardVolume>): SimFlash {
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
  /* Counts processes: calls of an earlier one are never answered. */
  let incarnation = 0;
  let held = new Set<string>();

  const endProcess = (): void => {
    incarnation += 1;
    held = new Set();
  };

  const openVolume = (name: string, volume: CardVolume): FlashVolume => {
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
        /* From now on a power cut may leave any part of it. */
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
            /* As on Linux the pages count as clean, whether they reached the medium or not. */
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
      checkInPlace(done) {
        later(0, () => {
          const error = trouble(0, 0);
          if (error !== undefined) return done(error);
          const inPlace = volumes.get(name) === volume;
          done(inPlace ? undefined : new HostError('disconnected', `${name} was removed or replaced`));
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
    powerCut(cut = randomCut(random)) {
      endProcess();
      cutPower(volumes, cut, random);
    },
    copy(world = options) {
      const copies = new Map<string, CardVolume>();
      for (const [name, volume] of volumes) copies.set(name, copyVolume(volume));
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

function readOnlyError(name: string): HostError {
  return new HostError('readOnly', `${name}: read-only file system`);
}
