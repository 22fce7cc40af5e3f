export const pageBytes = 4096;
export const zeroPage: Uint8Array = new Uint8Array(pageBytes);

/** Pages are replaced, never modified, so that copies of a card can share them. */
export type Pages = Map<number, Uint8Array>;

/** A volume of a simulated card, with the system's cache. */
export interface CardVolume {
  readonly sizeBytes: number;
  /** What is on the medium. A missing page is zeros. */
  readonly durable: Pages;
  /** Written and not flushed: in the system's cache, not on the medium. */
  readonly unflushed: Pages;
  /** In the cache, though the medium lost it. */
  readonly pretended: Pages;
  /** Place of the last unflushed write: a power cut may also damage what is around it. */
  lastWrite: number;
}

export function newVolume(sizeBytes: number): CardVolume {
  return { sizeBytes, durable: new Map(), unflushed: new Map(), pretended: new Map(), lastWrite: 0 };
}

export function copyVolume(volume: CardVolume): CardVolume {
  return {
    ...volume,
    durable: new Map(volume.durable),
    unflushed: new Map(volume.unflushed),
    pretended: new Map(volume.pretended),
  };
}

/** Reads bytes through layers, the upper one first. */
export function readPages(offset: number, lengthBytes: number, layers: readonly Pages[]): Uint8Array {
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

export function writePages(volume: CardVolume, offset: number, bytes: Uint8Array): void {
  const end = offset + bytes.length;
  volume.lastWrite = offset;
  for (let page = Math.floor(offset / pageBytes); page * pageBytes < end; page += 1) {
    const from = Math.max(offset, page * pageBytes);
    const to = Math.min(end, (page + 1) * pageBytes);
    const piece = bytes.subarray(from - offset, to - offset);
    const whole = piece.length === pageBytes;
    const before = whole ? undefined : pageIn([volume.unflushed, volume.pretended, volume.durable], page);
    /* Not `bytes.slice`: for a Buffer that makes no copy. */
    const after = new Uint8Array(whole ? piece : (before ?? zeroPage));
    if (!whole) after.set(piece, from - page * pageBytes);
    volume.unflushed.set(page, after);
  }
}
