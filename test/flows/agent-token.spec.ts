import assert from 'node:assert/strict';
import { createReadyDrive } from './drive.js';

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
});
