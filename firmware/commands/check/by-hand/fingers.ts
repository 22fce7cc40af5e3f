/** Which places of a keypad fingers are on, and which are down without a finger. */
export interface Fingers {
  /** Places that are down now. */
  move(places: readonly number[], atMs: number): void;
  /** Those of them that count. */
  down(): readonly number[];
  /** Treats what is down now as stuck: it does not count until it has been up. */
  giveUp(): void;
  isStuck(place: number): boolean;
  /** The key that was released last, and when. */
  lastUp(): { readonly place: number; readonly atMs: number } | undefined;
}

export function createFingers(): Fingers {
  const stuck = new Set<number>();
  let now: readonly number[] = [];
  let up: { readonly place: number; readonly atMs: number } | undefined;
  const down = (): readonly number[] => now.filter((place) => !stuck.has(place));
  return {
    down,
    move(places, atMs) {
      const [before] = down();
      now = places;
      for (const place of stuck) if (!places.includes(place)) stuck.delete(place);
      if (before !== undefined && down().length === 0) up = { place: before, atMs };
    },
    giveUp() {
      for (const place of now) stuck.add(place);
    },
    isStuck: (place) => stuck.has(place),
    lastUp: () => up,
  };
}
