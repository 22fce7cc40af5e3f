import assert from 'node:assert/strict';
import * as v from 'valibot';
import { API_LIMITS, API_LISTENING } from '../../../firmware/api/api-contract.js';
import { errorSchema } from '../../../firmware/api/output-schemas.js';
import { listenerRefusals } from '../../../firmware/service/service-contract.js';
import { createApiFixture } from '../api/api-fixture.js';

describe('refusals of the listener of a service', () => {
  const refusals = listenerRefusals(API_LIMITS);
  for (const refusal of Object.values(refusals)) {
    const status = refusal.status as keyof typeof refusals;
    it(`look like all other errors: ${status} ${refusal.code}`, () => {
      const { headers, body } = API_LISTENING.refusal?.(status) ?? assert.fail('no refusal');
      assert.deepEqual(headers, createApiFixture().get('/nothing').headers());
      const { error } = v.parse(errorSchema, JSON.parse(body));
      assert.deepEqual([error.code, error.message], [refusal.code, refusal.message]);
    });
  }
});
