import type { HttpRequest } from '../../drivers/host.js';
import { isOpen, type Sale } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { Violate } from './oracle/violate.js';

export interface UpdaterParts {
  /** One that something updates. */
  readonly kiosk: Kiosk;
  readonly violate: Violate;
  readonly chance: Chance;
  readonly coverage: Coverage;
}

/** What installs new versions, and judges whether it is kept away from customers and let in between them. */
export interface Updater {
  /** The terminal sent a request. */
  requestSent(request: Pick<HttpRequest, 'url'>): void;
  /** A sale is known; it was not before. */
  saleBegan(sale: Sale): void;
  /** Installs nothing any more. */
  windDown(): void;
  /** To be called while nothing is open: nobody may hold the lock then. */
  atRest(): void;
}

/** From one attempt to the next. */
const SELDOM_MS = 120_000;
/** From the moment in which the lock is taken to the end of the process. */
const INSTALL_MS = 40_000;
/** A sale that was decided before the lock was taken may wait so long for a slow card. */
const DECIDED_BEFORE_MS = 15_000;

/** Tries to take the update lock now and then; where it gets it, it kills the process after a while, as a new version replaces it. */
export function createUpdater({ kiosk, violate, chance, coverage }: UpdaterParts): Updater {
  const { world, updates } = kiosk;
  if (updates === undefined) throw new Error('nothing updates this kiosk');
  const { lock } = updates;
  let over = false;
  let takenAtMs = Number.POSITIVE_INFINITY;

  function attempt(): void {
    if (over) return;
    if (!lock.supervisorTakes()) {
      count(coverage, 'fault update kept away');
      return again();
    }
    count(coverage, 'fault update installed');
    takenAtMs = world.nowMs();
    judge();
    world.after(chance.between(0, INSTALL_MS), () => {
      /* A power cut also ends the supervisor, and its lock. */
      if (lock.owner === 'supervisor') kiosk.crash();
      world.after(chance.between(0, 1_000), () => {
        takenAtMs = Number.POSITIVE_INFINITY;
        lock.supervisorReleases();
        again();
      });
    });
  }

  /** A terminal that has just begun may find a lock that was taken while it was off. */
  function judge(): void {
    const state = kiosk.terminal?.kernel.state;
    if (state === undefined) return;
    const served = Object.values(state.book.sales).find((sale) => isOpen(sale) || sale.receipt === 'due');
    if (served === undefined) return;
    violate('an update came in the middle of a sale', `${served.saleId} ${served.state}, receipt ${served.receipt}`);
  }

  function again(): void {
    world.after(chance.between(1_000, SELDOM_MS), attempt);
  }

  again();
  return {
    requestSent({ url }) {
      if (lock.owner === 'supervisor' && url.endsWith('/pay')) {
        violate('an update came in the middle of a sale', 'a payment was sent while the update was being installed');
      }
    },
    saleBegan(sale) {
      const sinceMs = world.nowMs() - takenAtMs;
      if (lock.owner !== 'supervisor' || !isOpen(sale) || sinceMs < DECIDED_BEFORE_MS) return;
      violate('a sale began while an update was being installed', sale.saleId);
    },
    windDown() {
      over = true;
    },
    atRest() {
      if (lock.owner === 'terminal') violate('the update lock is not given back', 'nothing is open');
    },
  };
}
