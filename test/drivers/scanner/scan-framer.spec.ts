import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Gm65Reply } from '../../../drivers/scanner/gm65-protocol.js';
import { createScanFramer, type ScanBurst } from '../../../drivers/scanner/scan-framer.js';
import { codeContent } from '../../../flows/code-content.js';
import { chunked } from '../../support/chunks.js';

const CODE = '281234567890123456';
const OTHER = '251111111111111111';
const ACK = [0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31];
const HEARTBEAT = [0x03, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31];

function text(value: string): number[] {
  return [...Buffer.from(value, 'latin1')];
}

function frame(
  chunks: readonly Iterable<number>[],
  replies = true,
): ScanBurst & { replies: Gm65Reply[]; isOneWhole: boolean } {
  const seen: Gm65Reply[] = [];
  const framer = createScanFramer({ replies, onReply: (reply) => seen.push(reply), content: codeContent });
  for (const chunk of chunks) framer.push(Uint8Array.from(chunk));
  const isOneWhole = framer.isOneWhole();
  return { ...framer.silence(), replies: seen, isOneWhole };
}

describe('scan framer', () => {
  const cases: [name: string, bytes: number[], codes: string[]][] = [
    ['a code that ends with silence', text(CODE), [CODE]],
    ['a code that ends with CR', text(`${CODE}\r`), [CODE]],
    ['a code that ends with CRLF', text(`${CODE}\r\n`), [CODE]],
    ['a code that ends with TAB', text(`${CODE}\t`), [CODE]],
    ['an ACK frame before the code, without a terminator', [...ACK, ...text(CODE)], [CODE]],
    ['a heartbeat frame after the code', [...text(CODE), ...HEARTBEAT], [CODE]],
    ['two codes', text(`${CODE}\r${OTHER}\r`), [CODE, OTHER]],
    ['two codes with nothing but an ACK between them', [...text(CODE), ...ACK, ...text(OTHER)], [CODE, OTHER]],
    ['the same code twice', text(`${CODE}\r${CODE}\r`), [CODE]],
    ['an AIM identifier', text(`]C0${CODE}\r`), [CODE]],
    ['zeros and idle bytes around a code', [0, 0xff, ...text(CODE), 0xff, 0], [CODE]],
    ['only power-up noise', [0, 0xff, 0, 0xff], []],
    ['control bytes within a code', text(`2812\x013456`), []],
    ['an ACK frame with a wrong CRC', [...ACK.slice(0, 6), 0x32, ...text(`\r${CODE}`)], [CODE]],
    ['text that is not ASCII', text('\xd6\xa7abc'), ['??abc']],
    ['a burst over 512 bytes', text(`${CODE}\r${'9'.repeat(600)}`), []],
  ];
  for (const [name, bytes, codes] of cases) {
    it(`reads ${name}`, () => {
      assert.deepEqual(frame([bytes]).codes, codes);
    });
  }

  const WHOLE: [name: string, bytes: number[], isOneWhole: boolean][] = [
    ['a code and CR', text(`${CODE}\r`), true],
    ['a code and CRLF', text(`${CODE}\r\n`), true],
    ['a code and TAB', text(`${CODE}\t`), true],
    ['an ACK, a code and CR', [...ACK, ...text(`${CODE}\r`)], true],
    ['a code and CR, and an ACK', [...text(`${CODE}\r`), ...ACK], true],
    ['an AIM id in a line of its own, and a code', text(`]Q1\r\n${CODE}\r\n`), true],
    ['the same code twice', text(`${CODE}\r${CODE}\r`), true],
    ['nothing', [], false],
    ['a terminator alone', text('\r\n'), false],
    ['a code without its terminator', text(CODE), false],
    ['a terminator before a code', text(`\r\n${CODE}`), false],
    ['a code that an ACK ended', [...text(CODE), ...ACK], false],
    ['a code that an ACK ended, after a terminator', [...text(`\r${CODE}`), ...ACK], false],
    ['an AIM id in a line of its own', text(']Q1\r\n'), false],
    ['a code and CR, and the first byte of something', text(`${CODE}\r2`), false],
    ['a code and CR, and the first byte of a reply', [...text(`${CODE}\r`), 0x02], false],
    ['a code and CR, and noise', [...text(`${CODE}\r`), 0], false],
    ['two codes', text(`${CODE}\r${OTHER}\r`), false],
    ['a line with control bytes', text('2812\x013456\r'), false],
    ['a code within a burst over 512 bytes', text(`${'\0'.repeat(600)}\r${CODE}\r`), false],
  ];
  for (const [name, bytes, isOneWhole] of WHOLE) {
    it(`takes ${name} for ${isOneWhole ? 'one whole code' : 'no whole code, or not one'}`, () => {
      assert.equal(frame([bytes]).isOneWhole, isOneWhole);
    });
  }

  it('leaves frame-like bytes alone on a plain engine', () => {
    const burst = frame([[...ACK, ...text(`\r${CODE}`)]], false);
    assert.deepEqual(burst.replies, []);
    assert.deepEqual(burst.codes, [CODE]);
  });

  it('tells replies with their data', () => {
    const burst = frame([[...ACK, ...HEARTBEAT]]);
    assert.deepEqual(
      burst.replies.map((reply) => reply.kind),
      ['answer', 'heartbeat'],
    );
  });

  it('counts what made no code', () => {
    assert.equal(frame([[0, 0xff, 0]]).noiseBytes, 3);
    assert.equal(frame([text(CODE)]).noiseBytes, 0);
    assert.equal(frame([text('9'.repeat(600))]).noiseBytes, 600);
  });

  it('gives the same result however the bytes are split', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ACK,
        HEARTBEAT,
        text('\r'),
        text('\r\n'),
        text('\t'),
        text(CODE),
        text(OTHER),
        [0],
        [0xff],
        [2],
        [3, 0],
      ),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 6 }),
    );
    const stream = fc.array(piece, { maxLength: 12 }).map((pieces) => Uint8Array.from(pieces.flat()));
    fc.assert(
      fc.property(chunked(stream), (chunks) => {
        const whole = Uint8Array.from(chunks.flatMap((chunk) => [...chunk]));
        assert.deepEqual(frame(chunks), frame([whole]));
      }),
      { numRuns: 500 },
    );
  });

  it('starts afresh after a silence', () => {
    const framer = createScanFramer({ replies: true, onReply: () => undefined, content: codeContent });
    framer.push(Uint8Array.from(text('9'.repeat(600))));
    framer.silence();
    framer.push(Uint8Array.from(text(CODE)));
    assert.deepEqual(framer.silence(), { codes: [CODE], noiseBytes: 0 });
  });
});
