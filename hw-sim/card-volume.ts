export const pageBytes = 4096;
export const zeroPage: Uint8Array = new Uint8Array(pageBytes);

/** Pages are replaced, never changed, so that copies of a card can share them. */
export type Pages = Map<number, Uint8Array>;

/** A volume of an imagined card, and what the system's cache shows of it. */
export interface CardVolume {
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

/** Bytes as seen through layers, the upper first. */
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
    /* Not `slice` of what was given: that of a Buffer is no copy. */
    const after = new Uint8Array(whole ? piece : (before ?? zeroPage));
    if (!whole) after.set(piece, from - page * pageBytes);
    volume.unflushed.set(page, after);
  }
}
