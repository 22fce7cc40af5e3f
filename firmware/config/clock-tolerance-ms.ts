import type { Config } from './config.js';

/**
 * How far the clock may be off when it is confirmed. A third of the margin for payments that are still under way, so that
 * this, a later step of the same size and the time that messages take stay below it together.
 */
export function clockToleranceMs({ timing }: Config): number {
  return timing.expiryMarginMs / 3;
}
