import { ofOtherAccount } from './of-other-account.js';
import type { Reversal } from './reversal.js';
import type { TerminalState } from './terminal-state.js';

/** True for a reversal that the terminal does not send by itself, because a person has to decide. */
export function isHeld(state: Pick<TerminalState, 'policy' | 'book'>, reversal: Reversal): boolean {
  return reversal.state !== 'finished' && (reversal.manual || ofOtherAccount(state, reversal));
}
