import assert from 'node:assert/strict';
import { HostError } from '../../../drivers/host.js';
import { createPrinterSender } from '../../../drivers/printer/printer-sender.js';
import { createWorld } from '../../../hw-sim/world.js';
import { pass, testClock } from '../../support/test-clock.js';

/** Ten bits a byte: a chunk of 256 bytes takes 267 ms. */
const BAUD = 9_600;

function bench() {
  const world = createWorld({ seed: 1, startWallMs: 0 });
  const clock = testClock(world);
  const written: number[] = [];
  const port = { open: true, takes: true };
  const sender = createPrinterSender(
    clock,
    {
      isOpen: () => port.open,
      write(bytes, done) {
        written.push(bytes.length);
        if (!port.open) clock.after(0, () => done(new HostError('disconnected', 'gone')));
        else if (port.takes) clock.after(0, () => done());
      },
    },
    BAUD,
  );
  const answers: boolean[] = [];
  const send = (byteCount: number): void => sender.send(new Uint8Array(byteCount), (sent) => answers.push(sent));
  return { world, port, sender, written, answers, send };
}

describe('printer sender', () => {
  it('sends chunk after chunk, each when the one before it has had its time on the line', () => {
    const { world, written, answers, send } = bench();
    send(600);
    pass(world, 266);
    assert.deepEqual(written, [256]);
    pass(world, 268);
    assert.deepEqual([written, answers], [[256, 256, 88], []]);
    pass(world, 92);
    assert.deepEqual(answers, [true]);
  });

  it('waits for XON, and goes on with what is left', () => {
    const { world, sender, written, answers, send } = bench();
    send(512);
    sender.flow(false);
    pass(world, 4_000);
    assert.deepEqual(written, [256]);
    sender.flow(true);
    pass(world, 267);
    assert.deepEqual([written, answers], [[256, 256], [true]]);
  });

  it('gives up after five seconds of XOFF', () => {
    const { world, sender, written, answers, send } = bench();
    sender.flow(false);
    send(10);
    pass(world, 4_999);
    assert.deepEqual(answers, []);
    pass(world, 1);
    assert.deepEqual([written, answers], [[], [false]]);
  });

  it('gives up a chunk that the system takes no more', () => {
    const { world, port, written, answers, send } = bench();
    port.takes = false;
    send(256);
    pass(world, 5_266);
    assert.deepEqual(answers, []);
    pass(world, 1);
    assert.deepEqual([written, answers], [[256], [false]]);
  });

  for (const [when, wait] of [
    ['while a chunk is on the line', () => undefined],
    ['while XOFF holds', (sender: { flow(mayWrite: boolean): void }) => sender.flow(false)],
  ] as const) {
    it(`sends nothing of the rest on the next connection: lost ${when}`, () => {
      const { world, sender, written, answers, send } = bench();
      send(600);
      wait(sender);
      pass(world, 100);
      sender.lost();
      pass(world, 10_000);
      assert.deepEqual([written, answers], [[256], [false]]);
    });
  }

  it('says so where there is no connection, later', () => {
    const { world, port, answers, send } = bench();
    port.open = false;
    send(10);
    assert.deepEqual(answers, []);
    pass(world, 1);
    assert.deepEqual(answers, [false]);
  });

  it('says nothing after it was closed', () => {
    const { world, sender, answers, send } = bench();
    send(600);
    sender.close();
    pass(world, 10_000);
    assert.deepEqual(answers, []);
  });
});
