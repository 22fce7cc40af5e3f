import assert from 'node:assert/strict';
import { type QueueRequest, queueRequest } from '../../../../firmware/commands/queue/queue-request.js';
import { commandInput } from '../../command-run.js';

describe('what `tillbox queue` is asked to do', () => {
  const settle = ['settle', 'c1', '--by', 'Ada', '--note', 'cash'] as const;
  const settlement = { by: 'Ada', note: 'cash' };

  const ORDERS: readonly [args: readonly string[], order: QueueRequest][] = [
    [['list'], { json: false, action: 'list', all: false }],
    [['list', '--all'], { json: false, action: 'list', all: true }],
    [['list', '--json', '--data-dir', '/mnt/card'], { json: true, dataDir: '/mnt/card', action: 'list', all: false }],
    [['show', 'c1'], { json: false, action: 'show', id: 'c1' }],
    [['retry', 'c1', '--json'], { json: true, action: 'retry', id: 'c1' }],
    [['export'], { json: false, action: 'export' }],
    [settle, { json: false, action: 'settle', id: 'c1', settlement }],
    [
      [...settle, '--outcome', 'reversed'],
      { json: false, action: 'settle', id: 'c1', settlement: { ...settlement, outcome: 'reversed' } },
    ],
    [
      [...settle, '--outcome', 'paid'],
      { json: false, action: 'settle', id: 'c1', settlement: { ...settlement, outcome: 'paid' } },
    ],
  ];
  for (const [args, order] of ORDERS) {
    it(`understands ${args.join(' ')}`, () => assert.deepEqual(queueRequest(commandInput('queue', args)), order));
  }

  const REFUSED: readonly [args: readonly string[], why: RegExp][] = [
    [[], /^say list, show, retry, settle or export, or accept-new-card$/],
    [['dance'], /^say list, show, retry, settle or export, or accept-new-card$/],
    [['list', 'c1'], /^list takes no id/],
    [['export', 'c1'], /^export takes no id/],
    [['show'], /^show needs the id/],
    [['show', ''], /^show needs the id/],
    [['retry', ''], /^retry needs the id/],
    [['settle', '', '--by', 'Ada', '--note', 'cash'], /^settle needs the id/],
    [['settle', '--by', 'Ada', '--note', 'cash'], /^settle needs the id/],
    [['settle', 'c1'], /--by NAME and --note TEXT/],
    [['settle', 'c1', '--by', 'Ada'], /--by NAME and --note TEXT/],
    [['settle', 'c1', '--note', 'cash'], /--by NAME and --note TEXT/],
    [['settle', 'c1', '--by', '', '--note', 'cash'], /^--by /],
    [['settle', 'c1', '--by', 'Ada', '--note', ''], /^--note /],
    [[...settle, '--outcome', 'kept'], /^--outcome /],
    ...['list', 'export', 'show', 'retry'].flatMap((action): [readonly string[], RegExp][] =>
      ['--by', '--note', '--outcome'].map((option) => [[action, 'c1', option, 'paid'], /belong to settle$/]),
    ),
  ];
  for (const [args, why] of REFUSED) {
    it(`refuses ${args.join(' ') || 'nothing'}`, () => {
      const order = queueRequest(commandInput('queue', args));
      assert.ok(typeof order === 'string', JSON.stringify(order));
      assert.match(order, why);
    });
  }
});
