/**
 * The table's own entry for a key that came from outside. A plain `table[key]` would also find inherited properties, such as
 * `constructor` or `__proto__`.
 */
export function ownEntry<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
