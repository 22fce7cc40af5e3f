/**
 * A simulated world: virtual time, and random numbers from a seed. The same seed and the same actions give the same world,
 * to the millisecond.
 *
 * Invariants
 * - Time never goes back; events of the same instant happen in the order in which they were scheduled.
 * - `after` only schedules: events happen in `advance` and `run`.
 */
export interface World {
  /** Milliseconds since the world began. */
  nowMs(): number;
  /** The true wall clock, which no device knows exactly. */
  wallMs(): number;
  after(delayMs: number, happen: () => void): Cancellable;
  /** Uniform in [0, 1). */
  random(): number;
  /** The time of the next event; infinity where there is none. */
  nextAtMs(): number;
  /** Runs the next event; false where there is none. */
  advance(): boolean;
  /** Runs all events up to an instant, and moves the time there. */
  runUntil(atMs: number): void;
  /** How many events have happened, for speed figures. */
  readonly eventCount: number;
}

export interface Cancellable {
  cancel(): void;
}

/** An event of the heap, with its `cancel`. A class, so that millions of them share the method. */
class Happening implements Cancellable {
  constructor(
    readonly atMs: number,
    readonly order: number,
    public happen: (() => void) | undefined,
  ) {}

  cancel(): void {
    this.happen = undefined;
  }
}

export interface WorldOptions {
  readonly seed: number;
  readonly startWallMs: number;
}

export function createWorld({ seed, startWallMs }: WorldOptions): World {
  const random = createRandom(seed);
  const heap: Happening[] = [];
  let nowMs = 0;
  let order = 0;
  let eventCount = 0;

  function advance(): boolean {
    for (;;) {
      const next = pop(heap);
      if (next === undefined) return false;
      if (next.happen === undefined) continue;
      nowMs = next.atMs;
      eventCount += 1;
      next.happen();
      return true;
    }
  }

  function nextAtMs(): number {
    while (heap[0] !== undefined && heap[0].happen === undefined) pop(heap);
    return heap[0]?.atMs ?? Number.POSITIVE_INFINITY;
  }

  return {
    nowMs: () => nowMs,
    wallMs: () => startWallMs + Math.floor(nowMs),
    random,
    nextAtMs,
    advance,
    after(delayMs, happen) {
      order += 1;
      const happening = new Happening(nowMs + Math.max(0, delayMs), order, happen);
      push(heap, happening);
      return happening;
    },
    runUntil(atMs) {
      while (nextAtMs() <= atMs) advance();
      nowMs = Math.max(nowMs, atMs);
    },
    get eventCount() {
      return eventCount;
    },
  };
}

/** Bob Jenkins' small fast generator (sfc32), seeded with one number. */
export function createRandom(seed: number): () => number {
  let a = seed | 0;
  let b = (seed / 0x100000000) | 0;
  let c = 0x9e3779b9;
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 0x100000000;
  };
  for (let i = 0; i < 12; i += 1) next();
  return next;
}

const before = (a: Happening, b: Happening): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);

function push(heap: Happening[], item: Happening): void {
  let at = heap.length;
  heap.push(item);
  while (at > 0) {
    const up = (at - 1) >> 1;
    const parent = heap[up];
    if (parent === undefined || !before(item, parent)) break;
    heap[at] = parent;
    at = up;
  }
  heap[at] = item;
}

function pop(heap: Happening[]): Happening | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let at = 0;
  for (;;) {
    const left = 2 * at + 1;
    const leftItem = heap[left];
    if (leftItem === undefined) break;
    const rightItem = heap[left + 1];
    const down = rightItem !== undefined && before(rightItem, leftItem) ? left + 1 : left;
    const child = heap[down];
    if (child === undefined || !before(child, last)) break;
    heap[at] = child;
    at = down;
  }
  heap[at] = last;
  return top;
}
