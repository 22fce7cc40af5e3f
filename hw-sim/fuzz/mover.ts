import { isOpen, type TerminalSettings } from '../../firmware/for-simulator.js';
import type { Ledger } from '../acquirer/ledger.js';
import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import { OTHER_ACQUIRER_ORIGIN } from './fuzz-settings.js';

/**
 * Somebody who configures the box for another acquirer while it is off, and later for the first one again: by mistake, or
 * for a test. Each payment stays with the acquirer that took it.
 */
export interface Mover {
  /** Of the other acquirer. */
  readonly ledger: Ledger;
  /** The box is off. */
  boxOff(): void;
  /** Runs the box with each acquirer until nothing is open there, and with the first one last. */
  bringHome(): void;
  /**
   * Goes there and back once more where a late notification of the other acquirer has called a person: only there its
   * payment can be undone.
   */
  answerLateCall(): void;
}

export interface MoverParts {
  readonly kiosk: Kiosk;
  readonly home: TerminalSettings;
  readonly elsewhere: TerminalSettings;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

/** Longer than twice the slowest retry interval of a queue that waits for a person. */
const DRAINS_MS = 45 * 60_000;
/** For this long a host app may still report on goods, and customers may still want their money back. */
const LAST_WORDS_MS = 200_000;

export function createMover({ kiosk, home, elsewhere, chance, coverage }: MoverParts): Mover {
  const { ledger } = kiosk.addAcquirer(OTHER_ACQUIRER_ORIGIN);
  let away = false;
  let everAway = false;
  let over = false;

  function move(): void {
    away = !away;
    everAway = true;
    count(coverage, `acquirer moved ${away ? 'away' : 'home'}`);
    kiosk.setUp(away ? elsewhere : home);
  }

  /** The terminal runs, no sale is open, and any unfinished reversal belongs to the other acquirer. */
  function drained(): boolean {
    const state = kiosk.terminal?.kernel.state;
    if (state === undefined || !state.live.booted || Object.values(state.book.sales).some(isOpen)) return false;
    return Object.values(state.book.reversals).every(
      ({ state: phase, acquirer }) =>
        phase === 'finished' || (acquirer !== undefined && acquirer !== state.policy.acquirer),
    );
  }

  function bringHome(): void {
    over = true;
    if (!everAway) return;
    for (let visits = away ? 1 : 2; visits > 0; visits -= 1) {
      kiosk.runUntil(drained, DRAINS_MS);
      kiosk.world.runUntil(kiosk.world.nowMs() + LAST_WORDS_MS);
      kiosk.runUntil(drained, DRAINS_MS);
      kiosk.cutPower();
      move();
      kiosk.powerOn();
    }
  }

  return {
    ledger,
    boxOff() {
      if (!over && chance.likely(0.5)) move();
    },
    bringHome,
    answerLateCall() {
      const state = kiosk.terminal?.kernel.state;
      const isCalled = Object.values(state?.book.reversals ?? {}).some(
        ({ state: phase, acquirer }) => phase !== 'finished' && acquirer !== state?.policy.acquirer,
      );
      if (!isCalled) return;
      bringHome();
      kiosk.world.runUntil(kiosk.world.nowMs() + LAST_WORDS_MS);
    },
  };
}
