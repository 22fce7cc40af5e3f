import type { BoardParts } from './parts/board-parts.js';

/** A story on an emulated board. It makes its own boards, and leaves none. */
export interface Scenario {
  readonly name: string;
  /** What it proves, as a sentence in the present tense. */
  readonly proves: string;
  /** Longer than the slowest machine needs. */
  readonly limitMs: number;
  /** It uses the whole machine: it runs two boards by itself, or measures. Others run two at a time. */
  readonly alone?: true;
  /** It proves nothing, and runs only where it is named. */
  readonly asked?: true;
  /** Rejects where the proof fails. Resolves with figures and findings, a line each. */
  run(stage: Stage): Promise<readonly string[]>;
}

export interface Stage {
  readonly parts: BoardParts;
  /** For files of this scenario. */
  readonly folder: string;
  readonly seed: number;
  /** Power cuts in all. */
  readonly cuts: number;
}
