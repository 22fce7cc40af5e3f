import assert from 'node:assert/strict';
import {
  gm65Heartbeat,
  gm65ParseReply,
  gm65Read,
  gm65Save,
  gm65Trigger,
  gm65Write,
} from '../../../drivers/scanner/gm65-protocol.js';

/** Frames as printed in manuals and published drivers. */
const PUBLISHED: [name: string, frame: Uint8Array, hex: string][] = [
  ['the save command', gm65Save(), '7e000901000000dec8'],
  ['the heartbeat', gm65Heartbeat(), '7e000a01000000301a'],
  ['the trigger', gm65Trigger(true), '7e000801000201 02da'],
  ['the write of register D9', gm65Write(0xd9, 0x50), '7e00080100d950 81d3'],
];

describe('GM65 protocol', () => {
  for (const [name, frame, hex] of PUBLISHED) {
    it(`encodes ${name} as published`, () => {
      assert.equal(Buffer.from(frame).toString('hex'), hex.replaceAll(' ', ''));
    });
  }

  it('reads one register at a time', () => {
    assert.equal(Buffer.from(gm65Read(0x002a)).toString('hex').slice(0, 14), '7e00070100' + '2a01');
  });

  it('knows a reply only when its CRC is right', () => {
    assert.deepEqual(gm65ParseReply([2, 0, 0, 1, 0, 0x33, 0x31]), { kind: 'answer', ok: true, data: Uint8Array.of(0) });
    assert.equal(gm65ParseReply([2, 0, 0, 1, 0, 0x33, 0x32]), 'no');
    assert.equal(gm65ParseReply([2, 0, 0, 1, 0, 0x33]), 'incomplete');
    assert.equal(gm65ParseReply([2, 1]), 'no');
    assert.equal(gm65ParseReply([0x32]), 'no');
  });
});
