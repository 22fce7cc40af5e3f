import { createPrivateKey, createPublicKey } from 'node:crypto';
import { testKeyPairs } from '../support/test-key-pairs.js';

/** The two RSA pairs of all specs, ours and the acquirer's, as Node's key objects. */
export const testKeys = {
  ours: {
    privateKey: createPrivateKey(testKeyPairs.terminalPrivate),
    publicKey: createPublicKey(testKeyPairs.terminalPublic),
  },
  acquirers: {
    privateKey: createPrivateKey(testKeyPairs.acquirerPrivate),
    publicKey: createPublicKey(testKeyPairs.acquirerPublic),
  },
};
