interface Candidate<N> {
  readonly name: N;
  readonly upper: string;
  readonly thirds: readonly [string, string, string];
}

/** The candidate that differs least from `name`, by at most so many edits, case aside; undefined where none does. */
export function closestName<N extends string>(name: string, candidates: readonly N[], mostEdits: 1 | 2): N | undefined {
  if (name.length > 64) return undefined;
  const wanted = name.toUpperCase();
  let best: N | undefined;
  let bestEdits = mostEdits + 1;
  for (const { name: candidate, upper, thirds } of prepare(candidates)) {
    if (Math.abs(upper.length - wanted.length) >= bestEdits) continue;
    /* Two edits leave one of three pieces whole. Most names of other programs end here. */
    if (!thirds.some((third) => wanted.includes(third))) continue;
    const edits = editDistance(wanted, upper);
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

/** By list: the environment of a container has dozens of names, each of which is compared with the same ones. */
const prepared = new WeakMap<readonly string[], readonly Candidate<string>[]>();

function prepare<N extends string>(candidates: readonly N[]): readonly Candidate<N>[] {
  const known = prepared.get(candidates) as readonly Candidate<N>[] | undefined;
  if (known !== undefined) return known;
  const made = candidates.map((name): Candidate<N> => {
    const upper = name.toUpperCase();
    const [one, two] = [Math.floor(upper.length / 3), Math.floor((2 * upper.length) / 3)];
    return { name, upper, thirds: [upper.slice(0, one), upper.slice(one, two), upper.slice(two)] };
  });
  prepared.set(candidates, made);
  return made;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
