import assert from 'node:assert/strict';
import { readStories } from './read-stories.js';
import { traceStory } from './trace-story.js';

describe('the stories of test/traces', () => {
  const stories = readStories();

  for (const { name, text } of stories) {
    it(`${name} tells what the terminal does (npm run traces writes it)`, () => {
      assert.equal(traceStory(text), text, 'another trace than the file has; npm run traces writes it');
    });
  }

  it('fail where a word of a trace is another one', () => {
    const [{ text } = { text: '' }] = stories;
    const changed = text.replace('sale-1 paying', 'sale-1 approved');
    assert.notEqual(changed, text);
    assert.equal(traceStory(changed), text);
  });

  it('name the line that cannot be played', () => {
    for (const line of [
      'box vent=host',
      'codeScaned',
      'payAnswered X',
      'wait long',
      'saleRequested 12',
      'vendFinished',
    ]) {
      assert.throws(() => traceStory(`> ${line}`), new RegExp(`cannot play "> ${line}"`));
    }
  });
});
