import assert from 'node:assert/strict';
import { OPERATOR_TEXTS, operatorText } from '../../flows/operator-texts.js';
import { CANCEL_CODES, INQUIRY_CODES, PAY_CODES, REFUND_CODES } from '../../flows/result-codes.js';

describe('operator texts', () => {
  for (const [name, codes] of Object.entries({ PAY_CODES, INQUIRY_CODES, CANCEL_CODES, REFUND_CODES })) {
    it(`say what to do about each of ${name}`, () => {
      assert.deepEqual(
        Object.keys(codes).filter((code) => OPERATOR_TEXTS[code] === undefined),
        [],
      );
    });
  }

  it('say whom to ask about an unknown code', () => {
    assert.match(operatorText('A_CODE_OF_NEXT_YEAR'), /Alipay technical support/);
  });

  for (const code of Object.getOwnPropertyNames(Object.prototype)) {
    it(`are texts also for the code ${code}`, () => assert.equal(operatorText(code), operatorText('NEXT_YEAR')));
  }
});
