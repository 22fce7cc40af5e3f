import { openSale } from './book.js';
import type { Event } from './input.js';
import { isPayable } from './money.js';
import { ownOrderId } from './order-id.js';
import { readiness } from './readiness.js';
import type { Refusal } from './refusal.js';
import { onCustomerCancelled, startSale } from './sale-requests.js';
import type { Turn } from './turn.js';

/*
 * A vending machine asks the terminal to charge an amount for an item, and waits. Invariants
 * - Every choice ends in exactly one way: the goods are requested, it is refused, or the machine waits no longer.
 * - A choice is refused by its number: the machine may already wait for the next one.
 */

export function onMachineAsked(
  turn: Turn,
  { selection, amount, item }: Extract<Event, { type: 'machineAsked' }>,
): void {
  const why = refusalOf(turn, amount);
  if (why !== undefined) {
    turn.effect({ type: 'refuseSelection', selection });
    return turn.ignore(why);
  }
  if (readiness(turn).reasons.length > 0) {
    turn.effect({ type: 'refuseSelection', selection });
    return turn.notify('serviceUnavailable');
  }
  startSale(turn, ownOrderId(turn, 'm'), amount, item === '' ? {} : { channel: item });
  turn.set({ selection });
}

function refusalOf(turn: Turn, amount: Parameters<typeof isPayable>[0]): string | undefined {
  if (turn.policy.saleMode !== 'mdb') return 'machines do not start sales in this sale mode';
  if (openSale(turn.book) !== undefined) return 'a sale is open';
  return isPayable(amount) ? undefined : 'the machine asks for no amount that can be paid';
}

/** A customer who chose what cannot be sold waits at the machine and has to read why. */
export function onInputRefused(turn: Turn, refusal: Refusal): void {
  turn.refuse(refusal);
  const wasChosen = refusal.device === 'vend' && refusal.reason !== 'tooMany';
  if (wasChosen && turn.policy.saleMode === 'mdb' && openSale(turn.book) === undefined)
    turn.notify('serviceUnavailable');
}

/** Once the goods are requested, only the machine's report on them counts. */
export function onMachineGaveUp(turn: Turn): void {
  if (turn.policy.saleMode !== 'mdb') return turn.ignore('machines do not start sales in this sale mode');
  forget(turn);
  onCustomerCancelled(turn);
}

/** After every decision: refuses the choice of a machine that waits, once its sale is over without goods. */
export function refuseUnpaid(turn: Turn): void {
  const { selection } = turn.live;
  if (selection === undefined) return;
  const state = openSale(turn.book)?.state;
  if (state === undefined) turn.effect({ type: 'refuseSelection', selection });
  if (state === undefined || state === 'vending') forget(turn);
}

function forget(turn: Turn): void {
  turn.set({ selection: undefined });
}
