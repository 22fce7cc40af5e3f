/** Random choices from one stream, so that the seed determines all of them. */
export interface Chance {
  /** True with this probability. */
  likely(probability: number): boolean;
  /** A whole number from `least` to `most`, both included. */
  between(least: number, most: number): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  /** `count` random digits. */
  digits(count: number): string;
}

export function createChance(random: () => number): Chance {
  return {
    likely: (probability) => random() < probability,
    between: (least, most) => least + Math.floor(random() * (most - least + 1)),
    pick: (items) => items[Math.floor(random() * items.length)] ?? items[0],
    digits(count) {
      let digits = '';
      while (digits.length < count) digits += Math.floor(random() * 10);
      return digits;
    },
  };
}
