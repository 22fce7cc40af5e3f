import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import * as fc from 'fast-check';
import { rsaKey } from '../../../firmware/config/rsa-key.js';
import { testKeys } from '../test-keys.js';

const { privateKey, publicKey } = testKeys.ours;

function pem(key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'spki'): string {
  const format = 'pem' as const;
  const text =
    type === 'spki'
      ? key.export({ format, type })
      : type === 'pkcs8'
        ? key.export({ format, type })
        : key.export({ format, type });
  return text.toString();
}

const base64 = (text: string) => Buffer.from(text).toString('base64');
const bare = (text: string) => text.replace(/-----[^-]+-----|\s/g, '');

describe('rsaKey', () => {
  const privateForms: readonly (readonly [string, string])[] = [
    ['PKCS#8 PEM', pem(privateKey, 'pkcs8')],
    ['PKCS#1 PEM', pem(privateKey, 'pkcs1')],
    ['PKCS#8 bare base64', bare(pem(privateKey, 'pkcs8'))],
    ['PKCS#1 bare base64', bare(pem(privateKey, 'pkcs1'))],
    ['PEM with written \\n', pem(privateKey, 'pkcs8').replaceAll('\n', '\\n')],
    ['the base64 of a PEM file', base64(pem(privateKey, 'pkcs8'))],
    ['the base64 of a PEM file with a mark', base64(`\ufeff${pem(privateKey, 'pkcs1')}`)],
    ['the base64 of a PEM file, wrapped', base64(pem(privateKey, 'pkcs8')).replace(/(.{76})/g, '$1\n')],
    ['PEM with CRLF', pem(privateKey, 'pkcs8').replaceAll('\n', '\r\n')],
    [
      'base64 with spaces around and line ends within',
      `  ${bare(pem(privateKey, 'pkcs8')).replace(/(.{76})/g, '$1\n')} `,
    ],
  ];
  for (const [form, text] of privateForms) {
    it(`reads a private key as ${form}`, () => {
      const reading = rsaKey.readPrivate(text);
      assert.ok('key' in reading);
      assert.equal(pem(reading.key, 'pkcs8'), pem(privateKey, 'pkcs8'));
    });
  }

  const publicForms: readonly (readonly [string, string])[] = [
    ['SPKI PEM', pem(publicKey, 'spki')],
    ['SPKI bare base64', bare(pem(publicKey, 'spki'))],
    ['PKCS#1 PEM', pem(publicKey, 'pkcs1')],
  ];
  for (const [form, text] of publicForms) {
    it(`reads a public key as ${form}`, () => {
      const reading = rsaKey.readPublic(text);
      assert.ok('key' in reading);
      assert.equal(rsaKey.publicText(reading.key), bare(pem(publicKey, 'spki')));
    });
  }

  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const locked = privateKey
    .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString();
  const lockedOldWay = privateKey
    .export({ format: 'pem', type: 'pkcs1', cipher: 'aes-256-cbc', passphrase: 'secret' })
    .toString();
  const wrong: readonly (readonly [string, 'private' | 'public', string, RegExp])[] = [
    ['a private key in place of a public one', 'public', pem(privateKey, 'pkcs8'), /is a private key/],
    [
      'a bare PKCS#1 private key in place of a public one',
      'public',
      bare(pem(privateKey, 'pkcs1')),
      /is a private key/,
    ],
    ['a public key in place of a private one', 'private', pem(publicKey, 'spki'), /is a public key/],
    ['an elliptic-curve key', 'private', pem(elliptic.privateKey, 'pkcs8'), /of type ec/],
    ['a short key', 'private', pem(short.privateKey, 'pkcs8'), /1024 bits/],
    ['an encrypted key', 'private', locked, /is encrypted/],
    ['a key encrypted in the old way', 'private', lockedOldWay, /is encrypted/],
    ['an OpenSSH key', 'private', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END', /OpenSSH/],
    ['a certificate', 'public', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----', /is a certificate/],
    ['a file name', 'private', '/data/key.pem', /neither PEM nor base64/],
    ['a key with a strange letter', 'private', `${bare(pem(privateKey, 'pkcs8'))}é`, /neither PEM nor base64/],
    ['a key behind a strange letter', 'private', `é${bare(pem(privateKey, 'pkcs8'))}`, /neither PEM nor base64/],
    ['a whole file of something else', 'private', 'A'.repeat(16_385), /longer than any key/],
    ['a key cut short', 'private', bare(pem(privateKey, 'pkcs8')).slice(0, 800), /perhaps a part of it is missing/],
    ['the first line', 'public', '-----BEGIN PUBLIC KEY-----', /only the first line of a PEM arrived/],
    ['nothing', 'public', '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----', /is empty$/],
    [
      'a PEM without its end',
      'private',
      pem(privateKey, 'pkcs8').split('\n').slice(0, 9).join('\n'),
      /is a PEM without its END line/,
    ],
    [
      'the base64 of a base64 of a PEM',
      'private',
      base64(base64(pem(privateKey, 'pkcs8'))),
      /perhaps a part of it is missing/,
    ],
  ];
  for (const [what, half, text, expected] of wrong) {
    it(`names ${what}`, () => {
      const reading = half === 'private' ? rsaKey.readPrivate(text) : rsaKey.readPublic(text);
      assert.ok('problem' in reading);
      assert.match(reading.problem, expected);
    });
  }

  it('distinguishes the halves of one pair from those of two', () => {
    assert.equal(rsaKey.isPair(privateKey, publicKey), true);
    assert.equal(rsaKey.isPair(privateKey, testKeys.acquirers.publicKey), false);
  });

  it('gives both halves of a pair the same fingerprint', () => {
    assert.match(rsaKey.fingerprint(publicKey), /^[0-9a-f]{4}(-[0-9a-f]{4}){3}$/);
    assert.equal(rsaKey.fingerprint(createPrivateKey(pem(privateKey, 'pkcs1'))), rsaKey.fingerprint(publicKey));
    assert.notEqual(rsaKey.fingerprint(testKeys.acquirers.publicKey), rsaKey.fingerprint(publicKey));
  });

  it('never throws and never repeats the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.base64String({ maxLength: 400 })), (text) => {
        for (const reading of [rsaKey.readPrivate(text), rsaKey.readPublic(text)]) {
          assert.ok('problem' in reading);
          assert.ok(text.length < 12 || !reading.problem.includes(text));
        }
      }),
      { numRuns: 100 },
    );
  });
});
