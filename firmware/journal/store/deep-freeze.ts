/**
 * Freezes a plain JSON value and everything in it, and returns it. What is frozen already is taken to be frozen all the way
 * down, so that a state that shares most objects with the one before costs only its new ones.
 */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const key in value) deepFreeze(value[key]);
  return value;
}
