/**
 * Freezes a plain JSON value and everything in it, and returns it. A part that is frozen already is taken to be frozen
 * all the way down, so that a state that shares most of its parts with the one before costs only its new parts.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}
