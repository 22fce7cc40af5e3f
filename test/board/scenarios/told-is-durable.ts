import type { Scenario } from '../scenario.js';
import { sellOnce } from './sell-once.js';

export const toldIsDurable: Scenario = {
  name: 'told',
  proves: 'tells nothing that is not on the card: cut at the moment it is told, with all that was not flushed lost',
  limitMs: 240_000,
  async run({ parts }) {
    await sellOnce(parts);
    return [];
  },
};
