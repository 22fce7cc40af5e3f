import { type Adapter, Low } from 'lowdb';
import { deepFreeze } from './deep-freeze.js';
import { type DocumentOp, diffDocument, foldDocument, type Json, replayDocument } from './document.js';
import { openStore, type Store } from './store.js';
import { StoreError } from './store-error.js';
import type { StoreOptions } from './store-options.js';
import type { OpenReport } from './store-status.js';

/**
 * lowdb's `Low` over the durable store. Differs from the original in what a till needs: `write` and `update` resolve
 * when the data is durable; after a failure `data` is what the flash holds, not what was hoped for; what was written is
 * frozen, so that a change in place throws instead of being missed.
 */
export class DurableLow<Data extends Json> extends Low<Data> {
  readonly #adapter: DocumentAdapter<Data>;

  constructor(adapter: DocumentAdapter<Data>, data: Data) {
    super(adapter, data);
    this.#adapter = adapter;
  }

  override async write(): Promise<void> {
    try {
      await super.write();
    } catch (error) {
      this.data = this.#adapter.durable();
      throw error;
    }
  }

  /** `change` gets the frozen data and answers the new data. */
  override async update(change: (data: Data) => Data): Promise<void> {
    this.data = change(this.data);
    await this.write();
  }
}

/** What `DurableLow` needs of its adapter beyond lowdb's contract. */
export interface DocumentAdapter<Data> extends Adapter<Data> {
  durable(): Data;
}

export type DurableLowOptions<Data> = Omit<StoreOptions<Data, DocumentOp>, 'fold' | 'replay'>;

export interface OpenedLow<Data extends Json> {
  readonly db: DurableLow<Data>;
  readonly store: Store<Data, DocumentOp>;
  readonly report: OpenReport;
}

/** Opens a document database. Rejects with a `StoreError`. */
export function openDurableLow<Data extends Json>(options: DurableLowOptions<Data>): Promise<OpenedLow<Data>> {
  /* The document is of this type because `write` takes no other. */
  const fold = (data: Data, op: DocumentOp): Data => foldDocument(data, op) as Data;
  const replay = (data: Data, ops: readonly DocumentOp[]): Data => replayDocument(data, ops) as Data;
  return new Promise((resolve, reject) => {
    openStore<Data, DocumentOp>({ ...options, fold, replay }, (error, store, report) => {
      if (store === undefined || report === undefined) return reject(error ?? new StoreError('io', 'no store'));
      resolve({ db: new DurableLow(storeAdapter(store), store.state), store, report });
    });
  });
}

/** A document that was read from a card and cannot be written: `write` rejects. */
export function readOnlyLow<Data extends Json>(data: Data): DurableLow<Data> {
  const frozen = deepFreeze(data);
  return new DurableLow(
    {
      read: () => Promise.resolve(frozen),
      write: () => Promise.reject(new StoreError('readOnly', 'this database was opened for reading only')),
      durable: () => frozen,
    },
    frozen,
  );
}

function storeAdapter<Data extends Json>(store: Store<Data, DocumentOp>): DocumentAdapter<Data> {
  /* What the newest commit leads to, durable or not: the next one is told as the difference to it. */
  let submitted = store.state;
  return {
    read: () => Promise.resolve(store.state),
    durable: () => store.state,
    write(data) {
      const ops = diffDocument(submitted, data);
      submitted = data;
      return new Promise((resolve, reject) => {
        store.commit(ops, data, (error) => (error === undefined ? resolve() : reject(error)));
      });
    },
  };
}
