import assert from 'node:assert/strict';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import * as fc from 'fast-check';
import { signature } from '../../../firmware/acquirer/signature.js';
import { createRsaSigner } from '../../../firmware/acquirer/signer.js';
import { rsaVector } from '../../support/rsa-vector.js';
import { testKeys } from '../test-keys.js';

const { ours, acquirers } = testKeys;
const path = '/ams/sandbox/api/v1/payments/pay';
const body = '{"paymentAmount":{"currency":"CNY","value":"100"},"order":{"orderDescription":"可乐 €"}}';

describe('signature', () => {
  it('puts path, client id, time and raw body together as documented', () => {
    assert.equal(
      signature.content('/ams/api/v1/payments/pay', 'TEST_5X', '1685599933871', '{"a":"b"}'),
      'POST /ams/api/v1/payments/pay\nTEST_5X.1685599933871.{"a":"b"}',
    );
  });

  const base64 = 'AAECAwQFBgcICQoLDA0ODw+/Hh8gISIjJCUmJygpKis=';
  const encoded = encodeURIComponent(base64);
  const headers: readonly (readonly [string, string, string | undefined])[] = [
    ['as we write it', `algorithm=RSA256,keyVersion=1,signature=${encoded}`, base64],
    ['with spaces after the commas', `algorithm=RSA256, keyVersion=2, signature=${encoded}`, base64],
    ['not URL-encoded', `algorithm=RSA256,keyVersion=1,signature=${base64}`, base64],
    ['in another order and case', `Signature=${encoded} ,Algorithm=rsa256`, base64],
    ['without an algorithm', `signature=${encoded}`, base64],
    ['of another algorithm', `algorithm=NONE,signature=${encoded}`, undefined],
    ['with two signatures', `signature=${encoded},signature=${encoded}`, undefined],
    ['without a signature', 'algorithm=RSA256,keyVersion=1', undefined],
    ['with an empty signature', 'algorithm=RSA256,keyVersion=1,signature=', undefined],
    ['with a broken escape', 'signature=%E0%A4%A', undefined],
    ['with other characters', `signature=${encoded}!`, undefined],
    ['far too long', `signature=${'A'.repeat(3000)}`, undefined],
  ];
  for (const [what, value, expected] of headers) {
    it(`reads a header ${what}`, () => assert.equal(signature.parse(value), expected));
  }

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 128, maxLength: 512 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        assert.equal(signature.parse(signature.header(text)), text);
      }),
    );
  });

  it('reads any header without throwing', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void signature.parse(text)));
  });
});

describe('createRsaSigner', () => {
  const terminal = createRsaSigner(ours.privateKey, acquirers.publicKey);
  const acquirer = createRsaSigner(acquirers.privateKey, ours.publicKey);
  const content = signature.content(path, 'SANDBOX_X', '1685599933871', body);

  it('is verified by the other side, and the other way round', () => {
    assert.equal(acquirer.verify(content, terminal.sign(content)), true);
    assert.equal(terminal.verify(content, acquirer.sign(content)), true);
  });

  it('refuses every other content and its own signature', () => {
    const signed = acquirer.sign(content);
    assert.equal(terminal.verify(`${content} `, signed), false);
    assert.equal(terminal.verify(content, terminal.sign(content)), false);
    for (const wrong of ['', 'AAAA', '%', signed.slice(4)]) assert.equal(terminal.verify(content, wrong), false);
  });

  it('signs alike with the key as PKCS#1 and as PKCS#8', () => {
    const pkcs1 = createPrivateKey(ours.privateKey.export({ format: 'pem', type: 'pkcs1' }));
    assert.equal(createRsaSigner(pkcs1, acquirers.publicKey).sign(content), terminal.sign(content));
  });

  it('agrees with the openssl command in both directions', () => {
    const { privatePem, publicPem, path, clientId, time, body, signature: theirs } = rsaVector;
    const signer = createRsaSigner(createPrivateKey(privatePem), createPublicKey(publicPem));
    const content = signature.content(path, clientId, time, body);
    assert.equal(signer.sign(content), theirs);
    assert.equal(signer.verify(content, theirs), true);
  });
});
