import type { AcquirerSigner } from './acquirer-signer.js';

/**
 * Replaces RSA where millions of sales are simulated: a keyed 64-bit hash. It is not secure, but it detects a wrong key, other
 * content and flipped bits as reliably as the simulation needs.
 *
 * The terminal's side is the same function with the keys exchanged.
 */
export function createFastSigner(ownKey: string, peerKey: string): AcquirerSigner {
  const own = seedOf(ownKey);
  const peer = seedOf(peerKey);
  return {
    sign: (content) => keyedHash(own, content),
    verify: (content, signature) => signature === keyedHash(peer, textOf(content)),
  };
}

/** Signatures are of text: bytes that are not UTF-8 get a hash that no signed text has. */
function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : new TextDecoder().decode(content);
}

interface Seed {
  readonly low: number;
  readonly high: number;
}

function seedOf(key: string): Seed {
  return { low: mix(0x811c9dc5, key), high: mix(0x2f6b3a91, key) };
}

/** Two FNV-1a hashes. The result looks like base64 and contains `+` and `=`, so that URL encoding is tested. */
function keyedHash(seed: Seed, content: string): string {
  let low = seed.low;
  let high = seed.high;
  for (let index = 0; index < content.length; index += 1) {
    const unit = content.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
    high ^= high >>> 15;
  }
  low ^= low >>> 13;
  return `${lane(low)}+${lane(high)}==`;
}

/** 8 characters of the base64 alphabet. */
function lane(bits: number): string {
  return (bits >>> 0).toString(36).padStart(8, 'A');
}

function mix(start: number, text: string): number {
  let hash = start;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    hash ^= hash >>> 14;
  }
  return hash;
}
