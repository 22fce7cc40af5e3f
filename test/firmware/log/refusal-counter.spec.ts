import assert from 'node:assert/strict';
import { createRefusalCounter } from '../../../firmware/log/refusal-counter.js';

function bench() {
  let nowMs = 0;
  const logged: string[] = [];
  const pass = (ms: number): void => {
    nowMs += ms;
  };
  const counter = createRefusalCounter(
    { monotonicMs: () => nowMs },
    { warn: (message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`) },
  );
  return { counter, logged, pass };
}

describe('refusal counter', () => {
  it('counts by device and reason, and knows the last', () => {
    const { counter } = bench();
    assert.deepEqual(counter.counts(), {});
    counter.note({ device: 'scanner', reason: 'notAPaymentCode', times: 1 });
    counter.note({ device: 'scanner', reason: 'tooMany', times: 7 });
    counter.note({ device: 'scanner', reason: 'notAPaymentCode', times: 1 });
    counter.note({ device: 'vend', reason: 'price', times: 1, detail: '1.505' });
    assert.deepEqual(counter.counts(), {
      scanner: { reasons: { notAPaymentCode: 2, tooMany: 7 }, last: 'notAPaymentCode' },
      vend: { reasons: { price: 1 }, last: 'price' },
    });
  });

  it('logs each reason once a minute, with the count and what was asked for', () => {
    const { counter, logged, pass } = bench();
    for (let second = 0; second < 120; second += 1) {
      counter.note({ device: 'vend', reason: 'price', times: 1, detail: '1.505' });
      pass(1_000);
    }
    counter.note({ device: 'vend', reason: 'item', times: 1 });
    assert.deepEqual(logged, [
      'refused {"device":"vend","reason":"price","count":1,"detail":"1.505"}',
      'refused {"device":"vend","reason":"price","count":61,"detail":"1.505"}',
      'refused {"device":"vend","reason":"item","count":1}',
    ]);
  });
});
