import assert from 'node:assert/strict';
import { createEquippedKiosk } from '../support/equipped-kiosk.js';

/** Flash dies of writes: what a sale may cost it. */
describe('durable commits of a paid sale', () => {
  const CASES = [
    { name: 'two where the host delivers', env: {}, most: 2 },
    { name: 'three with a vend mechanism of our own', env: { VEND: 'sim', VEND_TIMEOUT_MS: '3000' }, most: 3 },
  ];
  for (const { name, env, most } of CASES) {
    it(`are ${name}`, () => {
      const { kiosk, ...box } = createEquippedKiosk(env);
      const commits = (): number => {
        const answer = kiosk.api('GET', '/v1/status');
        return Number(JSON.parse(answer?.body ?? '{}').store?.commits);
      };
      box.getsReady();
      const before = commits();
      const sold = kiosk.api('POST', '/v1/sales', { orderId: 'o1', amount: { currency: 'CNY', value: '1250' } });
      assert.equal(sold?.status, 201);
      box.showCode();
      box.reaches('settled');
      box.pass(10_000);
      assert.equal(box.receipts().length, 1);
      assert.equal(commits() - before, most);
    });
  }
});
