import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/**
 * Reads RSA keys as people paste them: PEM or the bare base64 that Alipay's Dashboard shows, PKCS#8 or PKCS#1, also with
 * line ends written as `\n`, and the base64 of a whole PEM file. A problem names the wrong kind of key, since the
 * acquirer would report no more than "signature error". It never contains text of a key.
 */
export const rsaKey = { readPrivate, readPublic, publicText, fingerprint, isPair };

export type KeyReading = { readonly key: KeyObject } | { readonly problem: string };

const leastModulusBits = 2048;
const mostKeyTextLength = 16_384;

/** Reads a private key; never throws. */
function readPrivate(text: string): KeyReading {
  const found = recognise(text);
  switch (found.kind) {
    case 'private':
      return checked(found.key);
    case 'public':
      return { problem: 'is a public key; the private key belongs here' };
    case 'problem':
      return { problem: found.problem };
  }
}

/** Reads a public key; never throws. A private key is refused although a public one could be derived from it. */
function readPublic(text: string): KeyReading {
  const found = recognise(text);
  switch (found.kind) {
    case 'public':
      return checked(found.key);
    case 'private':
      return { problem: 'is a private key; the public key that Alipay shows in the Dashboard belongs here' };
    case 'problem':
      return { problem: found.problem };
  }
}

/** The public half as the Dashboard expects it: base64 of the X.509 SubjectPublicKeyInfo, on one line. */
function publicText(key: KeyObject): string {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  return publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
}

/** A short name by which people compare keys: the first 8 bytes of SHA-256 over the public half, `xxxx-xxxx-xxxx-xxxx`. */
function fingerprint(key: KeyObject): string {
  const hash = createHash('sha256').update(publicText(key)).digest('hex').slice(0, 16);
  return hash.replace(/(.{4})(?=.)/g, '$1-');
}

/** Whether both are halves of one pair. */
function isPair(privateKey: KeyObject, publicKey: KeyObject): boolean {
  return publicText(privateKey) === publicText(publicKey);
}

function checked(key: KeyObject): KeyReading {
  if (key.asymmetricKeyType !== 'rsa')
    return { problem: `is of type ${key.asymmetricKeyType}; an RSA key belongs here` };
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastModulusBits) return { problem: `has ${bits} bits; Alipay asks for RSA with ${leastModulusBits}` };
  return { key };
}

type Recognised =
  | { readonly kind: 'private' | 'public'; readonly key: KeyObject }
  | { readonly kind: 'problem'; readonly problem: string };

function recognise(text: string, decoded = false): Recognised {
  if (text.length > mostKeyTextLength) return { kind: 'problem', problem: 'is longer than any key' };
  const unescaped = text.replace(/\\r|\\n/g, '\n');
  const label = /-----BEGIN ([A-Z0-9 ]{1,40})-----/.exec(unescaped)?.[1];
  const refusal = label === undefined ? undefined : refusedLabels.find(([pattern]) => pattern.test(label));
  if (refusal) return { kind: 'problem', problem: refusal[1] };
  if (/^Proc-Type:.*ENCRYPTED/m.test(unescaped)) return { kind: 'problem', problem: encrypted };
  const ended = unescaped.includes('-----END ');
  const base64 = unescaped.replace(/-----[^-]{1,60}-----|\s/g, '');
  if (base64 === '') return { kind: 'problem', problem: label !== undefined && !ended ? onlyFirstLine : 'is empty' };
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
    return { kind: 'problem', problem: 'is neither PEM nor base64; a file name belongs into the variable with _FILE' };
  }
  const der = Buffer.from(base64, 'base64');
  if (!decoded && /^\s*-----BEGIN /.test(der.toString())) return recognise(der.toString(), true);
  for (const type of ['pkcs8', 'pkcs1'] as const) {
    const key = attempt(() => createPrivateKey({ key: der, format: 'der', type }));
    if (key) return { kind: 'private', key };
  }
  for (const type of ['spki', 'pkcs1'] as const) {
    const key = attempt(() => createPublicKey({ key: der, format: 'der', type }));
    if (key) return { kind: 'public', key };
  }
  const problem = 'is base64 but no key in it can be read; perhaps a part of it is missing';
  return {
    kind: 'problem',
    problem: label === undefined || ended ? problem : 'is a PEM without its END line; a part of it is missing',
  };
}

const onlyFirstLine =
  'is empty: only the first line of a PEM arrived; put all of it on one line with \\n between its lines, or leave its BEGIN and END out, or name its file in the variable with _FILE';
const encrypted = 'is encrypted; give the key without a password (openssl pkcs8 -topk8 -nocrypt)';

const refusedLabels: readonly (readonly [RegExp, string])[] = [
  [/^ENCRYPTED PRIVATE KEY$/, encrypted],
  [/CERTIFICATE/, 'is a certificate; a bare key belongs here'],
  [/OPENSSH/, 'is in OpenSSH format; PKCS#8 or PKCS#1 belongs here (ssh-keygen -p -m PEM)'],
  [/^EC /, 'is an elliptic-curve key; an RSA key belongs here'],
];

function attempt(read: () => KeyObject): KeyObject | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
