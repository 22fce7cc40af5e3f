import assert from 'node:assert/strict';
import type { HostError, SerialHost, SerialPort } from '../../../drivers/host.js';
import { createLinuxSerial } from '../../../drivers/linux/serial.js';
import { openPty } from '../../support/open-pty.js';
import { createPtyLine, type PtyLine } from '../../support/pty-line.js';
import { until } from '../../support/until.js';

interface Opened {
  readonly port: SerialPort;
  readonly log: string[];
  readonly received: () => Buffer;
  readonly error: () => HostError | undefined;
}

/** It has opened a port before. */
const used = createLinuxSerial();

function open(
  path: string,
  flowControl: 'none' | 'xonXoff' = 'none',
  baud = 19_200,
  serial: SerialHost = used,
): Opened {
  const log: string[] = [];
  const chunks: Uint8Array[] = [];
  let error: HostError | undefined;
  const port = serial.open(
    { path, baud, flowControl },
    {
      opened: () => log.push('opened'),
      data: (bytes) => chunks.push(bytes.slice()),
      closed: (why) => {
        error = why;
        log.push('closed');
      },
    },
  );
  assert.deepEqual(log, [], 'nothing is called inside open');
  return { port, log, received: () => Buffer.concat(chunks), error: () => error };
}

describe('serial ports on Linux', () => {
  let line: PtyLine;
  const ports: Opened[] = [];

  async function opened(...how: Parameters<typeof open>): Promise<Opened> {
    const made = open(...how);
    ports.push(made);
    await until(() => made.log.length > 0);
    assert.deepEqual(made.log, ['opened'], made.error()?.message);
    return made;
  }

  beforeEach(() => {
    line = createPtyLine();
  });

  afterEach(() => {
    for (const { port } of ports.splice(0)) port.close();
    line.remove();
  });

  it('carries every byte both ways', async () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const { port, received } = await opened(line.path);
    let done = 0;
    port.write(all, (error) => {
      assert.equal(error, undefined);
      done += 1;
    });
    await until(() => line.received().length === 256);
    assert.deepEqual([...line.received()], [...all]);
    line.send(all);
    await until(() => received().length === 256);
    assert.deepEqual([...received()], [...all]);
    assert.equal(done, 1);
  });

  it('notices that the plug was pulled, once, without writing', async () => {
    const { log, error } = await opened(line.path);
    line.unplug();
    await until(() => log.includes('closed'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(log, ['opened', 'closed']);
    assert.equal(error()?.code, 'disconnected');
  });

  it('answers a write on a closed port with an error and never sends it later', async () => {
    const first = await opened(line.path);
    line.unplug();
    await until(() => first.log.includes('closed'));
    const answers: (string | undefined)[] = [];
    first.port.write(Buffer.from('STALE-RECEIPT'), (error) => answers.push(error?.code));
    assert.deepEqual(answers, [], 'not inside the call');
    await until(() => answers.length > 0);
    assert.deepEqual(answers, ['disconnected']);
    line.plug();
    const second = await opened(line.path);
    second.port.write(Buffer.from('FRESH'), () => undefined);
    await until(() => line.received().length > 0);
    assert.equal(line.received().toString(), 'FRESH');
  });

  it('answers a write before the port is open with an error', async () => {
    const made = open(line.path);
    ports.push(made);
    const answers: (string | undefined)[] = [];
    made.port.write(Buffer.from('EARLY'), (error) => answers.push(error?.code));
    await until(() => answers.length > 0 && made.log.length > 0);
    assert.deepEqual(answers, ['disconnected']);
    made.port.write(Buffer.from('LATER'), () => undefined);
    await until(() => line.received().length > 0);
    assert.equal(line.received().toString(), 'LATER');
  });

  it('closes without an error when asked to, once', async () => {
    const { port, log, error } = await opened(line.path);
    port.close();
    port.close();
    assert.deepEqual(log, ['opened'], 'not inside the call');
    await until(() => log.includes('closed'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    assert.deepEqual(log, ['opened', 'closed']);
    assert.equal(error(), undefined);
  });

  it('closes a port that is still opening', async () => {
    const made = open(line.path);
    made.port.close();
    await until(() => made.log.length > 0);
    assert.deepEqual(made.log, ['closed']);
    const next = await opened(line.path);
    assert.deepEqual(next.log, ['opened'], 'the line is free again');
  });

  it('stops at XOFF and goes on at XON', async () => {
    const { port } = await opened(line.path, 'xonXoff');
    line.send(Uint8Array.of(0x13));
    await new Promise((resolve) => setTimeout(resolve, 100));
    port.write(Buffer.from('HELD'), () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.equal(line.received().toString(), '');
    line.send(Uint8Array.of(0x11));
    await until(() => line.received().length === 4);
    assert.equal(line.received().toString(), 'HELD');
  });

  it('throws away what a held line has not sent when it is closed', async () => {
    const { port, log } = await opened(line.path, 'xonXoff');
    line.send(Uint8Array.of(0x13));
    await new Promise((resolve) => setTimeout(resolve, 100));
    port.write(Buffer.from('STALE'), () => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    port.close();
    await until(() => log.includes('closed'));
    const next = await opened(line.path, 'xonXoff');
    line.send(Uint8Array.of(0x11));
    next.port.write(Buffer.from('FRESH'), () => undefined);
    await until(() => line.received().length >= 5);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(line.received().toString(), 'FRESH');
  });

  it('answers every write when the plug is pulled under a reader that does not read', async () => {
    const { file, far } = openPty('raw');
    const { port, log } = await opened(file);
    let answered = 0;
    for (let at = 0; at < 40; at += 1) {
      port.write(new Uint8Array(8_192), () => {
        answered += 1;
      });
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.ok(answered < 40, 'the line is full');
    far.destroy();
    await until(() => log.includes('closed') && answered === 40);
    assert.deepEqual(log, ['opened', 'closed']);
  });

  it('names what is wrong with a port that cannot be opened', async () => {
    const held = await opened(line.path);
    const cases: [path: string, baud: number, code: string][] = [
      [line.path, 19_200, 'busy'],
      [`${line.path}-nowhere`, 19_200, 'absent'],
      ['/dev/null', 19_200, 'unsupported'],
      [line.path, Number.NaN, 'busy'],
      ['/dev/usb/lp99', 19_200, 'absent'],
    ];
    for (const [path, baud, code] of cases) {
      const made = open(path, 'none', baud);
      await until(() => made.log.length > 0);
      assert.deepEqual(made.log, ['closed'], path);
      if (!Number.isNaN(baud)) assert.equal(made.error()?.code, code, made.error()?.message);
      assert.ok(made.error()?.message.includes(path));
      let answer: string | undefined;
      made.port.write(Buffer.from('x'), (error) => {
        answer = error?.code;
      });
      await until(() => answer !== undefined);
      assert.equal(answer, 'disconnected');
    }
    assert.deepEqual(held.log, ['opened']);
  });
});
