import assert from 'node:assert/strict';
import { createRefusalBook } from '../../../firmware/log/refusal-book.js';

function bench() {
  let nowMs = 0;
  const logged: string[] = [];
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  const book = createRefusalBook(
    { monotonicMs: () => nowMs },
    { warn: (message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`) },
  );
  return { book, logged, pass };
}

describe('refusal book', () => {
  it('counts by device and reason, and knows the last', () => {
    const { book } = bench();
    assert.deepEqual(book.counts(), {});
    book.note({ device: 'scanner', reason: 'notAPaymentCode', times: 1 });
    book.note({ device: 'scanner', reason: 'tooMany', times: 7 });
    book.note({ device: 'scanner', reason: 'notAPaymentCode', times: 1 });
    book.note({ device: 'vend', reason: 'price', times: 1, detail: '1.505' });
    assert.deepEqual(book.counts(), {
      scanner: { reasons: { notAPaymentCode: 2, tooMany: 7 }, last: 'notAPaymentCode' },
      vend: { reasons: { price: 1 }, last: 'price' },
    });
  });

  it('logs each reason once a minute, with the count and what was asked for', () => {
    const { book, logged, pass } = bench();
    for (let second = 0; second < 120; second += 1) {
      book.note({ device: 'vend', reason: 'price', times: 1, detail: '1.505' });
      pass(1_000);
    }
    book.note({ device: 'vend', reason: 'item', times: 1 });
    assert.deepEqual(logged, [
      'refused {"device":"vend","reason":"price","count":1,"detail":"1.505"}',
      'refused {"device":"vend","reason":"price","count":61,"detail":"1.505"}',
      'refused {"device":"vend","reason":"item","count":1}',
    ]);
  });
});
