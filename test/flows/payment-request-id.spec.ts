import assert from 'node:assert/strict';
import fc from 'fast-check';
import { paymentRequestId } from '../../flows/payment-request-id.js';
import { createMoment } from './builders.js';

const moment = fc
  .record({
    wallMs: fc.integer({ min: 0, max: Date.UTC(2100, 0) }),
    randomDigits: fc.stringMatching(/^\d{10}$/),
    utcOffsetMinutes: fc.integer({ min: -720, max: 840 }),
  })
  .map(createMoment);
const terminal = fc.stringMatching(/^\d{1,8}$/);
const amount = fc.stringMatching(/^[1-9]\d{0,15}$/);

describe('payment request id', () => {
  it('is digits only, an even number of them, at most 52', () => {
    fc.assert(
      fc.property(terminal, amount, fc.nat(2 ** 31), moment, (number, value, serial, at) => {
        assert.match(paymentRequestId(number, value, serial, at), /^(?:\d\d){1,26}$/);
      }),
    );
  });

  it('fits 80 mm paper for amounts up to 6 digits', () => {
    for (const value of ['1', '12', '123', '1234', '12345', '123456']) {
      for (const serial of [0, 999_999, 1_000_000, 2 ** 31]) {
        const id = paymentRequestId('12345678', value, serial, createMoment());
        assert.ok(id.length <= 42, `${value}, ${serial}: ${id.length} digits`);
      }
    }
  });

  it('contains time, terminal, amount and serial number', () => {
    assert.equal(
      paymentRequestId('4711', '1250', 42, createMoment({ randomDigits: '9876543210' })),
      `20261123201530${'00004711'}${'1250'}${'000042'}${'98765432'}`,
    );
  });

  it('does not repeat after a reset clock: the serial number differs', () => {
    const at = createMoment();
    const serials = [0, 1, 2, 499_999, 500_000, 500_001, 999_998, 999_999];
    const ids = new Set(serials.map((serial) => paymentRequestId('1', '5', serial, at)));
    assert.equal(ids.size, serials.length);
  });

  it('does not repeat after a wiped counter: the random digits differ', () => {
    const ids = ['1111111111', '2222222222'].map((randomDigits) =>
      paymentRequestId('1', '5', 1, createMoment({ randomDigits })),
    );
    assert.notEqual(ids[0], ids[1]);
  });

  it('keeps at least 8 random digits when the counter starts again at 0', () => {
    fc.assert(
      fc.property(amount, fc.stringMatching(/^\d{10}$/), (value, randomDigits) => {
        const id = paymentRequestId('1', value, 1_000_000, createMoment({ randomDigits }));
        assert.ok(id.endsWith(randomDigits.slice(0, 8)) || id.endsWith(randomDigits.slice(0, 9)));
      }),
    );
  });
});
