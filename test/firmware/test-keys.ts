import { generateKeyPairSync } from 'node:crypto';

/** Two RSA pairs, made once for all specs: ours and the acquirer's. */
export const testKeys = { ours: pair(), acquirers: pair() };

function pair() {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}
