/** Tracks which keys of a keypad are down, by their places, and which of them are stuck. */
export interface KeyTracker {
  /** Places that are down now. */
  update(places: readonly number[], atMs: number): void;
  /** The places that are down and not stuck. */
  down(): readonly number[];
  /** Treats every key that is down as stuck until it has been up. */
  markStuck(): void;
  isStuck(place: number): boolean;
  /** The key that was released last, and when. */
  lastReleased(): { readonly place: number; readonly atMs: number } | undefined;
}

export function createKeyTracker(): KeyTracker {
  const stuck = new Set<number>();
  let now: readonly number[] = [];
  let up: { readonly place: number; readonly atMs: number } | undefined;
  const down = (): readonly number[] => now.filter((place) => !stuck.has(place));
  return {
    down,
    update(places, atMs) {
      const [before] = down();
      now = places;
      for (const place of stuck) if (!places.includes(place)) stuck.delete(place);
      if (before !== undefined && down().length === 0) up = { place: before, atMs };
    },
    markStuck() {
      for (const place of now) stuck.add(place);
    },
    isStuck: (place) => stuck.has(place),
    lastReleased: () => up,
  };
}
