import assert from 'node:assert/strict';
import { flashRemedy } from '../../../firmware/journal/flash-remedy.js';
import { StoreError, type StoreErrorCode } from '../../../firmware/journal/store/store-error.js';

describe('what a technician does about a journal', () => {
  for (const [code, says] of [
    ['readOnly', /start the board anew once.*tillbox queue export.*new card/],
    ['io', /start the board anew once.*tillbox queue export.*new card/],
    ['hung', /power away.*tillbox queue export.*new card/],
    ['forgetful', /tillbox queue export.*new card/],
    ['damaged', /tillbox queue export.*new card/],
    ['denied', /chown/],
    ['disconnected', /moved, replaced, restored or unmounted/],
    ['busy', /never remove a lock by hand/],
  ] as const satisfies readonly (readonly [StoreErrorCode, RegExp])[]) {
    it(`is said for ${code}`, () => {
      const todo = flashRemedy(new StoreError(code, 'why')) ?? '';
      assert.match(todo, says);
    });
  }
});
