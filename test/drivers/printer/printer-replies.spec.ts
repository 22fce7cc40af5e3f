import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createPrinterReplyParser, type PrinterReply, processIdOf } from '../../../drivers/printer/printer-replies.js';
import { chunked } from '../../support/chunks.js';

const STATUS = [0x12];
const AUTOMATIC = [0x14, 0x00, 0x03, 0x0f];
const PROCESS_ID = [0x37, 0x22, 0x41, 0x42, 0x43, 0x44, 0x00];
const SENSOR = [0x0c];

function parse(chunks: readonly Iterable<number>[]): { replies: PrinterReply[]; noise: number } {
  const replies: PrinterReply[] = [];
  const parser = createPrinterReplyParser((reply) => replies.push(reply));
  for (const chunk of chunks) parser.push(Uint8Array.from(chunk));
  parser.silence();
  return { replies, noise: parser.noiseBytes() };
}

function kinds(bytes: readonly number[]): string[] {
  return parse([bytes]).replies.map((reply) => reply.kind);
}

describe('printer replies', () => {
  const cases: [name: string, bytes: number[], kinds: string[]][] = [
    ['a healthy real-time status', [0x12], ['status']],
    ['every real-time status of an ill printer', [0x1a, 0x36, 0x5a, 0x7e], ['status', 'status', 'status', 'status']],
    ['an automatic status', AUTOMATIC, ['automaticStatus']],
    ['a process id', PROCESS_ID, ['processId']],
    ['the answer to GS r', SENSOR, ['paperSensor']],
    ['flow control', [0x13, 0x11], ['flow', 'flow']],
    [
      'a real-time status within an automatic status',
      [...AUTOMATIC.slice(0, 2), 0x12, ...AUTOMATIC.slice(2)],
      ['status', 'automaticStatus'],
    ],
    [
      'a real-time status within a process id',
      [...PROCESS_ID.slice(0, 4), 0x12, ...PROCESS_ID.slice(4)],
      ['status', 'processId'],
    ],
    [
      'XOFF within an automatic status',
      [...AUTOMATIC.slice(0, 3), 0x13, ...AUTOMATIC.slice(3)],
      ['flow', 'automaticStatus'],
    ],
    ['a process id after half an automatic status', [0x14, 0x00, ...PROCESS_ID], ['processId']],
    ['power-up noise', [0xff, 0x80, 0xe5], []],
    ['a broken process id', [0x37, 0x22, 0x41, 0x00], []],
  ];
  for (const [name, bytes, expected] of cases) {
    it(`tells ${name}`, () => assert.deepEqual(kinds(bytes), expected));
  }

  it('reads the id', () => {
    assert.deepEqual(parse([PROCESS_ID]).replies, [{ kind: 'processId', id: 'ABCD' }]);
  });

  it('gives a thousand fences different ids that look like no other reply', () => {
    const ids = new Set(Array.from({ length: 1_000 }, (_, number) => processIdOf(number)));
    assert.equal(ids.size, 1_000);
    for (const id of ids) assert.deepEqual(kinds([0x37, 0x22, ...Buffer.from(id), 0]), ['processId']);
  });

  it('forgets half a reply after a silence', () => {
    const replies: PrinterReply[] = [];
    const parser = createPrinterReplyParser((reply) => replies.push(reply));
    parser.push(Uint8Array.of(0x14, 0x00));
    parser.silence();
    parser.push(Uint8Array.of(0x0c));
    assert.deepEqual(replies, [{ kind: 'paperSensor', byte: 0x0c }]);
    assert.equal(parser.noiseBytes(), 2);
  });

  it('gives the same result however the bytes are split', () => {
    const piece = fc.oneof(
      fc.constantFrom(STATUS, AUTOMATIC, PROCESS_ID, SENSOR, [0x11], [0x13], [0x37]),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 4 }),
    );
    const stream = fc.array(piece, { maxLength: 12 }).map((pieces) => Uint8Array.from(pieces.flat()));
    fc.assert(
      fc.property(chunked(stream), (chunks) => {
        assert.deepEqual(parse(chunks), parse([chunks.flatMap((chunk) => [...chunk])]));
      }),
      { numRuns: 500 },
    );
  });
});
