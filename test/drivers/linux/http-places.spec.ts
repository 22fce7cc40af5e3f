import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import sinon from 'sinon';
import { createHttpPlaces } from '../../../drivers/linux/http-places.js';

const OWN = '127.0.0.1';

function rig(answerLimit = 8) {
  const gone: Socket[] = [];
  const places = createHttpPlaces(answerLimit, (socket) => {
    gone.push(socket);
    socket.emit('close');
  });
  const arrive = (remoteAddress: string): Socket => {
    const socket = Object.assign(new EventEmitter(), { remoteAddress }) as unknown as Socket;
    places.arrive(socket);
    return socket;
  };
  const from = (count: number, address: (at: number) => string): Socket[] =>
    Array.from({ length: count }, (_, at) => arrive(address(at)));
  return { places, gone, arrive, from };
}

describe('places of connections', () => {
  let clock: sinon.SinonFakeTimers;
  beforeEach(() => {
    clock = sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => clock.restore());

  it('lets the oldest of an address go that has too many, once they had a moment to ask', () => {
    const { gone, from } = rig();
    const sockets = from(70, () => '192.0.2.1');
    assert.deepEqual(gone, []);
    clock.tick(50);
    assert.deepEqual(gone, sockets.slice(0, 6));
  });

  it('counts a network of IPv6, and an IPv4 address however it is written, as one', () => {
    for (const address of [
      (at: number) => `2001:db8:1:2:${(at + 1).toString(16)}::1`,
      (at: number) => `2001:db8::${at.toString(16)}`,
      (at: number) => (at % 2 === 0 ? '192.0.2.1' : '::ffff:192.0.2.1'),
      (at: number) => (at % 2 === 0 ? `127.0.0.${at}` : '::1'),
    ]) {
      const { gone, from } = rig();
      from(65, address);
      clock.tick(50);
      assert.equal(gone.length, 1, address(1));
    }
  });

  it('lets those go whose address has the most, where all places are taken', () => {
    const { gone, from } = rig();
    const few = from(30, () => '192.0.2.1');
    const many = from(60, () => '192.0.2.2');
    from(50, (at) => `198.51.100.${at}`);
    clock.tick(50);
    assert.deepEqual(gone, many.slice(0, 12));
    assert.ok(few.every((socket) => !gone.includes(socket)));
  });

  it('lets none of this machine go for strangers, however many addresses they have', () => {
    const { gone, arrive, from } = rig();
    const own = arrive(OWN);
    from(5_000, (at) => `10.0.${at >> 8}.${at & 255}`);
    clock.tick(50);
    assert.equal(gone.includes(own), false);
    assert.equal(gone.length, 5_001 - 128);
  });

  it('bounds a rush before anybody had a moment', () => {
    const { gone, from } = rig();
    const sockets = from(700, () => '192.0.2.1');
    assert.deepEqual(gone, sockets.slice(0, 60));
  });

  it('lets those go last that were answered well', () => {
    const { places, gone, arrive, from } = rig();
    const known = arrive('192.0.2.1');
    const refused = arrive('192.0.2.1');
    for (const [socket, well] of [
      [known, true],
      [refused, false],
    ] as const) {
      assert.equal(places.take(socket), true);
      places.release(socket, well);
    }
    from(100, () => '192.0.2.1');
    clock.tick(50);
    assert.deepEqual([gone.includes(known), gone.includes(refused)], [false, true]);
  });

  it('never lets a connection go whose request is being answered', () => {
    const { places, gone, arrive, from } = rig();
    const asking = arrive('192.0.2.1');
    assert.equal(places.take(asking), true);
    from(200, () => '192.0.2.1');
    clock.tick(50);
    assert.equal(gone.includes(asking), false);
  });

  it('keeps a quarter of the places for answers for this machine', () => {
    const { places, arrive } = rig(8);
    const take = (address: string) => places.take(arrive(address));
    const strangers = Array.from({ length: 8 }, (_, at) => take(`192.0.2.${at}`));
    assert.deepEqual(strangers, [...Array(6).fill(true), false, false]);
    assert.deepEqual([take(OWN), take('::1'), take(OWN)], [true, true, false]);
  });

  it('frees a place for the next one when its answer or its connection ends', () => {
    const { places, arrive } = rig(1);
    const first = arrive(OWN);
    const second = arrive(OWN);
    assert.deepEqual([places.take(first), places.take(first), places.take(second)], [true, true, false]);
    places.release(first, true);
    assert.equal(places.take(second), false, 'one answer is still due');
    places.release(first, true);
    assert.equal(places.take(second), true);
    second.emit('close');
    assert.equal(places.take(first), true);
  });
});
