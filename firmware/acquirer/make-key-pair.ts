import { createPrivateKey } from 'node:crypto';
import { rsaKey } from '../config/rsa-key.js';
import { messageOf } from '../log/plain-text.js';

/** How a key pair is made and stored; the real one is `drivers/linux/key-files`. */
export interface KeyFiles {
  createRsaPair(): { readonly privatePem: string; readonly publicPem: string };
  /** Never overwrites. Throws when the file cannot be written. */
  writeNew(path: string, text: string, mode: number): 'written' | 'exists';
}

export type KeyPairMaking =
  | {
      readonly kind: 'made';
      readonly privatePath: string;
      readonly publicPath: string;
      /** As the Dashboard expects it. */
      readonly publicText: string;
      readonly fingerprint: string;
    }
  | { readonly kind: 'refused'; readonly why: string };

/**
 * Makes a pair in `directory`: the private key readable by its owner only, the public key beside it. An existing key is
 * never overwritten: the acquirer knows its other half, and without it every payment would be refused.
 */
export function makeKeyPair(directory: string, files: KeyFiles): KeyPairMaking {
  const base = directory.replace(/\/+$/, '') || (directory.startsWith('/') ? '' : '.');
  const privatePath = `${base}/tillbox-private-key.pem`;
  const publicPath = `${base}/tillbox-public-key.pem`;
  const { privatePem, publicPem } = files.createRsaPair();
  const key = createPrivateKey(privatePem);
  try {
    if (files.writeNew(privatePath, privatePem, 0o600) === 'exists') {
      return { kind: 'refused', why: `${privatePath} exists already; move it away first if it is really not in use` };
    }
    if (files.writeNew(publicPath, publicPem, 0o644) === 'exists') {
      return {
        kind: 'refused',
        why: `${publicPath} exists already and was left as it is; the new private key is in ${privatePath}`,
      };
    }
  } catch (error) {
    return {
      kind: 'refused',
      why: `the keys cannot be written: ${messageOf(error)}`,
    };
  }
  return {
    kind: 'made',
    privatePath,
    publicPath,
    publicText: rsaKey.publicText(key),
    fingerprint: rsaKey.fingerprint(key),
  };
}
