/**
 * Whether pressed places may contain a ghost: without diodes, three keys at the corners of a rectangle make the fourth
 * look pressed, so two rows that share two columns cannot be told apart from it. A place is row * columns + column.
 */
export function isAmbiguous(places: readonly number[], columnCount: number): boolean {
  const rows = new Map<number, Set<number>>();
  for (const place of places) {
    const row = Math.floor(place / columnCount);
    const columns = rows.get(row) ?? new Set<number>();
    columns.add(place % columnCount);
    rows.set(row, columns);
  }
  const all = [...rows.values()];
  return all.some((one, at) =>
    all.slice(at + 1).some((other) => [...one].filter((column) => other.has(column)).length >= 2),
  );
}
