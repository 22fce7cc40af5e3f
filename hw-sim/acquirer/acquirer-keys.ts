import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';

/** Where keys are stored, such as `drivers/linux/key-directory`. */
export interface KeyStore {
  pathOf(name: string): string;
  read(name: string): string | undefined;
  writeNew(name: string, text: string, access: 'secret' | 'public'): void;
}

export interface AcquirerKeys {
  readonly alipayPrivatePem: string;
  readonly alipayPublicPem: string;
  readonly terminalPublicPem: string;
}

/** The names of the key files. A terminal needs its own private key and Alipay's public key. */
export const keyFileNames = {
  alipayPrivate: 'alipay-private.pem',
  alipayPublic: 'alipay-public.pem',
  terminalPrivate: 'terminal-private.pem',
  terminalPublic: 'terminal-public.pem',
} as const;

/**
 * Reads the acquirer's key pair and the terminal's public key, and makes those that are missing. For a terminal with its own
 * pair, put `terminal-public.pem` there first. Throws an Error naming a file that is not such a key.
 */
export function acquirerKeys(store: KeyStore): AcquirerKeys {
  const alipay = pair(store, keyFileNames.alipayPrivate, keyFileNames.alipayPublic);
  const terminalPublicPem = checkedPublic(store, keyFileNames.terminalPublic);
  return {
    ...{ alipayPrivatePem: alipay.privatePem, alipayPublicPem: alipay.publicPem },
    terminalPublicPem:
      terminalPublicPem ?? pair(store, keyFileNames.terminalPrivate, keyFileNames.terminalPublic).publicPem,
  };
}

function pair(store: KeyStore, privateName: string, publicName: string): { privatePem: string; publicPem: string } {
  const known = store.read(privateName);
  if (known === undefined) {
    const made = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    store.writeNew(privateName, made.privateKey, 'secret');
    store.writeNew(publicName, made.publicKey, 'public');
    return { privatePem: made.privateKey, publicPem: made.publicKey };
  }
  const publicPem = derivePublic(known, store.pathOf(privateName));
  if (store.read(publicName) === undefined) store.writeNew(publicName, publicPem, 'public');
  return { privatePem: known, publicPem };
}

function derivePublic(privatePem: string, path: string): string {
  try {
    return createPublicKey(createPrivateKey(privatePem)).export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    throw new Error(`${path} holds no private key in PEM`);
  }
}

function checkedPublic(store: KeyStore, name: string): string | undefined {
  const text = store.read(name);
  if (text === undefined) return undefined;
  if (text.includes('PRIVATE KEY'))
    throw new Error(`${store.pathOf(name)} holds a private key: put the public one there`);
  try {
    createPublicKey(text);
    return text;
  } catch {
    throw new Error(`${store.pathOf(name)} holds no public key in PEM (-----BEGIN PUBLIC KEY-----)`);
  }
}
