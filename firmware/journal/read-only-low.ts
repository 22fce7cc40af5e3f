import { Low } from 'lowdb';
import { deepFreeze } from './store/deep-freeze.js';
import { StoreError } from './store/store-error.js';

/** A lowdb database of a document that was read from a card. `data` is frozen, and `write` and `update` reject. */
export function readOnlyLow<Data>(data: Data): Low<Data> {
  const frozen = deepFreeze(data);
  return new Low(
    {
      read: () => Promise.resolve(frozen),
      write: () => Promise.reject(new StoreError('readOnly', 'this database was opened for reading only')),
    },
    frozen,
  );
}
