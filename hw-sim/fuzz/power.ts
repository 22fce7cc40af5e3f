import type { Book } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';

const DAY_MS = 86_400_000;

export interface PowerEvents {
  /** The box has ended, however it did. */
  dark(): void;
  /** It ended because it was asked to, and people had been told of these sales. */
  stoppedInOrder(sales: Book['sales']): void;
}

/** The supervisor, and somebody who pulls the plug or stops the terminal. */
export function keepPower(kiosk: Kiosk, level: number, chance: Chance, coverage: Coverage, events: PowerEvents) {
  const { world, clock } = kiosk;
  let over = false;

  function boot(): void {
    /* Without a battery the clock starts anywhere; the time service may or may not set it later. */
    if (!over && chance.likely(level)) {
      clock.offsetMs = chance.pick([0, -5_000, 5_000, -30 * DAY_MS]);
      clock.synchronised = 'unknown';
      world.after(chance.between(1_000, 90_000), () => {
        clock.offsetMs = chance.between(-500, 500);
        clock.synchronised = 'yes';
      });
    }
    kiosk.powerOn();
    if (!over && chance.likely(level)) kiosk.life?.endAtTouch(chance.between(1, 60));
  }

  function watch(): void {
    if (kiosk.life === undefined) {
      const { exitCode } = kiosk;
      count(coverage, exitCode === undefined ? 'fault power lost' : `exit ${exitCode}`);
      kiosk.flash.faults.io = false;
      events.dark();
      world.after(chance.between(500, over ? 5_000 : 90_000), () => {
        boot();
        world.after(1_000, watch);
      });
      return;
    }
    if (!over && chance.likely(level / 10)) misfortune();
    world.after(1_000, watch);
  }

  function misfortune(): void {
    const kind = chance.pick(['now', 'atTouch', 'crash', 'stop'] as const);
    count(coverage, `fault power ${kind}`);
    if (kind === 'now') kiosk.cutPower();
    else if (kind === 'crash') kiosk.crash();
    else if (kind === 'stop') stop();
    else kiosk.life?.endAtTouch(kiosk.life.touches + chance.between(1, 40));
  }

  function stop(): void {
    const { life, terminal } = kiosk;
    if (life === undefined || terminal === undefined) return;
    const { sales } = terminal.kernel.state.book;
    terminal.close('fuzz', () => {
      if (!life.alive) return;
      events.stoppedInOrder(sales);
      life.host.board.exit(0);
    });
  }

  world.after(1_000, watch);
  return {
    clearUp() {
      over = true;
      kiosk.life?.endAtTouch(Number.POSITIVE_INFINITY);
    },
  };
}
