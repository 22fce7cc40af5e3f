/**
 * The entry that a table itself has under a key that came from outside. A bare `table[key]` would also find what every
 * object inherits, such as `constructor` or `__proto__`.
 */
export function ownEntry<T>(table: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
