import { isOpen, view } from '../../firmware/for-simulator.js';
import type { Kiosk } from '../kiosk.js';
import type { Archive } from './oracle/archive.js';
import type { Oracle } from './oracle.js';

/** Ready, with no sale open and no reversal waiting. */
export function isAtRest(kiosk: Kiosk): boolean {
  const state = kiosk.terminal?.kernel.state;
  if (state === undefined || state.live.acquirer !== 'reachable') return false;
  if (!view(state).lamps.ready) return false;
  return (
    Object.keys(state.live.reversals).length === 0 &&
    Object.values(state.book.sales).every((sale) => !isOpen(sale) && sale.receipt !== 'due')
  );
}

/**
 * Judges a kiosk at the end of its shift: first the running process, then a new one that reads what is on flash.
 * `answerCall` is what a person does whom the new process has called.
 */
export function finalCheck(kiosk: Kiosk, oracle: Oracle, archive: Archive, answerCall: () => void): void {
  const memory = kiosk.terminal?.kernel.state;
  /* Repaired devices have to be well again, and the queue empty, without a restart. */
  if (memory !== undefined && !view(memory).lamps.ready)
    oracle.violate('rule 8, not ready again by itself', faultsOf(memory));
  if (memory !== undefined) oracle.atRest(memory.book);
  for (const { reversalId, state } of Object.values(memory?.book.reversals ?? {})) {
    if (state !== 'finished') oracle.violate('rule 8, the queue does not drain by itself', reversalId);
  }
  kiosk.cutPower();
  oracle.stored(kiosk.flash.pages());
  kiosk.powerOn();
  if (!kiosk.runUntil(() => kiosk.terminal !== undefined, 60_000)) return oracle.violate('rule 8', 'it does not start');
  kiosk.world.runUntil(kiosk.world.nowMs() + 60_000);
  answerCall();
  const terminal = kiosk.terminal;
  if (terminal === undefined) return oracle.violate('rule 8', 'it does not stay up');
  const { book } = terminal.kernel.state;
  for (const sale of Object.values(memory?.book.sales ?? {})) {
    /* What happened without a payment may wait for the next commit. */
    if (sale.attempts.length === 0) continue;
    if (book.sales[sale.saleId]?.state !== sale.state) oracle.violate('flash forgot', `${sale.saleId} ${sale.state}`);
  }
  oracle.checkEnd(archive.whole(book), view(terminal.kernel.state).lamps.ready, [faultsOf(terminal.kernel.state)]);
}

function faultsOf({ live }: Parameters<typeof view>[0]): string {
  return [live.acquirer, `clock trusted: ${live.clockTrusted}`, ...Object.values(live.faults).flat()].join(' ');
}
