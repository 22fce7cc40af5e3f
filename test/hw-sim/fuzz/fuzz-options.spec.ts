import assert from 'node:assert/strict';
import { parseFuzzOptions } from '../../../hw-sim/fuzz/fuzz-options.js';

const parsed = (...args: string[]) => parseFuzzOptions(args, 42);

describe('parseFuzzOptions', () => {
  it('has a value for what is left out, and takes the seed from the clock', () => {
    assert.deepEqual(parsed(), {
      seed: 42,
      sales: 10_000,
      salesAShift: 25,
      minutes: undefined,
      workers: 2,
      without: [],
      only: undefined,
      firstOnly: false,
      verbose: false,
    });
  });

  it('explains every option when it is asked', () => {
    const help = parsed('--help');
    assert.ok('text' in help && help.isHelp);
    for (const option of ['sales', 'seed', 'minutes', 'workers', 'shift', 'without', 'only', 'first', 'verbose']) {
      assert.match(help.text, new RegExp(`^  --${option} .*\\S`, 'm'));
    }
  });

  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--sales', '0'], /^--sales must be a whole number from 1 to/],
    [['--sales', '1e3'], /^--sales must be .* not 1e3/],
    [['--seed', '-1'], /--seed/],
    [['--minutes', '0.5'], /^--minutes must be .* not 0\.5/],
    [['--shift', '401'], /^--shift must be a whole number from 1 to 400/],
    [['--workers', 'many'], /^--workers must be/],
    [['--without', 'clock,luck'], /^--without: luck is none of network, /],
    [['--only', 'kiosk'], /^--only: kiosk is none of host, /],
    [['--loudly'], /--loudly/],
    [['100'], /'100'/],
  ];
  for (const [args, expected] of wrong) {
    it(`says what is wrong with ${args.join(' ')}`, () => {
      const answer = parsed(...args);
      assert.ok('text' in answer && !answer.isHelp);
      assert.match(answer.text, expected);
    });
  }
});
