/** A small ledger, the size of what a terminal keeps: enough to see whether a store loses, doubles or mixes anything. */
export type LedgerOp =
  | { readonly kind: 'opened'; readonly id: string; readonly amount: number; readonly note: string }
  | { readonly kind: 'closed'; readonly id: string }
  | { readonly kind: 'forgot'; readonly id: string };

export interface Ledger {
  /** Grows with every operation. */
  readonly count: number;
  readonly entries: {
    readonly [id: string]: { readonly amount: number; readonly note: string; readonly open: boolean };
  };
}

export const emptyLedger: Ledger = { count: 0, entries: {} };

export function foldLedger(ledger: Ledger, op: LedgerOp): Ledger {
  const count = ledger.count + 1;
  switch (op.kind) {
    case 'opened':
      return { count, entries: { ...ledger.entries, [op.id]: { amount: op.amount, note: op.note, open: true } } };
    case 'closed': {
      const entry = ledger.entries[op.id];
      if (entry === undefined) return { count, entries: ledger.entries };
      return { count, entries: { ...ledger.entries, [op.id]: { ...entry, open: false } } };
    }
    case 'forgot': {
      const { [op.id]: _gone, ...entries } = ledger.entries;
      return { count, entries };
    }
  }
}

/** The nth operation of an endless workload that keeps about `live` entries. */
export function ledgerOp(index: number, live: number, noteBytes = 200): LedgerOp {
  const turn = Math.floor(index / 3);
  switch (index % 3) {
    case 0:
      return { kind: 'opened', id: `sale-${turn}`, amount: 100 + turn, note: String(turn % 10).repeat(noteBytes) };
    case 1:
      return { kind: 'closed', id: `sale-${turn}` };
    default:
      return { kind: 'forgot', id: `sale-${turn - live}` };
  }
}
