import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import fc from 'fast-check';
import { signatureHeader, signatureOf, signedContent } from '../../../hw-sim/acquirer/acquirer-signer.js';
import { createFastSigner } from '../../../hw-sim/acquirer/fast-signer.js';
import { createRsaSigner } from '../../../hw-sim/acquirer/rsa-signer.js';
import { rsaVector } from '../../support/rsa-vector.js';

const { path, clientId, time, body } = rsaVector;
const content = signedContent(path, clientId, time, body);

describe('RSA signer', () => {
  const signer = createRsaSigner(rsaVector.privatePem, rsaVector.publicPem);

  it('signs as openssl does', () => {
    assert.equal(signer.sign(content), rsaVector.signature);
  });

  it('is understood by node:crypto and verifies openssl', () => {
    const key = createPublicKey(rsaVector.publicPem);
    const text = Buffer.from('POST /a\nb.1.{}');
    assert.ok(verify('RSA-SHA256', text, key, Buffer.from(signer.sign('POST /a\nb.1.{}'), 'base64')));
    assert.ok(signer.verify(content, rsaVector.signature));
  });

  for (const [name, other, signature] of [
    ['another path', signedContent('/ams/api/v1/payments/cancel', clientId, time, body), rsaVector.signature],
    ['another client', signedContent(path, 'T_2', time, body), rsaVector.signature],
    ['another time', signedContent(path, clientId, '1', body), rsaVector.signature],
    ['another body', signedContent(path, clientId, time, '{}'), rsaVector.signature],
    ['no base64', content, '!!!'],
    ['nothing', content, ''],
    ['a cut signature', content, rsaVector.signature.slice(0, -8)],
  ] as const) {
    it(`does not accept ${name}`, () => assert.equal(signer.verify(other, signature), false));
  }
});

describe('fast signer', () => {
  const alipay = createFastSigner('alipay', 'terminal');
  const terminal = createFastSigner('terminal', 'alipay');

  it('is understood by its peer and by nobody else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        assert.ok(terminal.verify(text, alipay.sign(text)));
        assert.ok(!alipay.verify(text, alipay.sign(text)));
        assert.ok(!createFastSigner('terminal', 'mallory').verify(text, alipay.sign(text)));
      }),
    );
  });

  it('finds every change of a character', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'binary-ascii' }),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1, unit: 'binary-ascii' }),
        (text, position, unit) => {
          const at = position % text.length;
          const changed = text.slice(0, at) + unit + text.slice(at + 1);
          assert.equal(terminal.verify(changed, alipay.sign(text)), changed === text);
        },
      ),
    );
  });

  it('needs URL encoding, as base64 does', () => {
    assert.match(alipay.sign('x'), /\+.*==$/);
  });
});

describe('signature header', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(fc.base64String({ minLength: 4 }), (signature) => {
        assert.equal(signatureOf(signatureHeader(signature)), signature);
      }),
    );
  });

  for (const [header, signature] of [
    ['algorithm=RSA256,keyVersion=1,signature=a%2Bb%3D%3D', 'a+b=='],
    ['algorithm=RSA256, keyVersion=1, signature=a%2Bb%3D%3D', 'a+b=='],
    ['algorithm=RSA256,signature=a+b==', 'a+b=='],
    ['signature=abc,algorithm=RSA256', 'abc'],
    ['algorithm=RSA256,keyVersion=1', undefined],
    ['algorithm=RSA256,keyVersion=1,signature=', undefined],
    ['algorithm=HS256,signature=abc', undefined],
    ['signature=abc', undefined],
    ['algorithm=RSA256,signature=%zz', undefined],
    ['', undefined],
    [undefined, undefined],
  ] as const) {
    it(`reads ${JSON.stringify(header)} as ${signature}`, () => assert.equal(signatureOf(header), signature));
  }
});
