import assert from 'node:assert/strict';
import { createPrinterTalk } from '../../../drivers/printer/printer-talk.js';
import { createPrinterWatch } from '../../../drivers/printer/printer-watch.js';
import { createWorld } from '../../../hw-sim/world.js';
import { createScriptedPrinterLine, WELL } from '../../support/scripted-printer-line.js';
import { pass, testClock } from '../../support/test-clock.js';

const REST_MS = 3_000;
const UNWELL_REST_MS = 1_000;

function bench() {
  const world = createWorld({ seed: 1, startWallMs: 0 });
  const scripted = createScriptedPrinterLine();
  const talk = createPrinterTalk(scripted.line, () => assert.fail('the watch tells nothing by itself'));
  const printer = { isWell: true };
  const watch = createPrinterWatch(testClock(world), talk, () => printer.isWell);
  const seen: unknown[] = [];
  /** One rest, up to the question. */
  const rest = (): void => {
    watch.begin((what) => seen.push(what));
    pass(world, printer.isWell ? REST_MS : UNWELL_REST_MS);
  };
  return { ...scripted, world, printer, watch, seen, rest };
}

describe('printer watch', () => {
  for (const [isWell, restMs, question] of [
    [true, REST_MS, 'online'],
    [false, UNWELL_REST_MS, 'query'],
  ] as const) {
    it(`rests for ${restMs} ms before it asks a printer that is ${isWell ? 'well' : 'not well'}`, () => {
      const { world, watch, printer, asked } = bench();
      printer.isWell = isWell;
      watch.begin(() => {});
      pass(world, restMs - 1);
      assert.deepEqual(asked, []);
      pass(world, 1);
      assert.deepEqual(asked, [question]);
    });
  }

  it('asks for the whole condition at once where somebody wants to know', () => {
    const { world, watch, asked, answer, seen } = bench();
    watch.begin((what) => seen.push(what));
    watch.askNow();
    assert.deepEqual(asked, ['query']);
    pass(world, 10 * REST_MS);
    answer.query(WELL);
    assert.deepEqual([asked, seen], [['query'], [WELL]]);
  });

  it('asks once more, without a rest, where somebody wanted to know while it asked', () => {
    const { watch, asked, answer, rest } = bench();
    rest();
    watch.askNow();
    watch.askNow();
    answer.online(true);
    assert.deepEqual(asked, ['online']);
    watch.begin(() => {});
    assert.deepEqual(asked, ['online', 'query']);
    answer.query(WELL);
    watch.begin(() => {});
    assert.deepEqual(asked, ['online', 'query']);
  });

  it('glances twice at a printer that is well, and then asks for the whole condition', () => {
    const { asked, answer, seen, rest } = bench();
    for (let poll = 0; poll < 6; poll += 1) {
      rest();
      if (asked.at(-1) === 'online') answer.online(true);
      else answer.query(WELL);
    }
    assert.deepEqual(asked, ['online', 'online', 'query', 'online', 'online', 'query']);
    assert.deepEqual(seen, ['onLine', 'onLine', WELL, 'onLine', 'onLine', WELL]);
  });

  it('asks one that is off line at once why', () => {
    const { asked, answer, seen, rest } = bench();
    rest();
    answer.online(false);
    answer.query({ ...WELL, coverOpen: true });
    assert.deepEqual(asked, ['online', 'query']);
    assert.deepEqual(seen, [{ ...WELL, coverOpen: true }]);
  });

  it('never glances at one that is not well', () => {
    const { asked, answer, printer, rest } = bench();
    printer.isWell = false;
    for (let poll = 0; poll < 4; poll += 1) {
      rest();
      answer.query(WELL);
    }
    assert.deepEqual(asked, ['query', 'query', 'query', 'query']);
  });

  it('connects anew at the first poll without an answer, before anybody is told, and at each fifteenth more', () => {
    const { asked, answer, printer, seen, rest } = bench();
    rest();
    answer.online(undefined);
    assert.deepEqual([asked, seen], [['online', 'abandon'], []]);
    printer.isWell = false;
    const anewAt: number[] = [];
    for (let poll = 2; poll <= 40; poll += 1) {
      const before = seen.length;
      rest();
      answer.query(undefined);
      if (asked.at(-1) === 'abandon') anewAt.push(poll);
      assert.equal(seen.length - before, asked.at(-1) === 'abandon' ? 0 : 1);
    }
    assert.deepEqual(anewAt, [16, 31]);
  });

  it('begins to count again when the printer was heard meanwhile', () => {
    const { asked, answer, printer, watch, rest } = bench();
    printer.isWell = false;
    for (const anew of [true, false]) {
      rest();
      answer.query(undefined);
      assert.equal(asked.at(-1) === 'abandon', anew);
    }
    watch.heard();
    rest();
    answer.query(undefined);
    assert.equal(asked.at(-1), 'abandon');
  });

  it('says once that it rested when it is stopped, and asks nothing then', () => {
    const { world, watch, asked, rest } = bench();
    assert.equal(watch.stop(), false, 'before it began');
    watch.begin(() => {});
    assert.deepEqual([watch.stop(), watch.stop()], [true, false]);
    pass(world, 10 * REST_MS);
    assert.deepEqual(asked, []);
    rest();
    assert.equal(watch.stop(), false, 'while it asks');
  });
});
