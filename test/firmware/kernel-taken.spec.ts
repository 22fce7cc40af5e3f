import assert from 'node:assert/strict';
import { createTestTerminal } from './test-terminal.js';

describe('kernel: who feeds an event', () => {
  it('is called when the result is durable and published', () => {
    const { kernel, journal } = createTestTerminal();
    journal.pause();
    const told: (string | undefined)[] = [];
    kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' }, () =>
      told.push(kernel.state.book.agentToken?.accessToken),
    );
    assert.deepEqual(told, []);
    journal.resume();
    assert.deepEqual(told, ['a']);
    assert.equal(journal.records.at(-1)?.type, 'agentTokenReceived');
  });

  it('is called for an event that changes nothing', () => {
    const { kernel } = createTestTerminal();
    let told = 0;
    kernel.feed({ type: 'codeScanned', code: '' }, () => {
      told += 1;
    });
    assert.equal(told, 1);
  });

  it('is called for each event that arrived during a commit, in order, after their own commit', () => {
    const { kernel, journal } = createTestTerminal();
    journal.pause();
    const told: string[] = [];
    for (const name of ['a', 'b', 'c']) {
      kernel.feed({ type: 'agentTokenNotified', accessToken: name }, () => told.push(name));
    }
    journal.resume();
    assert.deepEqual(told, ['a', 'b', 'c']);
    assert.equal(journal.commits(), 2);
  });

  it('is never called where the flash failed', () => {
    const { kernel, journal, flashFailures } = createTestTerminal();
    journal.pause();
    let told = 0;
    kernel.feed({ type: 'agentTokenNotified', accessToken: 'a' }, () => {
      told += 1;
    });
    journal.fail();
    assert.equal(flashFailures.length, 1);
    kernel.feed({ type: 'codeScanned', code: '' }, () => {
      told += 1;
    });
    assert.equal(told, 0);
  });
});
