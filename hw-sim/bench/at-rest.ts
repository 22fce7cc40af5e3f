import type { Bench } from './bench.js';
import type { HostApp } from './host-app.js';

/**
 * Whether nothing is under way: no code is held in front of the scanner, no call waits, no payment, receipt or reversal
 * request waits for a result, and the terminal, where it has power, has started.
 */
export function atRest(bench: Bench, hostApp: HostApp): boolean {
  if (bench.showing || hostApp.waiting > 0) return false;
  if (!bench.powered) return true;
  const { terminal } = bench.kiosk;
  if (terminal === undefined) return false;
  const { book, live } = terminal.kernel.state;
  if (!live.booted || live.acquirer === 'unknown') return false;
  if (Object.values(live.faults).some((faults) => faults?.some((fault) => fault.endsWith('Starting')))) return false;
  if (Object.values(live.reversals).some(({ awaiting }) => awaiting !== undefined)) return false;
  return Object.values(book.sales).every(
    ({ state, receipt }) => state !== 'paying' && state !== 'inquiring' && state !== 'vending' && receipt !== 'due',
  );
}
