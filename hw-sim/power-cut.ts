import { type CardVolume, pageBytes, zeroPage } from './card-volume.js';

/** What a power cut leaves of a sector that was not flushed. `shorn`: neither the old nor the new bytes. */
export type SectorFate = 'old' | 'new' | 'shorn';

/** What is erased around the write under way: nothing, its 16 KiB page, its 64 KiB block, or the whole volume. */
export type Collateral = 'none' | 'page' | 'block' | 'volume';

export interface PowerCut {
  /** The fate of the nth unflushed sector, ordered by volume name and place. */
  readonly fate: (index: number) => SectorFate;
  readonly collateral: Collateral;
}

const sectorBytes = 512;
export const sectorsPerPage = pageBytes / sectorBytes;

/** Applies a power cut to the volumes: all that was flushed stays, and the cut decides about the rest. */
export function cutPower(volumes: ReadonlyMap<string, CardVolume>, cut: PowerCut, random: () => number): void {
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
}

function inOrder(volumes: ReadonlyMap<string, CardVolume>): readonly (readonly [string, CardVolume])[] {
  return [...volumes].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What a flash translation layer may lose around an interrupted program operation. */
function erase(volume: CardVolume, collateral: Exclude<Collateral, 'none'>, random: () => number): void {
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

/** A random power cut. */
export function randomCut(random: () => number): PowerCut {
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
