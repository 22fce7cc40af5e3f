import type { Kiosk } from '../kiosk.js';

/** A customer's wallet app. */
export interface Wallet {
  /** A fresh payment code, which the acquirer accepts for a minute. */
  freshCode(): string;
}

const CODE_LIFE_MS = 60_000;
const CODE_DIGITS = 18;

export function createWallet({ world, acquirer }: Pick<Kiosk, 'world' | 'acquirer'>): Wallet {
  return {
    freshCode() {
      let code = '28';
      while (code.length < CODE_DIGITS) code += Math.floor(world.random() * 10);
      acquirer.issueCode(code, world.wallMs() + CODE_LIFE_MS);
      return code;
    },
  };
}
