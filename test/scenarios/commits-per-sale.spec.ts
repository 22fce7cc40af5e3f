import assert from 'node:assert/strict';
import { createEquippedKiosk } from '../support/equipped-kiosk.js';

/** Flash dies of writes: what a sale may cost it. */
describe('durable commits of a paid sale', () => {
  const OWN_VEND = { VEND: 'sim', VEND_TIMEOUT_MS: '3000' };
  const PASSWORD = '9905';
  const CASES = [
    { name: 'two where the host delivers', env: {}, value: '1250', most: 2 },
    { name: 'three with a vend mechanism of our own', env: OWN_VEND, value: '1250', most: 3 },
    { name: 'one more where the wallet asks for a password', env: {}, value: PASSWORD, most: 3 },
    { name: 'one more where it does, also with a vend mechanism', env: OWN_VEND, value: PASSWORD, most: 4 },
  ];
  for (const { name, env, value, most } of CASES) {
    it(`are ${name}`, () => {
      const { kiosk, ...box } = createEquippedKiosk(env);
      const commits = (): number => {
        const answer = kiosk.api('GET', '/v1/status');
        return Number(JSON.parse(answer?.body ?? '{}').store?.commits);
      };
      box.getsReady();
      const before = commits();
      const sold = kiosk.api('POST', '/v1/sales', { orderId: 'o1', amount: { currency: 'CNY', value } });
      assert.equal(sold?.status, 201);
      box.showCode();
      box.reaches('settled');
      box.pass(10_000);
      assert.equal(box.receipts().length, 1);
      assert.equal(commits() - before, most);
    });
  }
});
