import assert from 'node:assert/strict';
import fs, { readdirSync, readlinkSync, realpathSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { HostError, SerialPort } from '../../../drivers/host.js';
import { createLinuxClock } from '../../../drivers/linux/clock.js';
import { openLinePrinter } from '../../../drivers/linux/line-printer.js';
import { createReceiptPrinter } from '../../../drivers/printer/receipt-printer.js';
import { paperText } from '../../../hw-sim/devices/paper.js';
import { createReceiptPrinterModel, USUAL_PRINTER } from '../../../hw-sim/devices/receipt-printer-model.js';
import { createPtyLine, type PtyLine } from '../../support/pty-line.js';
import { createRealWorld } from '../../support/real-world.js';
import { until } from '../../support/until.js';

/** A character device without line settings, played by one end of a pty; usblp itself needs a printer. */
describe('a USB line printer', () => {
  let line: PtyLine;
  let file: string;
  const ports: SerialPort[] = [];

  beforeEach(() => {
    line = createPtyLine();
    file = realpathSync(line.path);
  });
  afterEach(() => {
    for (const port of ports.splice(0)) port.close();
    line.remove();
  });

  function opened(path = line.path) {
    const log: ('opened' | 'closed')[] = [];
    const chunks: Uint8Array[] = [];
    let error: HostError | undefined;
    const port = openLinePrinter(
      { path, baud: 9_600, flowControl: 'none' },
      {
        opened: () => log.push('opened'),
        data: (bytes) => chunks.push(bytes),
        closed(why) {
          error = why;
          log.push('closed');
        },
      },
    );
    ports.push(port);
    assert.deepEqual(log, [], 'nothing is called inside open');
    return { port, log, received: () => Buffer.concat(chunks), error: () => error };
  }

  /** How often this process holds the file, but for the line itself. */
  function held(): number {
    const holders = readdirSync('/proc/self/fd').filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`) === file;
      } catch {
        return false;
      }
    });
    return holders.length - 1;
  }

  it('holds the file once, and lets go of it though the printer says nothing', async () => {
    const { port, log, error } = opened();
    await until(() => log.length > 0);
    assert.deepEqual([[...log], held()], [['opened'], 1]);
    port.close();
    await until(() => log.length > 1, 1_000);
    assert.deepEqual([log, held(), error()], [['opened', 'closed'], 0, undefined]);
  });

  it('carries every byte both ways, more than the line takes at once', async () => {
    const all = Uint8Array.from({ length: 20_000 }, (_, at) => at & 0xff);
    const { port, received } = opened();
    await until(() => held() === 1);
    await new Promise((resolve) => setTimeout(resolve, 50));
    let done = 0;
    port.write(all, (error) => {
      assert.equal(error, undefined);
      done += 1;
    });
    port.write(Uint8Array.of(7), () => {
      done += 1;
    });
    await until(() => line.received().length === 20_001);
    assert.deepEqual([...line.received()], [...all, 7]);
    line.send(all.subarray(0, 3_000));
    await until(() => received().length === 3_000);
    assert.deepEqual([...received()], [...all.subarray(0, 3_000)]);
    assert.equal(done, 2);
  });

  it('looks seldom at a printer that has answered, and still hears it', async () => {
    let looks = 0;
    const { read } = fs;
    fs.read = Object.assign((...args: Parameters<typeof read>) => {
      looks += 1;
      return read(...args);
    }, read);
    syncBuiltinESMExports();
    try {
      const { port, log, received } = opened();
      await until(() => log.length > 0);
      port.write(Uint8Array.of(0x10, 0x04, 1), () => line.send(Uint8Array.of(0x12)));
      await until(() => received().length === 1);
      await new Promise((resolve) => setTimeout(resolve, 400));
      const before = looks;
      await new Promise((resolve) => setTimeout(resolve, 800));
      assert.ok(looks - before <= 1, `${looks - before} looks in 0.8 s`);
      line.send(Uint8Array.of(0x14));
      await until(() => received().length === 2, 2_000);
    } finally {
      fs.read = read;
      syncBuiltinESMExports();
    }
  });

  it('notices that the plug was pulled, answers what was not written, and opens again', async () => {
    const { port, log, error } = opened();
    await until(() => log.length > 0);
    line.unplug();
    const answers: (string | undefined)[] = [];
    for (let at = 0; at < 2; at += 1) port.write(Uint8Array.of(at), (why) => answers.push(why?.code));
    await until(() => log.length > 1);
    assert.deepEqual([log, error()?.code], [['opened', 'closed'], 'disconnected']);
    assert.deepEqual(answers, ['disconnected', 'disconnected']);
    line.plug();
    const next = opened();
    await until(() => next.log.length > 0);
    assert.deepEqual(next.log, ['opened']);
  });

  it('prints, and prints again after a connection was given up', async () => {
    const world = createRealWorld();
    const model = createReceiptPrinterModel(world, { send: (bytes) => line.send(bytes) }, USUAL_PRINTER);
    line.onBytes((bytes) => model.receive(bytes));
    const driver = createReceiptPrinter(
      { clock: createLinuxClock(), serial: { open: openLinePrinter } },
      { path: line.path, baud: 19_200, flowControl: 'none', columns: 48, charset: 'gbk' },
      { statusChanged: () => undefined },
    );
    const answers: string[] = [];
    const print = (text: string): void =>
      driver.print({ lines: [{ kind: 'text', text }] }, (outcome) => answers.push(`${text} ${outcome}`));
    await until(() => driver.status().state === 'ok');
    print('one');
    await until(() => answers.length === 1, 10_000);
    model.hang(true);
    print('two');
    await until(() => answers.length === 2, 20_000);
    model.hang(false);
    await until(() => driver.status().state === 'ok', 20_000);
    print('three');
    await until(() => answers.length === 3, 10_000);
    assert.deepEqual([answers[0], answers[2]], ['one printed', 'three printed']);
    assert.ok(model.receipts().some((strip) => paperText(strip).includes('three')));
    driver.close();
    world.end();
  });
});
