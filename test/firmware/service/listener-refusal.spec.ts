import assert from 'node:assert/strict';
import * as v from 'valibot';
import { errorSchema } from '../../../firmware/api/output-schemas.js';
import { LISTENER_REFUSALS, listenerRefusal } from '../../../firmware/service/listener-refusal.js';
import { createApiFixture } from '../api/api-fixture.js';

describe('refusals of the listener of the local API', () => {
  for (const refusal of Object.values(LISTENER_REFUSALS)) {
    const status = refusal.status as keyof typeof LISTENER_REFUSALS;
    it(`look like all other errors: ${status} ${refusal.code}`, () => {
      const { headers, body } = listenerRefusal(status);
      assert.deepEqual(headers, createApiFixture().get('/nothing').headers());
      const { error } = v.parse(errorSchema, JSON.parse(body));
      assert.deepEqual([error.code, error.message], [refusal.code, refusal.message]);
    });
  }
});
