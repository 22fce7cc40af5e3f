import assert from 'node:assert/strict';
import { agentTokenOf } from '../../firmware/agent-token-of.js';

const NOW_MS = 1_700_000_000_000;

describe('the agent token', () => {
  const cases: readonly [string, Parameters<typeof agentTokenOf>[0], string | undefined, string | undefined][] = [
    ['is none where there is none', {}, undefined, undefined],
    ['is the configured one at first', {}, 'configured', 'configured'],
    ['is the notified one from then on', { agentToken: { accessToken: 'notified' } }, 'configured', 'notified'],
    [
      'is the notified one while it is good',
      { agentToken: { accessToken: 'notified', expiresAtWallMs: NOW_MS + 1 } },
      'configured',
      'notified',
    ],
    [
      'is the configured one again once the notified one has expired',
      { agentToken: { accessToken: 'notified', expiresAtWallMs: NOW_MS } },
      'configured',
      'configured',
    ],
    [
      'is an expired one rather than none',
      { agentToken: { accessToken: 'notified', expiresAtWallMs: NOW_MS } },
      undefined,
      'notified',
    ],
  ];
  for (const [what, book, configured, expected] of cases) {
    it(what, () => assert.equal(agentTokenOf(book, configured, NOW_MS), expected));
  }
});
