import type { Violate } from './violate.js';

/** Rule 9: no payment code, key or token is shown where people can read it. */
export interface SecretRules {
  add(secret: string): void;
  addCode(code: string): void;
  shown(text: string): void;
  /** What flash holds: it has to keep tokens, but never payment codes. */
  stored(pages: readonly Uint8Array[]): void;
}

const PAYMENT_CODE = /(?<!\d)(?:2[5-9]|30)\d{15,30}(?!\d)/g;
/** Each line of a secret with several lines counts. Shorter ones are PEM headers. */
const LINE_CHARS = 24;

export function createSecretRules(configured: readonly string[], violate: Violate): SecretRules {
  const codes = new Set<string>();
  const secrets = new Set<string>();

  function add(secret: string): void {
    const lines = secret.split('\n');
    if (lines.length === 1) secrets.add(secret);
    else for (const line of lines) if (line.length >= LINE_CHARS && !line.startsWith('-----')) secrets.add(line);
  }

  for (const secret of configured) add(secret);
  function codesIn(text: string, rule: string): void {
    for (const [found] of text.matchAll(PAYMENT_CODE)) {
      if (codes.has(found)) violate(rule, text.replace(found, '…').slice(0, 200));
    }
  }

  return {
    add,
    addCode: (code) => codes.add(code),
    shown(text) {
      codesIn(text, 'rule 9, a payment code is shown');
      for (const secret of secrets) {
        if (text.includes(secret)) violate('rule 9, a key or token is shown', text.replace(secret, '…').slice(0, 200));
      }
    },
    stored(pages) {
      for (const page of pages) codesIn(Buffer.from(page).toString('latin1'), 'rule 9, a payment code is kept');
    },
  };
}
