import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import type { AcquirerSigner } from './acquirer-signer.js';

/** Real signatures: RSA-2048 with SHA-256 and PKCS#1 v1.5 padding. Keys are PEM; throws where one is not. */
export function createRsaSigner(ownPrivatePem: string, peerPublicPem: string): AcquirerSigner {
  const own = createPrivateKey(ownPrivatePem);
  const peer = createPublicKey(peerPublicPem);
  return {
    sign: (content) => sign('RSA-SHA256', Buffer.from(content, 'utf8'), own).toString('base64'),
    verify: (content, signature) => verify('RSA-SHA256', bytesOf(content), peer, Buffer.from(signature, 'base64')),
  };
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
}
