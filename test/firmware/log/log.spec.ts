import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isoUtc } from '../../../firmware/log/iso-utc.js';
import { createLog, type LogLevel } from '../../../firmware/log/log.js';
import { createRedact } from '../../../firmware/log/redact.js';

function createBench(format: 'text' | 'json' = 'text', level: LogLevel = 'info') {
  const lines: string[] = [];
  const now = { ms: 0 };
  const redact = createRedact();
  const reader = { gone: false, lost: 0, told: [] as boolean[] };
  const log = createLog({
    board: {
      log(line) {
        if (reader.gone) reader.lost += 1;
        else lines.push(line);
      },
      get lostLogLines() {
        return reader.lost;
      },
    },
    lossChanged: (losing) => reader.told.push(losing),
    clock: {
      monotonicMs: () => now.ms,
      wallMs: () => 1_795_465_277_042 + now.ms,
      after: () => assert.fail('the log holds no timers'),
    },
    level,
    format,
    redact,
  });
  return { log, lines, now, redact, reader };
}

describe('createLog', () => {
  it('writes a readable line', () => {
    const { log, lines } = createBench();
    log.info('sale paid', { saleId: 'S1', amount: 1250, note: 'two words', left: undefined });
    assert.deepEqual(lines, ['2026-11-23T20:21:17.042Z INFO  sale paid saleId=S1 amount=1250 note="two words"']);
  });

  it('writes numbers with one decimal at most', () => {
    const { log, lines } = createBench();
    log.info('answered', { tookMs: 37.181152, whole: 42, half: 0.5, tiny: 0.04, below: -1.25, never: Number.NaN });
    assert.match(lines[0] ?? '', / tookMs=37\.2 whole=42 half=0\.5 tiny=0 below=-1\.2 never=NaN$/);
  });

  it('writes an object a line', () => {
    const { log, lines } = createBench('json');
    log.warn('acquirer silent', { reason: 'timeout', tookMs: 5000 });
    assert.deepEqual(
      lines.map((line) => JSON.parse(line)),
      [{ at: '2026-11-23T20:21:17.042Z', level: 'warn', message: 'acquirer silent', reason: 'timeout', tookMs: 5000 }],
    );
  });

  it('drops what is below its level', () => {
    const { log, lines } = createBench('text', 'warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    log.error('d');
    assert.equal(lines.length, 2);
  });

  for (const format of ['text', 'json'] as const) {
    it(`lets no secret out in a message, a name or a value (${format})`, () => {
      const { log, lines, redact } = createBench(format);
      redact.addSecret('to"ken\\with-marks');
      log.info('scanned 288888888888888888', {
        code: '288888888888888888',
        'to"ken\\with-marks': 'to"ken\\with-marks',
      });
      log.info('header', { authorization: 'abc', 'agent-token': 'xyzzy' });
      log.info('number', { code: 2_888_888_888_888_888 });
      const all = lines.join('\n');
      for (const secret of ['2888888888888888', 'ken\\with', 'ken\\\\with', '"abc"', '=abc', 'xyzzy']) {
        assert.ok(!all.includes(secret), `${secret} in ${all}`);
      }
    });

    it(`never writes more than one short line, whatever comes in (${format})`, () => {
      fc.assert(
        fc.property(
          fc.string({ unit: 'binary' }),
          fc.dictionary(fc.string(), fc.string({ unit: 'binary' })),
          (message, fields) => {
            const { log, lines } = createBench(format);
            log.error(message, { ...fields, long: 'word '.repeat(2000) });
            assert.equal(lines.length, 1);
            assert.ok(!/[\n\r\u2028]/.test(lines[0] ?? '\n'));
            assert.ok((lines[0] ?? '').length < 10_000);
            if (format === 'json') JSON.parse(lines[0] ?? '');
          },
        ),
        { numRuns: 100 },
      );
    });
  }

  it('stays JSON when a key block that was cut short is logged', () => {
    const { log, lines } = createBench('json');
    log.error('crash', { text: '-----BEGIN PRIVATE KEY-----\nMIIE' });
    assert.equal(JSON.parse(lines[0] ?? '').text, '[secret]');
  });

  it('holds back a message that repeats, and reports how often', () => {
    const { log, lines, now } = createBench();
    for (let count = 0; count < 100; count += 1) log.warn('scanner silent', { count });
    assert.equal(lines.length, 60);
    log.warn('printer silent');
    assert.equal(lines.length, 61);
    now.ms = 60_000;
    log.warn('scanner silent');
    assert.match(lines.at(-1) ?? '', /scanner silent heldBack=40$/);
    log.warn('scanner silent');
    assert.match(lines.at(-1) ?? '', /scanner silent$/);
  });

  it('never holds back what was asked for with debug', () => {
    const { log, lines } = createBench('text', 'debug');
    for (let count = 0; count < 500; count += 1) log.debug('input', { count });
    assert.equal(lines.length, 500);
  });

  it('watches a bounded number of messages and loses no count', () => {
    const { log, lines } = createBench();
    for (let count = 0; count < 65; count += 1) log.info('first');
    for (let count = 0; count < 300; count += 1) log.info(`other ${count}`);
    assert.equal(lines.filter((line) => /lines held back of="info first" heldBack=5$/.test(line)).length, 1);
  });
});

describe('isoUtc', () => {
  it('agrees with the platform on every date', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 253_402_300_799_999 }), (ms) => {
        assert.equal(isoUtc(ms), new Date(ms).toISOString());
      }),
    );
  });

  describe('where lines are lost', () => {
    it('counts them, reports them with the first line that passes, and says when it has been over for a while', () => {
      const { log, lines, now, reader } = createBench();
      log.info('one');
      reader.gone = true;
      log.info('two');
      log.info('three');
      assert.deepEqual([lines.length, reader.told], [1, [true]]);
      now.ms = 5_000;
      reader.gone = false;
      log.info('four');
      assert.deepEqual(
        lines.slice(1).map((line) => line.slice(25)),
        ['INFO  four', 'WARN  log lines were lost lines=2'],
      );
      assert.deepEqual(reader.told, [true], 'not over yet');
      now.ms = 10_000;
      log.info('five');
      assert.deepEqual(reader.told, [true, false]);
      reader.gone = true;
      log.info('six');
      assert.deepEqual(reader.told, [true, false, true]);
    });
  });
});
