import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { HostError, SerialPort } from '../../drivers/host.js';
import { createSimSerial, type SerialCable } from '../../hw-sim/sim-serial.js';
import { createWorld } from '../../hw-sim/world.js';
import { pass, testClock } from '../support/test-clock.js';

const PATH = '/dev/ttyUSB0';

function bench(seed = 3) {
  const world = createWorld({ seed, startWallMs: 0 });
  const serial = createSimSerial(world);
  const atDevice: number[] = [];
  let cable: SerialCable | undefined;
  const port = serial.attach(PATH, 9_600, (near) => {
    cable = near;
    return { receive: (bytes) => atDevice.push(...bytes) };
  });
  assert.ok(cable);
  const clock = testClock(world);
  function open(flowControl: 'none' | 'xonXoff' = 'none', path = PATH) {
    const log: string[] = [];
    const data: number[] = [];
    let error: HostError | undefined;
    const opened: SerialPort = serial.hostFor(clock).open(
      { path, baud: 9_600, flowControl },
      {
        opened: () => log.push('opened'),
        data: (bytes) => data.push(...bytes),
        closed: (why) => {
          error = why;
          log.push('closed');
        },
      },
    );
    return { port: opened, log, data, code: () => error?.code };
  }
  return { world, serial, port, cable, atDevice, open };
}

describe('simulated serial ports', () => {
  it('carry bytes both ways, in order, at the speed of the line', () => {
    const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(bytes, bytes, fc.integer(), (out, back, seed) => {
        const { world, cable, atDevice, open } = bench(seed);
        const near = open();
        pass(world, 1);
        near.port.write(out, () => undefined);
        cable.send(back);
        const startMs = world.nowMs();
        while (atDevice.length < out.length && world.advance());
        assert.ok(world.nowMs() - startMs >= (out.length * 10_000) / 9_600 - 0.001);
        pass(world, 2_000);
        assert.deepEqual(atDevice, [...out]);
        assert.deepEqual(near.data, [...back]);
      }),
      { numRuns: 60 },
    );
  });

  it('lose what is on the line when the plug is pulled, and answer what waits', () => {
    const { world, port, atDevice, open } = bench();
    const near = open();
    pass(world, 1);
    const answers: (string | undefined)[] = [];
    for (let at = 0; at < 4; at += 1)
      near.port.write(new Uint8Array(3_000).fill(at), (error) => answers.push(error?.code));
    pass(world, 100);
    port.unplug();
    pass(world, 10);
    assert.deepEqual(near.log, ['opened', 'closed']);
    assert.equal(near.code(), 'disconnected');
    assert.equal(answers.length, 4);
    const arrived = atDevice.length;
    port.plug();
    const again = open();
    pass(world, 20_000);
    assert.deepEqual(again.log, ['opened']);
    assert.equal(atDevice.length, arrived, 'nothing of the old connection arrives');
  });

  it('send nothing after close', () => {
    const { world, atDevice, open } = bench();
    const near = open();
    pass(world, 1);
    near.port.write(new Uint8Array(1_000), () => undefined);
    pass(world, 50);
    near.port.close();
    const arrived = atDevice.length;
    pass(world, 5_000);
    assert.equal(atDevice.length, arrived);
    assert.deepEqual(near.log, ['opened', 'closed']);
    assert.equal(near.code(), undefined);
  });

  it('obey XOFF where opened so, and deliver it where not', () => {
    for (const flowControl of ['xonXoff', 'none'] as const) {
      const { world, cable, atDevice, open } = bench();
      const near = open(flowControl);
      pass(world, 1);
      cable.send(Uint8Array.of(0x13));
      pass(world, 20);
      near.port.write(Uint8Array.of(1, 2, 3), () => undefined);
      pass(world, 1_000);
      assert.deepEqual(atDevice, flowControl === 'none' ? [1, 2, 3] : []);
      assert.deepEqual(near.data, flowControl === 'none' ? [0x13] : []);
      cable.send(Uint8Array.of(0x11));
      pass(world, 1_000);
      assert.deepEqual(atDevice, [1, 2, 3]);
    }
  });

  it('give one connection a port', () => {
    const { world, open } = bench();
    const first = open();
    const second = open();
    const nowhere = open('none', '/dev/nowhere');
    pass(world, 10);
    assert.deepEqual([first.log, second.log, nowhere.log], [['opened'], ['closed'], ['closed']]);
    assert.deepEqual([second.code(), nowhere.code()], ['busy', 'absent']);
  });

  it('forget the connections of a process that died', () => {
    const { world, serial, cable, open } = bench();
    const dead = open();
    pass(world, 1);
    serial.closeAll();
    cable.send(Uint8Array.of(1));
    const alive = open();
    cable.send(Uint8Array.of(2));
    pass(world, 100);
    assert.deepEqual([dead.log, dead.data], [['opened'], []]);
    assert.deepEqual([alive.log, alive.data], [['opened'], [2]]);
  });

  it('change and lose bytes on a bad line', () => {
    const { world, port, cable, open } = bench();
    port.conditions = { ...port.conditions, garbled: 0.2, lost: 0.2 };
    const near = open();
    pass(world, 1);
    cable.send(new Uint8Array(1_000));
    pass(world, 5_000);
    assert.ok(near.data.length > 700 && near.data.length < 900, `${near.data.length} bytes`);
    assert.ok(near.data.some((byte) => byte !== 0));
  });

  it('double bytes on a line that does so, either way', () => {
    const { world, port, cable, open, atDevice } = bench();
    port.conditions = { ...port.conditions, doubled: 0.5 };
    const near = open();
    pass(world, 1);
    const sent = Uint8Array.from({ length: 200 }, (_, index) => index);
    cable.send(sent);
    near.port.write(sent, () => undefined);
    pass(world, 5_000);
    for (const arrived of [near.data, atDevice]) {
      assert.ok(arrived.length > 250 && arrived.length < 350, `${arrived.length} bytes`);
      assert.deepEqual([...new Set(arrived)], [...sent]);
    }
  });
});
