import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createRedact } from '../../../firmware/log/redact.js';
import { testKeys } from '../test-keys.js';

const privatePem = testKeys.ours.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const pkcs1Pem = testKeys.ours.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString();
const bareKey = privatePem.replace(/-----[^-]+-----|\s/g, '');

const digit = fc.integer({ min: 0, max: 9 }).map(String);
const paymentCode = fc
  .tuple(fc.constantFrom('25', '26', '27', '28', '29', '30'), fc.array(digit, { minLength: 14, maxLength: 46 }))
  .map(([start, rest]) => start + rest.join(''));
/** Whatever may stand around a secret. */
const around = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.constantFrom(
    '',
    '"',
    '\\"',
    '{"code":"',
    'code=',
    '\n',
    ' ',
    "'",
    '/',
    '?code=',
    ',',
    '[',
    '\\n',
    'é',
    'MII',
    'Bearer ',
  ),
);
const digits = fc.array(digit, { maxLength: 5 }).map((list) => list.join(''));

describe('createRedact', () => {
  const redact = createRedact();

  const cases: readonly (readonly [string, string, string])[] = [
    ['a payment code', 'scanned 288888888888888888', 'scanned 28…8888'],
    ['a code of 16 digits', '3012345678901234', '30…1234'],
    ['a code among other digits', 'x9925123456789012345678', 'x9925…5678'],
    ['two codes', '2512345678901234567 3012345678901234567', '25…4567 30…4567'],
    ['an Authorization header', 'Authorization: Bearer abc.def-ghi', 'Authorization: [secret]'],
    ['a header in JSON', '{"authorization":"Bearer abcdef","a":1}', '{"authorization":"[secret]","a":1}'],
    ['a header in JSON within JSON', '{\\"agent-token\\":\\"t0k3n\\"}', '{\\"agent-token\\":\\"[secret]\\"}'],
    ['an agent token', 'agent-token=abc, x', 'agent-token=[secret], x'],
    ['an access token of a notification', '{"accessToken":"281010033AB2","x":1}', '{"accessToken":"[secret]","x":1}'],
    ['a bare bearer', 'sent Bearer abcdefgh1', 'sent Bearer [secret]'],
    ['a user in a URL', 'GET https://u:p@host/x', 'GET https://[secret]@host/x'],
    ['a short code by its field', '{"paymentMethodId":"1234"}', '{"paymentMethodId":"[secret]"}'],
    ['a block that was cut short', `key -----BEGIN PRIVATE KEY-----\n${bareKey.slice(0, 30)}`, 'key [secret]'],
  ];
  for (const [what, text, expected] of cases) {
    it(`removes ${what}`, () => assert.equal(redact(text), expected));
  }

  const kept: readonly string[] = [
    'paymentRequestId=20261123202117100420000012500000017123456',
    '{"paymentRequestId":"20991231235959000000012899999999999999999999999999999"}',
    'a clock that was never set: 19700101000000100420000012500000017123456',
    'paymentId 202003151940108001001881I0204295953',
    'amount 2500 pin 27 at 1795465277042, EAN 4006381333931',
    'POST https://open-sea-global.alipay.com/ams/sandbox/api/v1/payments/inquiryPayment',
    'at run (file:///usr/src/app/dist/firmware/acquirer/direct-link.js:120:15)',
    `sha256 ${'0123456789abcdef'.repeat(4)}`,
    'token bucket is empty; authorization is needed',
  ];
  for (const text of kept) {
    it(`leaves ${JSON.stringify(text.slice(0, 40))}… readable`, () => assert.equal(redact(text), text));
  }

  it('lets no payment code through, whatever stands around it', () => {
    fc.assert(
      fc.property(around, digits, paymentCode, digits, around, (before, touching, code, after, behind) => {
        /* Glued to such a front, a code cannot be told from a request id. */
        fc.pre(!/^(20|1970)/.test(touching));
        const out = redact(`${before}${touching}${code}${after}${behind}`);
        for (let at = 2; at + 8 <= code.length - 4; at += 1) {
          /* Parts of a code may occur by chance in what stands around; eight digits of it hardly do. */
          assert.ok(!out.includes(code.slice(at, at + 8)) || `${before}${behind}`.includes(code.slice(at, at + 8)));
        }
      }),
      { numRuns: 2000 },
    );
  });

  const written: readonly ((pem: string) => string)[] = [
    (pem) => pem,
    (pem) => JSON.stringify(pem),
    (pem) => JSON.stringify(JSON.stringify(pem)),
    (pem) => pem.replace(/-----[^-]+-----|\s/g, ''),
    (pem) => pem.replaceAll('\n', '\r\n'),
    (pem) => pem.split('\n').slice(1).join('\n'),
    (pem) => pem.slice(0, 900),
    /* A part from the middle, which nothing but its look betrays. */
    (pem) => pem.replace(/-----[^-]+-----|\s/g, '').slice(300, 900),
  ];
  it('lets no key material through, in any usual form, whatever stands around it', () => {
    const parts = bareKey.match(/.{24}/g) ?? [];
    const pkcs1Parts = pkcs1Pem.replace(/-----[^-]+-----|\s/g, '').match(/.{24}/g) ?? [];
    fc.assert(
      fc.property(
        around,
        fc.constantFrom(privatePem, pkcs1Pem),
        fc.constantFrom(...written),
        around,
        (a, pem, form, b) => {
          const out = redact(`${a}${form(pem)}${b}`);
          for (const part of [...parts, ...pkcs1Parts]) assert.ok(!out.includes(part));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('lets no registered secret through, whatever it and its surroundings are', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 6, maxLength: 60 }),
        around,
        around,
        fc.constantFrom<(text: string) => string>(
          (text) => text,
          (text) => JSON.stringify(text),
          (text) => encodeURIComponent(text),
          (text) => text + text,
          (text) => text + text.slice(3),
        ),
        (secret, before, behind, form) => {
          fc.pre(secret.trim().length >= 6 && !'[secret][secret]…'.includes(secret));
          const own = createRedact();
          own.addSecret(secret);
          const out = own(`${before}${form(secret)}${behind}`);
          assert.ok(!out.includes(secret));
          assert.ok(!out.includes(JSON.stringify(secret).slice(1, -1)));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('removes secrets that overlap', () => {
    const own = createRedact();
    own.addSecret('alpha-beta');
    own.addSecret('beta-gamma');
    assert.equal(own('x alpha-beta-gamma y'), 'x [secret] y');
  });

  it('removes a secret that overlaps itself', () => {
    const own = createRedact();
    own.addSecret('ababab');
    assert.equal(own('x abababab y'), 'x [secret] y');
  });

  it('removes each line of a secret with several lines', () => {
    const own = createRedact();
    own.addSecret(privatePem);
    const lastLine = privatePem.trim().split('\n').at(-2) ?? assert.fail();
    assert.ok(lastLine.length < 60, 'too short to be noticed by its look');
    assert.equal(own(`x ${lastLine} y`), 'x [secret] y');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.oneof(around, paymentCode, fc.constant(privatePem)), around, (a, b) => {
        const once = redact(`${a}${b}`);
        assert.equal(redact(once), once);
      }),
    );
  });

  it('takes time in proportion to the text', () => {
    const texts = [
      '2'.repeat(200_000),
      'A'.repeat(200_000),
      '-----BEGIN PRIVATE KEY-----'.repeat(8000),
      'MII\n'.repeat(50_000),
    ];
    for (const text of texts) {
      const started = process.hrtime.bigint();
      redact(text);
      assert.ok(process.hrtime.bigint() - started < 2_000_000_000n, text.slice(0, 20));
    }
  });
});
