import type { Book } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';

const DAY_MS = 86_400_000;

export interface PowerEvents {
  /** The process has ended, for whatever reason. */
  ended(): void;
  /** It stopped on request, and had shown these sales to people. */
  stoppedInOrder(sales: Book['sales']): void;
}

/** The supervisor that restarts the terminal, and everything that ends it: power cuts, crashes, stops. */
export function createPower(kiosk: Kiosk, level: number, chance: Chance, coverage: Coverage, events: PowerEvents) {
  const { world, clock } = kiosk;
  let over = false;

  function boot(): void {
    /* Without a battery the clock starts at any time, and the time service may set it later. */
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
      events.ended();
      world.after(chance.between(500, over ? 5_000 : 90_000), () => {
        boot();
        world.after(1_000, watch);
      });
      return;
    }
    if (!over && chance.likely(level / 10)) interrupt();
    world.after(1_000, watch);
  }

  function interrupt(): void {
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
    windDown() {
      over = true;
      kiosk.life?.endAtTouch(Number.POSITIVE_INFINITY);
    },
  };
}
