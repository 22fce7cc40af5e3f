import { randomBytes } from 'node:crypto';
import type { Random } from '../host.js';

/** The kernel's random numbers. */
export function createLinuxRandom(): Random {
  return { bytes: (count) => randomBytes(count) };
}
