/** How often a run has reached each named situation. */
export type Coverage = Map<string, number>;

export function count(coverage: Coverage, name: string, times = 1): void {
  coverage.set(name, (coverage.get(name) ?? 0) + times);
}

export function addCoverage(to: Coverage, from: Iterable<readonly [string, number]>): void {
  for (const [name, times] of from) count(to, name, times);
}
