import type { KeyObject } from 'node:crypto';
import { rsaKey } from '../config/rsa-key.js';

/**
 * Explains for people which key goes where. The two public keys are easily mixed up, and the acquirer then only reports a wrong
 * signature.
 */
export function describeKeys(privateKey: KeyObject, alipayPublicKey: KeyObject | undefined): string {
  const lines = [
    'Our public key. Upload it in the Dashboard (one line, without spaces):',
    '',
    rsaKey.publicText(privateKey),
    '',
    `Its fingerprint: ${rsaKey.fingerprint(privateKey)}`,
    '',
  ];
  if (!alipayPublicKey) {
    lines.push(
      'Alipay’s public key is not configured yet. The Dashboard shows it after ours was uploaded; it goes into',
      'ALIPAY_PUBLIC_KEY (or a file named by ALIPAY_PUBLIC_KEY_FILE). Its fingerprint differs from the one above.',
    );
  } else if (rsaKey.isPair(privateKey, alipayPublicKey)) {
    lines.push(
      'WRONG: what is configured as Alipay’s public key is ours, the one above. Copy the other key of the Dashboard,',
      'the one that Alipay shows, into ALIPAY_PUBLIC_KEY.',
    );
  } else {
    lines.push(
      `Alipay’s public key, as configured, has the fingerprint ${rsaKey.fingerprint(alipayPublicKey)}: it is not ours, as it should be.`,
      `It begins ${rsaKey.publicText(alipayPublicKey).slice(44, 60)} after its first 44 characters; compare with the Dashboard.`,
    );
  }
  return lines.join('\n');
}
