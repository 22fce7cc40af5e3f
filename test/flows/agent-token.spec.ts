import assert from 'node:assert/strict';
import type { Event } from '../../flows/input.js';
import { createReadyDrive } from './drive.js';

const KNOWN = 'the agent token is known';
const OLDER = 'an older agent token';

describe('an agent token', () => {
  const token = (accessToken: string, issuedAtWallMs: number) =>
    ({ type: 'agentTokenNotified', accessToken, issuedAtWallMs }) as const;

  it('is replaced by a newer one', () => {
    const drive = createReadyDrive();
    drive.feed(token('first', 1000));
    drive.feed(token('second', 2000));
    assert.equal(drive.state.book.agentToken?.accessToken, 'second');
  });

  it('is not replaced by an older notification that comes again', () => {
    const drive = createReadyDrive();
    drive.feed(token('first', 1000));
    drive.feed(token('second', 2000));
    drive.feed(token('first', 1000));
    assert.equal(drive.state.book.agentToken?.accessToken, 'second');
  });

  const AFTER: readonly [name: string, Omit<Event & { type: 'agentTokenNotified' }, 'type'>, ignored?: string][] = [
    ['the same one, told again', { accessToken: 'A', expiresAtWallMs: 9000, issuedAtWallMs: 3000 }, KNOWN],
    ['the same one with another end', { accessToken: 'A', expiresAtWallMs: 9999, issuedAtWallMs: 3000 }],
    ['another one that is newer', { accessToken: 'B', expiresAtWallMs: 9000, issuedAtWallMs: 3000 }],
    ['another one of the same time', { accessToken: 'B', issuedAtWallMs: 2000 }, OLDER],
    ['another one without a time', { accessToken: 'B' }, OLDER],
  ];
  for (const [name, next, ignored] of AFTER) {
    it(`${ignored === undefined ? 'gives way to' : 'stays after'} ${name}`, () => {
      const drive = createReadyDrive();
      const first = { accessToken: 'A', expiresAtWallMs: 9000, issuedAtWallMs: 2000 };
      drive.feed({ type: 'agentTokenNotified', ...first });
      const decision = drive.feed({ type: 'agentTokenNotified', ...next });
      assert.equal(decision.ignored, ignored);
      assert.deepEqual(drive.state.book.agentToken, ignored === undefined ? next : first);
    });
  }
});
