import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import type { Host } from '../../drivers/host.js';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { incidentFiles } from '../../drivers/linux/incident-files.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { replay } from '../../firmware/commands/replay.js';
import { replayIncident } from '../../firmware/incident/replay-incident.js';
import { BOOK_SEGMENT_BYTES, openBook } from '../../firmware/journal/open-book.js';
import { createTerminal } from '../../firmware/terminal/terminal.js';
import type { Book } from '../../flows/book.js';
import { fold } from '../../flows/fold.js';
import type { TerminalRecord } from '../../flows/record.js';
import { createKiosk, type Kiosk } from '../../hw-sim/kiosk.js';
import { kioskSettings, simEnvironment } from '../../hw-sim/kiosk-settings.js';
import { createNetwork } from '../../hw-sim/network.js';
import { createSimFlash } from '../../hw-sim/sim-flash.js';
import { createSimGpio } from '../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../hw-sim/sim-serial.js';
import { createWorld } from '../../hw-sim/world.js';
import { runCommand } from '../firmware/command-run.js';
import { freePort } from '../support/free-port.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { MERCHANT } from '../support/terminal-process.js';
import { pass, testClock } from '../support/test-clock.js';
import { testKeyPairs } from '../support/test-key-pairs.js';
import { startTillbox } from '../support/tillbox-process.js';

const settings = kioskSettings({
  ...simEnvironment(testKeyPairs),
  SCANNER: 'none',
  PRINTER: 'none',
  LOG_LEVEL: 'error',
  NOTIFY_URL: 'http://127.0.0.1:9100/notify',
  NOTIFY_PORT: '9100',
});

/** One thing that a host app, the acquirer or the power does. */
type Happening =
  | { readonly type: 'sale'; readonly cents: number; readonly shown: number; readonly waitMs: number }
  | { readonly type: 'cancel' | 'refund' | 'undelivered' | 'powerCut' }
  | { readonly type: 'token'; readonly token: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constant('sale' as const),
      cents: fc.integer({ min: 100, max: 199 }),
      shown: fc.nat(999_999),
      waitMs: fc.constantFrom(0, 500, 4_000, 70_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ type: fc.constantFrom('cancel' as const, 'refund', 'undelivered', 'powerCut') }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('token' as const), token: fc.nat(3) }) },
);

/** Ends while the last decision is on its way to flash. */
const duringACommit: Happening[] = [
  { type: 'sale', cents: 100, shown: 0, waitMs: 0 },
  { type: 'sale', cents: 100, shown: 0, waitMs: 500 },
  { type: 'refund' },
  { type: 'powerCut' },
  { type: 'cancel' },
  { type: 'sale', cents: 100, shown: 0, waitMs: 0 },
];

const secretToken = (number: number): string => `merchant-token-number-${number}`;

function live(kiosk: Kiosk, happenings: readonly Happening[], secrets: Set<string>): void {
  kiosk.powerOn();
  kiosk.runUntil(() => kiosk.terminal?.kernel.state.live.acquirer === 'reachable', 60_000);
  for (const [index, one] of happenings.entries()) {
    const saleId = Object.keys(kiosk.terminal?.kernel.state.book.sales ?? {}).at(-1);
    switch (one.type) {
      case 'sale': {
        const amount = { currency: 'CNY', value: String(one.cents) };
        kiosk.api('POST', '/v1/sales', { orderId: `order-${index}`, amount });
        const open = Object.keys(kiosk.terminal?.kernel.state.book.sales ?? {}).at(-1);
        const code = `28${String(one.shown).padStart(16, '5')}`;
        secrets.add(code);
        if (open !== undefined) kiosk.api('POST', `/v1/sales/${open}/code`, { code });
        kiosk.world.runUntil(kiosk.world.nowMs() + one.waitMs);
        break;
      }
      case 'cancel':
        kiosk.api('POST', `/v1/sales/${saleId}/cancel`, {});
        break;
      case 'undelivered':
        kiosk.api('POST', `/v1/sales/${saleId}/delivered`, { ok: false });
        break;
      case 'refund':
        kiosk.api('POST', '/v1/refunds', { saleId, refundId: `refund-${index}` });
        break;
      case 'token': {
        const token = secretToken(one.token);
        secrets.add(token);
        kiosk.acquirer.notifyAuthToken('http://127.0.0.1:9100/notify', token, 2_000_000_000_000);
        kiosk.world.runUntil(kiosk.world.nowMs() + 1_000);
        break;
      }
      case 'powerCut':
        kiosk.cutPower();
        kiosk.powerOn();
        kiosk.runUntil(() => kiosk.terminal?.kernel.state.live.acquirer === 'reachable', 60_000);
    }
  }
}

/** As the trace writes it. */
function withoutTokens(book: Book | undefined): unknown {
  assert.ok(book !== undefined);
  const { agentToken: _, ...rest } = book;
  return rest;
}

describe('an incident', () => {
  /** Lives a life, keeps it as an incident, plays that, and compares. Answers the incident. */
  function liveAndReplay(seed: number, happenings: readonly Happening[]): string {
    const saved: string[] = [];
    const secrets = new Set([testKeyPairs.terminalPrivate.slice(60, 120)]);
    const world = createWorld({ seed, startWallMs: Date.UTC(2026, 10, 23, 4) });
    const kiosk = createKiosk({ world, settings, saveIncident: ({ text }) => saved.push(text) });
    live(kiosk, happenings, secrets);
    const { terminal } = kiosk;
    assert.ok(terminal !== undefined);
    terminal.crashed(new Error('for the test'));
    const [text = ''] = saved;
    const lines: string[] = [];
    const played = replayIncident(text, (line) => lines.push(line));
    assert.ok(played.kind === 'noFailure');
    /* A decision whose records are still on their way to flash is part of the incident: then the next state is meant. */
    if (!isDeepStrictEqual(withoutTokens(played.state.book), withoutTokens(terminal.kernel.state.book))) {
      let published = false;
      const forget = terminal.kernel.onChange(() => {
        published = true;
      });
      kiosk.runUntil(() => published, 1_000);
      forget();
    }
    const { book, live: volatile } = terminal.kernel.state;
    assert.deepEqual(withoutTokens(played.state.book), withoutTokens(book));
    assert.deepEqual(played.state.live, JSON.parse(JSON.stringify(volatile)));
    const written = `${text}\n${lines.join('\n')}`;
    for (const secret of secrets) assert.ok(!written.includes(secret), `${secret} is written`);
    const token = book.agentToken?.accessToken ?? 'none';
    if (secrets.has(token)) assert.equal(terminal.redact(`failed with ${token}`), 'failed with [secret]');
    return text;
  }

  it('of any run replays to the book of that run, and contains no secret', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(happening, { minLength: 5, maxLength: 60, size: 'max' }),
        (seed, happenings) => void liveAndReplay(seed, happenings),
      ),
      { numRuns: 50, examples: [[324215, duringACommit]] },
    );
  });

  it('of a long run begins in the middle of it, and still replays to its book', () => {
    const sale = (shown: number): Happening => ({ type: 'sale', cents: 150, shown, waitMs: 500 });
    const day = Array.from({ length: 250 }, (_, index): Happening[] => [
      sale(index),
      ...(index % 50 === 0 ? ([{ type: 'token', token: index }, { type: 'refund' }] as const) : []),
    ]);
    const text = liveAndReplay(7, day.flat());
    const { inputs, state } = JSON.parse(text);
    assert.ok(inputs.length >= 256 && inputs.length <= 512, String(inputs.length));
    assert.notEqual(inputs[0].type, 'booted');
    assert.equal(state.book.agentToken.accessToken, '[agent token 1]');
    assert.ok(text.length < 1_000_000, String(text.length));
  });

  it('is also kept for an error of the flash', () => {
    const saved: { readonly bootCount: number; readonly text: string }[] = [];
    const world = createWorld({ seed: 1, startWallMs: Date.UTC(2026, 10, 23, 4) });
    const kiosk = createKiosk({ world, settings, saveIncident: (incident) => saved.push(incident) });
    live(kiosk, [{ type: 'sale', cents: 100, shown: 1, waitMs: 500 }], new Set());
    kiosk.flash.faults.io = true;
    kiosk.api('POST', '/v1/sales', { orderId: 'last', amount: { currency: 'CNY', value: '100' } });
    const saleId = Object.keys(kiosk.terminal?.kernel.state.book.sales ?? {}).at(-1);
    kiosk.api('POST', `/v1/sales/${saleId}/code`, { code: '288888888888888888' });
    assert.equal(kiosk.exitCode, 74);
    const [incident] = saved;
    assert.ok(incident !== undefined && incident.bootCount === 1);
    const { cause } = JSON.parse(incident.text);
    assert.equal(cause.kind, 'flash');
    const lines: string[] = [];
    assert.equal(replayIncident(incident.text, (line) => lines.push(line)).kind, 'noFailure');
    assert.match(lines.join('\n'), /codeGiven .*280000+8888.*\n {4}record paymentStarted/);
  });

  it('is kept once for an error of the flash, although the process takes a moment to end', () => {
    const world = createWorld({ seed: 1, startWallMs: Date.UTC(2026, 10, 23, 4) });
    const clock = testClock(world);
    const flash = createSimFlash({ after: clock.after, random: world.random });
    let saved = 0;
    const exits: number[] = [];
    const host: Host = {
      clock,
      random: { bytes: (count) => Uint8Array.from({ length: count }, () => world.random() * 256) },
      serial: createSimSerial(world).hostFor(clock),
      gpio: createSimGpio(world).hostFor(clock),
      flash,
      http: createNetwork(world).http,
      board: {
        log: () => undefined,
        lostLogLines: 0,
        clockSynchronised: () => 'yes',
        exit: (code) => exits.push(code),
      },
    };
    const saveIncident = (): void => {
      saved += 1;
    };
    createTerminal({ host, settings, version: 'test', saveIncident }, ({ kernel }) => {
      flash.faults.io = true;
      kernel.feed({ type: 'doorChanged', open: true });
    });
    pass(world, 60_000);
    assert.deepEqual([saved, exits], [1, [74]]);
  });

  it('that cannot be kept is logged, and changes nothing else', () => {
    const logged: string[] = [];
    const world = createWorld({ seed: 1, startWallMs: Date.UTC(2026, 10, 23, 4) });
    const kiosk = createKiosk({
      world,
      settings: kioskSettings({ ...simEnvironment(testKeyPairs), SCANNER: 'none', PRINTER: 'none' }),
      log: (line) => logged.push(line),
      saveIncident() {
        throw new Error('ENOSPC: no space left on device');
      },
    });
    live(kiosk, [], new Set());
    kiosk.terminal?.crashed(new Error('for the test'));
    assert.match(logged.at(-1) ?? '', /WARN .*the incident was not kept.*ENOSPC/);
  });

  describe('of a real process', () => {
    let acquirer: RunningAcquirer;
    let dataDir = '';
    before(async () => {
      acquirer = await startAcquirer();
    });
    after(() => acquirer.stop());
    beforeEach(() => {
      dataDir = mkdtempSync(join(tmpdir(), 'tillbox-incident-'));
    });
    afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

    /** A journal that no terminal writes: a sale that is being paid, and was never sent. */
    function writeImpossibleJournal(): Promise<void> {
      const sale = {
        saleId: 's1',
        orderId: 'o1',
        amount: { currency: 'CNY', value: '100' },
        state: 'paying',
        attempts: [],
        receipt: 'none',
        startedAtWallMs: 1,
        updatedAtWallMs: 1,
      } as const;
      const record: TerminalRecord = { type: 'saleStarted', sale, atWallMs: 1 };
      const host = { flash: createLinuxFlash({ dataDir }), clock: createLinuxClock(), random: createLinuxRandom() };
      return new Promise((resolve, reject) => {
        openBook(host, { segmentSizeBytes: BOOK_SEGMENT_BYTES, healthChanged: () => undefined }, (error, store) => {
          if (store === undefined) return reject(error);
          store.commit([record], fold(store.state, record), (failed) => {
            store.close();
            if (failed === undefined) resolve();
            else reject(failed);
          });
        });
      });
    }

    it('is in the data directory, and fails the same way when it is replayed', async () => {
      await writeImpossibleJournal();
      const child = startTillbox(['run'], {
        ...MERCHANT,
        ...acquirer.env,
        DATA_DIR: dataDir,
        API_PORT: String(await freePort()),
      });
      assert.equal(await child.ended, 70, child.out() + child.errorOut());
      const path = join(dataDir, 'incident-0.json');
      assert.ok(child.errorOut().includes(`What led to this is kept in ${path}`), child.errorOut());
      assert.equal(statSync(path).mode & 0o777, 0o600);
      const { code, out } = await runCommand('replay', replay, [path]);
      assert.equal(code, 70);
      assert.match(out, /#\d+ \+0\.\d+ s {2}booted\n {4}FAILS {2}sale s1 has no payment to reverse\n/);
      assert.match(out, /The same assertion fails again\.\n$/);
      const bySim = startTillbox(['sim', '--replay', path]);
      assert.deepEqual([await bySim.ended, bySim.out()], [70, out]);
    });

    it('does not pile up', () => {
      for (const boot of [2, 9, 10, 11, 100]) incidentFiles.save(dataDir, boot, `{"boot":${boot}}`);
      writeFileSync(join(dataDir, 'incident-notes.json'), 'of a person');
      incidentFiles.save(dataDir, 100, '{"again":true}');
      assert.deepEqual(readdirSync(dataDir).sort(), [
        'incident-10.json',
        'incident-100.json',
        'incident-11.json',
        'incident-notes.json',
      ]);
      assert.equal(readFileSync(join(dataDir, 'incident-100.json'), 'utf8'), '{"again":true}');
    });

    it('leaves nothing behind where it cannot be written', () => {
      assert.throws(() => incidentFiles.save(join(dataDir, 'gone'), 1, '{}'), /ENOENT/);
      assert.equal(existsSync(join(dataDir, 'gone')), false);
    });

    it('says what is wrong with a file that cannot be replayed', async () => {
      const missing = await runCommand('replay', replay, [join(dataDir, 'none.json')]);
      assert.equal(missing.code, 64);
      assert.match(missing.errorOut, /no such file/);
      writeFileSync(join(dataDir, 'half.json'), '{"format":1,"cau');
      const half = await runCommand('replay', replay, [join(dataDir, 'half.json')]);
      assert.equal(half.code, 64);
      assert.match(half.errorOut, /not JSON/);
    });
  });
});
