import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { configFiles } from '../../../drivers/linux/config-files.js';
import { keyFiles } from '../../../drivers/linux/key-files.js';
import { describeKeys } from '../../../firmware/acquirer/describe-keys.js';
import { makeKeyPair } from '../../../firmware/acquirer/make-key-pair.js';
import { rsaKey } from '../../../firmware/config/rsa-key.js';
import { testKeys } from '../test-keys.js';

describe('makeKeyPair', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillbox-keys-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it('writes a private key that only its owner may read, and shows the other half', () => {
    const made = makeKeyPair(directory, keyFiles);
    assert.ok(made.kind === 'made');
    assert.equal(statSync(made.privatePath).mode & 0o777, 0o600);
    const privateKey = rsaKey.readPrivate(configFiles.read(made.privatePath));
    const publicKey = rsaKey.readPublic(configFiles.read(made.publicPath));
    const shown = rsaKey.readPublic(made.publicText);
    assert.ok('key' in privateKey && 'key' in publicKey && 'key' in shown);
    assert.equal(rsaKey.isPair(privateKey.key, publicKey.key), true);
    assert.equal(rsaKey.isPair(privateKey.key, shown.key), true);
    assert.equal(privateKey.key.asymmetricKeyDetails?.modulusLength, 2048);
  });

  it('never overwrites a key', () => {
    const made = makeKeyPair(directory, keyFiles);
    assert.ok(made.kind === 'made');
    const before = readFileSync(made.privatePath, 'utf8');
    const again = makeKeyPair(`${directory}/`, keyFiles);
    assert.ok(again.kind === 'refused');
    assert.match(again.why, /exists already/);
    assert.equal(readFileSync(made.privatePath, 'utf8'), before);
  });

  it('says why it cannot write', () => {
    const refused = makeKeyPair(join(directory, 'absent'), keyFiles);
    assert.ok(refused.kind === 'refused');
    assert.match(refused.why, /cannot be written/);
  });
});

describe('describeKeys', () => {
  const { ours, acquirers } = testKeys;
  it('shows what to upload and distinguishes the two public keys', () => {
    const text = describeKeys(ours.privateKey, acquirers.publicKey);
    assert.ok(text.includes(rsaKey.publicText(ours.publicKey)));
    assert.ok(text.includes(rsaKey.fingerprint(ours.publicKey)));
    assert.ok(text.includes(rsaKey.fingerprint(acquirers.publicKey)));
  });

  it('says when our own key stands in the other’s place, and when none is there', () => {
    assert.match(describeKeys(ours.privateKey, ours.publicKey), /^WRONG:/m);
    assert.match(describeKeys(ours.privateKey, undefined), /not configured yet/);
  });

  it('shows nothing of the private key', () => {
    const body = ours.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64');
    const shown = describeKeys(ours.privateKey, acquirers.publicKey);
    /* The modulus is in both halves; what follows it is secret. */
    for (const part of body.slice(800).match(/.{16}/g) ?? []) assert.ok(!shown.includes(part));
  });
});
