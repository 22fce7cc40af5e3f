import assert from 'node:assert/strict';
import type { CheckRow } from '../../../../firmware/commands/check/check-row.js';
import { SIMULATED_WIRING } from '../../../../hw-sim/simulated-wiring.js';
import { createHandsBench, type HandsBench, type HandsBenchOptions, KEYS } from './hands-bench.js';

const { panel, vend, keypad, scannerPort } = SIMULATED_WIRING;
const PANEL = { kind: 'gpio', ...panel } as const;
const KEYPAD = {
  kind: 'matrix',
  rowPins: keypad.rowLines,
  columnPins: keypad.columnLines,
  keys: KEYS,
  settleMs: 0,
} as const;
const SCANNER = { kind: 'gm65', port: scannerPort, baud: 9600 } as const;
const VEND = { kind: 'relay', ...vend, timeoutMs: 5_000 } as const;

const short = (rows: readonly CheckRow[]): string[] =>
  rows.map(({ item, outcome, found }) => `${outcome} ${item}: ${found}`);
const failures = (rows: readonly CheckRow[]): string[] =>
  rows.filter(({ outcome }) => outcome === 'FAIL').map(({ item, found, todo }) => `${item}: ${found} → ${todo}`);

/** The key that was asked for, where one was. */
const asked = (said: string): string | undefined =>
  /^Press (.) /.exec(said)?.[1] ?? /Once more: (.) alone/.exec(said)?.[1];

describe('check by hand', () => {
  describe('of the panel', () => {
    const panelBench = (): HandsBench => createHandsBench({ devices: { panel: PANEL } });

    /** Looks at lamps, listens, and moves the door as asked. */
    function looksAt(bench: HandsBench, dead: readonly string[] = []): (said: string) => void {
      let beepsHeard = 0;
      return (said) => {
        const lamp = /^Lamp "(\w+)"/.exec(said)?.[1];
        if (lamp !== undefined) {
          /* A person sees a lamp that was lit at least once in a blink of 0.8 s. */
          const lit = new Set<string>();
          for (let at = 0; at < 900; at += 50)
            bench.world.after(at, () => {
              for (const one of bench.panel.lit()) lit.add(one);
            });
          bench.world.after(950, () => {
            for (const one of dead) lit.delete(one);
            bench.type([...lit].join() === lamp ? '' : 'n');
          });
        }
        if (said.startsWith('The buzzer')) {
          bench.type(bench.panel.beepsMs.length > beepsHeard && !dead.includes('buzzer') ? '' : 'n');
          beepsHeard = bench.panel.beepsMs.length;
        }
        if (said.includes('close it')) bench.panel.closeDoor();
        if (said.includes('open it')) bench.panel.openDoor();
      };
    }

    it('passes what is lit, heard and moved', async () => {
      const bench = panelBench();
      assert.deepEqual(short(await bench.run(looksAt(bench))).slice(0, 6), [
        'PASS lamp ready: blinks when told to (line 121)',
        'PASS lamp busy: blinks when told to (line 122)',
        'PASS lamp paid: blinks when told to (line 123)',
        'PASS lamp fault: blinks when told to (line 124)',
        'PASS buzzer: was heard (line 125)',
        'PASS door switch: was seen open and closed (line 126)',
      ]);
      assert.deepEqual(bench.panel.lit(), []);
    });

    it('begins with the door as it stands', async () => {
      const bench = panelBench();
      bench.panel.openDoor();
      const rows = await bench.run(looksAt(bench));
      assert.ok(short(rows).includes('PASS door switch: was seen open and closed (line 126)'));
      assert.deepEqual(
        bench.said.filter((line) => line.startsWith('The door')).map((line) => line.slice(0, 20)),
        ['The door reads open:', 'The door reads close'],
      );
    });

    it('names a lamp that stays dark and a buzzer that stays silent', async () => {
      const bench = panelBench();
      assert.deepEqual(failures(await bench.run(looksAt(bench, ['paid', 'buzzer']))), [
        'lamp paid: was told to blink and does not, or another one does (line 123) → check the lamp, what drives it, and PANEL_PAID_PIN',
        'buzzer: was told to sound and was not heard (line 125) → check the buzzer, what drives it, and PANEL_BUZZER_PIN',
      ]);
    });

    it('sounds the buzzer again when asked to, and asks again when it does not understand', async () => {
      const bench = panelBench();
      const answers = ['r', 'what?', 'r', 'y'];
      const usual = looksAt(bench);
      const rows = await bench.run((said) => {
        if (!said.startsWith('The buzzer')) return usual(said);
        const type = (): void => {
          const answer = answers.shift();
          if (answer === undefined) return;
          bench.type(answer);
          /* Nothing is said after an `r`. */
          if (answer === 'r') bench.world.after(900, type);
        };
        type();
      });
      assert.ok(short(rows).includes('PASS buzzer: was heard (line 125)'));
      assert.equal(bench.panel.beepsMs.length, 3);
    });

    it('names a door switch that does not change', async () => {
      const bench = panelBench();
      const usual = looksAt(bench);
      const rows = await bench.run((said) => (said.startsWith('The door') ? bench.type('') : usual(said)));
      assert.deepEqual(failures(rows), [
        'door switch: reads closed and does not change (line 126) → check the switch, its cable and pull-up, and PANEL_DOOR_PIN',
      ]);
    });

    it('says that a line is not available, and asks nothing', async () => {
      const bench = panelBench();
      bench.gpio.refuse(122, 'busy');
      const rows = await bench.run(() => undefined);
      assert.match(failures(rows)[0] ?? '', /^lamps: a line of the panel is not available \(gpio, GPIO line 122/);
      assert.equal(bench.said.length, 1);
    });

    it('leaves all dark and free when nobody is there', async () => {
      const bench = panelBench();
      const rows = await bench.run(() => undefined);
      assert.equal(short(rows)[0], 'FAIL lamp ready: nobody answered for 120 s');
      assert.equal(failures(rows).length, 1);
      assert.deepEqual([...new Set(rows.slice(1).map(({ outcome }) => outcome))], ['SKIP']);
      assert.deepEqual(bench.panel.lit(), []);
      assert.deepEqual(bench.taken([121, 122, 123, 124, 125, 126]), []);
      assert.ok(bench.world.nowMs() < 125_000, `${bench.world.nowMs()} ms`);
    });

    for (const [how, stop] of [
      ['q', (bench: HandsBench) => bench.type('q')],
      ['leaving', (bench: HandsBench) => bench.leave()],
    ] as const) {
      it(`ends at once on ${how}, and says what was not tested`, async () => {
        const bench = panelBench();
        const rows = await bench.run((said) => said.startsWith('Lamp "ready"') && stop(bench));
        assert.deepEqual(
          rows.map(({ outcome, item }) => `${outcome} ${item}`),
          [
            'SKIP lamp ready',
            'SKIP lamp busy',
            'SKIP lamp paid',
            'SKIP lamp fault',
            'SKIP buzzer',
            'SKIP door switch',
            'SKIP keys',
            'SKIP barcode',
            'SKIP vend',
          ],
        );
        assert.ok(rows.every(({ found }) => found === 'given up'));
        assert.deepEqual(bench.panel.lit(), []);
      });
    }

    it('does not take an Enter for an answer that came before anybody could look', async () => {
      const bench = createHandsBench({ devices: { panel: PANEL }, reactionMs: 100 });
      const rows = await bench.run(() => bench.type(''));
      assert.equal(short(rows)[0], 'FAIL lamp ready: nobody answered for 120 s');
    });
  });

  describe('of the keypad', () => {
    const keypadBench = (options: HandsBenchOptions = {}): HandsBench =>
      createHandsBench({ ...options, devices: { keypad: KEYPAD } });

    /** Presses what is asked for. */
    const presses = (bench: HandsBench) => (said: string) => {
      const key = asked(said);
      if (key !== undefined) bench.keypad.tap(key);
    };

    /** Presses what is asked for, except keys that are broken off. */
    const pressesBut = (bench: HandsBench, dead: string) => (said: string) => {
      const key = asked(said);
      if (key === undefined) return;
      if (dead.includes(key)) bench.type('');
      else bench.keypad.tap(key);
    };

    const keyRows = (rows: readonly CheckRow[]) => rows.filter(({ item }) => item === 'keys');

    it('passes a sound one, and shows which keys are left', async () => {
      const bench = keypadBench();
      const rows = await bench.run(presses(bench));
      assert.deepEqual(short(keyRows(rows)), ['PASS keys: all 12 answer, each at its place']);
      assert.equal(
        bench.said.find((line) => line.startsWith('Press 6')),
        'Press 6   ···/··6/789/*0#   7 left',
      );
      assert.equal(bench.gpio.shorts(), 0);
    });

    it('forgives a slip of the finger', async () => {
      const bench = keypadBench();
      let slips = 1;
      const rows = await bench.run((said) => {
        const key = asked(said);
        if (key === '5' && slips > 0) {
          slips -= 1;
          bench.keypad.tap('8');
        } else if (key !== undefined) bench.keypad.tap(key);
      });
      assert.deepEqual(short(keyRows(rows)), ['PASS keys: all 12 answer, each at its place']);
      assert.ok(bench.said.includes('That was 8 (row 3, column 2). Once more: 5 alone.'));
    });

    const faults: Readonly<
      Record<string, readonly [HandsBenchOptions, (bench: HandsBench) => (said: string) => void, readonly string[]]>
    > = {
      'a dead key': [
        {},
        (bench) => pressesBut(bench, '8'),
        ['keys: nothing comes of 8 (row 3, column 2) → clean or change the key; check its wires'],
      ],
      'a dead row': [
        {},
        (bench) => pressesBut(bench, '456'),
        ['keys: row 2 gives nothing → check its wire and line 102'],
      ],
      'a dead column': [
        {},
        (bench) => pressesBut(bench, '369#'),
        ['keys: column 3 gives nothing → check its wire and line 113'],
      ],
      'a keypad that is not connected': [
        {},
        (bench) => pressesBut(bench, '123456789*0#'),
        ['keys: no key gives anything → check the keypad’s connector, then KEYPAD_ROW_PINS and KEYPAD_COLUMN_PINS'],
      ],
      'two columns in the wrong order': [
        { columnLines: [112, 111, 113] },
        presses,
        [
          'keys: column 1 answers as column 2, column 2 answers as column 1 → swap the wires, or set KEYPAD_COLUMN_PINS=112,111,113',
        ],
      ],
      'rows and columns all the other way round': [
        { rowLines: [104, 103, 102, 101], columnLines: [113, 112, 111] },
        presses,
        [
          'keys: row 1 answers as row 4, row 2 answers as row 3, row 3 answers as row 2, row 4 answers as row 1 → swap the wires, or set KEYPAD_ROW_PINS=104,103,102,101',
          'keys: column 1 answers as column 3, column 3 answers as column 1 → swap the wires, or set KEYPAD_COLUMN_PINS=113,112,111',
        ],
      ],
      'one key that is wired to the wrong column': [
        {},
        (bench) => (said) => {
          const key = asked(said);
          if (key !== undefined) bench.keypad.tap(key === '4' ? '5' : key);
        },
        ['keys: 4 (row 2, column 1) answers as 5 (row 2, column 2) → check the key’s wires and KEYPAD_KEYS'],
      ],
      'a stuck key': [
        {},
        (bench) => (said) => {
          const key = asked(said);
          if (key === '5') bench.keypad.press('5');
          else if (key !== undefined) bench.keypad.tap(key);
        },
        ['keys: 5 (row 2, column 2) stayed down → free or clean the key; else look for a short'],
      ],
      'a key that was down before it began': [
        {},
        (bench) => {
          bench.keypad.press('9');
          return presses(bench);
        },
        ['keys: 9 (row 3, column 3) stayed down → free or clean the key; else look for a short'],
      ],
      'two columns that touch': [
        {},
        (bench) => {
          bench.gpio.contact(111, 112).set(true);
          return presses(bench);
        },
        ['keys: columns 1 and 2 answer together → look for a short between lines 111 and 112'],
      ],
      'a ghost: three keys held, and a fourth that nobody presses': [
        {},
        (bench) => (said) => {
          const key = asked(said);
          if (key === '1') for (const held of '124') bench.keypad.tap(held);
          else if (key !== undefined) bench.keypad.tap(key);
        },
        [
          'keys: at one press came 1 (row 1, column 1), 2 (row 1, column 2), 4 (row 2, column 1), 5 (row 2, column 2) → look for shorts between its lines; press one key at a time',
        ],
      ],
      'a second contact that follows the first': [
        {},
        (bench) => (said) => {
          const key = asked(said);
          if (key === undefined) return;
          bench.keypad.tap(key);
          if (key === '1') bench.world.after(30, () => bench.keypad.tap('6'));
        },
        [
          'keys: at one press came 1 (row 1, column 1), 6 (row 2, column 3) → look for shorts between its lines; press one key at a time',
        ],
      ],
      'a key whose contact bounces for long': [
        {},
        (bench) => (said) => {
          const key = asked(said);
          if (key === undefined) return;
          bench.keypad.tap(key);
          /* Up after 90 ms, and once more for a moment. */
          if (key === '7') bench.world.after(150, () => bench.keypad.tap('7', 40));
        },
        ['keys: 7 (row 3, column 1) came twice at one press → clean or change the key: its contact bounces'],
      ],
    };
    for (const [what, [options, hands, expected]] of Object.entries(faults)) {
      it(`names ${what}`, async () => {
        const bench = keypadBench(options);
        const rows = await bench.run(hands(bench));
        assert.deepEqual(failures(rows), expected, bench.said.join('\n'));
        assert.equal(
          keyRows(rows).some(({ outcome }) => outcome === 'PASS'),
          false,
        );
      });
    }

    it('reports what it found before it was given up', async () => {
      const bench = keypadBench();
      const rows = await bench.run((said) => {
        if (asked(said) === '4') bench.type('q');
        else pressesBut(bench, '2')(said);
      });
      assert.deepEqual(short(keyRows(rows)), [
        'FAIL keys: nothing comes of 2 (row 1, column 2)',
        'SKIP keys: 3 of 12 tested; given up',
      ]);
    });

    it('ends when nobody presses anything', async () => {
      const bench = keypadBench();
      const rows = await bench.run(() => undefined);
      assert.deepEqual(short(keyRows(rows)), ['FAIL keys: 0 of 12 tested; nobody answered for 120 s']);
      assert.deepEqual(bench.taken([101, 102, 103, 104, 111, 112, 113]), []);
    });

    it('says that a column is low without a key, and asks nothing', async () => {
      const bench = keypadBench();
      bench.gpio.drive(112, 0);
      const rows = await bench.run(() => undefined);
      assert.match(
        failures(rows)[0] ?? '',
        /^keys: the lines of the keypad are not available .*column line 112 is low/,
      );
    });
  });

  describe('of the scanner', () => {
    const scannerBench = (): HandsBench => createHandsBench({ devices: { scanner: SCANNER } });
    const show =
      (bench: HandsBench, ...codes: readonly string[]) =>
      (said: string) => {
        if (said.startsWith('Show')) bench.scanner.show(...codes);
      };

    it('shows what a barcode says', async () => {
      const bench = scannerBench();
      const rows = await bench.run(show(bench, '6901234567892'));
      assert.ok(short(rows).includes('PASS barcode: read 13 digits'));
      assert.equal(bench.said.at(-1), 'It read 13 digits: 6901234567892.');
    });

    for (const code of ['281234567890123456', '6212345678901234', '30123456789012345678901234567890']) {
      it(`keeps ${code.length} digits starting ${code.slice(0, 2)} to itself`, async () => {
        const bench = scannerBench();
        const rows = await bench.run(show(bench, code));
        assert.ok(short(rows).includes(`PASS barcode: read ${code.length} digits`));
        assert.equal(bench.said.at(-1), `It read ${code.length} digits, perhaps a payment code: not shown.`);
        assert.ok(!JSON.stringify([rows, bench.said]).includes(code.slice(4)));
      });
    }

    it('lets no barcode write to the terminal', async () => {
      const bench = scannerBench();
      await bench.run(show(bench, 'A\u009b2J'));
      assert.equal(bench.said.at(-1), 'It read 4 characters: A?2J.');
    });

    it('shows only the beginning of a long one', async () => {
      const bench = scannerBench();
      await bench.run(show(bench, `https://example.com/${'b'.repeat(60)}`));
      assert.equal(bench.said.at(-1), `It read 80 characters: https://example.com/${'b'.repeat(20)}….`);
    });

    it('asks for one code where it saw two', async () => {
      const bench = scannerBench();
      const rows = await bench.run((said) => {
        show(bench, '6901234567892', '5000112637922')(said);
        if (said.startsWith('It saw two')) bench.scanner.show('6901234567892');
      });
      assert.ok(short(rows).includes('PASS barcode: read 13 digits'), bench.said.join('\n'));
    });

    it('fails where a code was shown and nothing came', async () => {
      const bench = scannerBench();
      const rows = await bench.run((said) => said.startsWith('Show') && bench.type(''));
      assert.match(failures(rows)[0] ?? '', /^barcode: one was shown and nothing was read/);
    });
  });

  describe('of the vend mechanism', () => {
    const vendBench = (): HandsBench => createHandsBench({ devices: { vend: VEND } });

    it('moves nothing that was not asked for by number', async () => {
      const bench = vendBench();
      const rows = await bench.run((said) => said.startsWith('Goods') && bench.type(''));
      assert.equal(short(rows).at(-1), 'SKIP vend: no channel was asked for');
      assert.deepEqual(bench.vend.fallen, []);
    });

    it('moves nothing where nobody answers, or the answer is no channel', async () => {
      const bench = vendBench();
      const answers = ['y', '0', '5', '-1', '1x'];
      const rows = await bench.run((said) => said.startsWith('Goods') && bench.type(answers.shift() ?? 'q'));
      assert.equal(short(rows).at(-1), 'SKIP vend: given up');
      assert.deepEqual(failures(rows), []);
      assert.deepEqual(bench.vend.fallen, []);
    });

    it('releases the channels that were asked for, and tells which did not', async () => {
      const bench = vendBench();
      bench.vend.jam(2);
      const answers = ['2', '3', ''];
      const rows = await bench.run((said) => said.startsWith('Goods') && bench.type(answers.shift() ?? 'q'));
      assert.deepEqual(short(rows).slice(-2), [
        'PASS vend channel 2: released; the drop sensor saw it fall',
        'FAIL vend channel 3: nothing came out (vendNothingFell)',
      ]);
      assert.deepEqual(bench.vend.fallen, [1]);
      assert.deepEqual(bench.taken([131, 132, 133, 134, 139]), []);
    });
  });
});
