import assert from 'node:assert/strict';
import { agentTokenOf } from '../../../firmware/acquirer/agent-token-of.js';

const NOW_MS = 1_700_000_000_000;

describe('the agent token', () => {
  const cases: readonly [
    string,
    Parameters<typeof agentTokenOf>[0],
    Parameters<typeof agentTokenOf>[1],
    string | undefined,
  ][] = [
    ['is none where there is none', {}, {}, undefined],
    ['is the configured one at first', {}, { agentToken: 'configured' }, 'configured'],
    [
      'is the notified one from then on',
      { agentToken: { accessToken: 'notified' } },
      { agentToken: 'configured' },
      'notified',
    ],
    [
      'is the notified one while it is good',
      { agentToken: { accessToken: 'notified', expiresAtWallMs: NOW_MS + 1 } },
      { agentToken: 'configured' },
      'notified',
    ],
    [
      'is the configured one again once the notified one has expired',
      { agentToken: { accessToken: 'notified', expiresAtWallMs: NOW_MS } },
      { agentToken: 'configured' },
      'configured',
    ],
    [
      'is an expired one rather than none',
      { agentToken: { accessToken: 'notified', expiresAtWallMs: NOW_MS } },
      {},
      'notified',
    ],
    [
      'is never one of another merchant than is configured',
      { agentToken: { accessToken: 'notified', customerId: 'M1' } },
      { agentToken: 'configured', agentMerchant: 'M2' },
      'configured',
    ],
    [
      'is none rather than one of another merchant',
      { agentToken: { accessToken: 'notified', customerId: 'M1' } },
      { agentMerchant: 'M2' },
      undefined,
    ],
    [
      'is one of the configured merchant, by either of its names',
      { agentToken: { accessToken: 'notified', customerId: 'M1', authClientId: 'A1' } },
      { agentMerchant: 'A1' },
      'notified',
    ],
  ];
  for (const [what, book, configured, expected] of cases) {
    it(what, () => assert.equal(agentTokenOf(book, configured, NOW_MS), expected));
  }
});
