import type { GpioHost } from '../../host.js';

/** One way to the lines of a board. */
export interface GpioBackend extends Omit<GpioHost, 'backend'> {
  /** What it is and which chip it has, for people. */
  readonly about: string;
  /** A line that another process holds cannot be taken, so that trying it does no harm. */
  readonly keepsOthersOut: boolean;
}
