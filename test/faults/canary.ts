import type { FuzzMode } from '../../hw-sim/fuzz/fuzz-settings.js';

/** A build of the firmware that breaks one rule. */
export interface Canary {
  readonly name: string;
  /** Only kiosks of this kind have the part that is broken. */
  readonly only?: FuzzMode;
  /** Compiled file of the firmware, and what is changed in it: exactly one place. */
  readonly file: string;
  readonly find: string;
  readonly put: string;
}
