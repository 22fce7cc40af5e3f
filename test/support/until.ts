import { eventually } from './eventually.js';

/** Waits for a condition. Fails after `limitMs` with its source text. */
export async function until(condition: () => boolean, limitMs = 5_000): Promise<void> {
  await eventually(`${condition}`, condition, limitMs);
}
