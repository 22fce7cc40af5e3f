/** What every compared store does: keeps entries by id. `put` and `remove` resolve when it calls the entry durable. */
export interface Engine {
  put(id: string, entry: Entry): Promise<void>;
  remove(id: string): Promise<void>;
  ids(): readonly string[] | Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Entry {
  readonly orderId: string;
  readonly paymentRequestId: string;
  readonly amount: { readonly currency: string; readonly value: string };
  readonly state: string;
  readonly attempts: number;
  readonly at: string;
  readonly note: string;
}

/** About 350 bytes of JSON: what a pending reversal takes. */
export function entryOf(index: number): Entry {
  return {
    orderId: `order-${index}`,
    paymentRequestId: `20261123${String(index).padStart(24, '0')}`,
    amount: { currency: 'CNY', value: String(1_000 + (index % 9_000)) },
    state: 'reversing',
    attempts: index % 7,
    at: '2026-11-23T20:10:00.000+08:00',
    note: String(index % 10).repeat(140),
  };
}

export interface EngineKind {
  readonly name: string;
  /** What it promises of an acknowledged entry when the power goes. */
  readonly durable: boolean;
  /** Costs what it holds with every commit: fewer of them are measured. */
  readonly wholeFile: boolean;
  open(dir: string): Promise<Engine>;
}
