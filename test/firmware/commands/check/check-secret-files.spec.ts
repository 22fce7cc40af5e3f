import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileAccess } from '../../../../drivers/linux/file-access.js';
import { checkSecretFiles } from '../../../../firmware/commands/check/check-secret-files.js';
import { readSettings } from '../../../../firmware/config/read-settings.js';

describe('files with secrets in them', () => {
  let home: string;
  let key: string;
  let file: string;

  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'tillbox-secrets-'));
    key = path.join(home, 'key.pem');
    file = path.join(home, 'tillbox.env');
    fs.writeFileSync(key, 'key');
    fs.writeFileSync(file, '');
  });
  afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

  const row = (env: Readonly<Record<string, string>>) =>
    checkSecretFiles(readSettings(env, (named) => fs.readFileSync(named, 'utf8')).list, fileAccess);

  for (const [mode, outcome, found] of [
    [0o600, 'PASS', /only their owner has access to .*key\.pem/],
    [0o400, 'PASS', /only their owner/],
    [0o644, 'WARN', /key\.pem \(ALIPAY_PRIVATE_KEY_FILE, mode 0644\): every user of this machine may read it$/],
    [0o640, 'WARN', /mode 0640\): its group may read it$/],
    [0o604, 'WARN', /every user/],
    [0o620, 'WARN', /mode 0620\): others may change it$/],
    [0o666, 'WARN', /every user of this machine may read it and others may change it/],
  ] as const) {
    it(`a key of mode ${mode.toString(8)} is a ${outcome}`, () => {
      fs.chmodSync(key, mode);
      const judged = row({ ALIPAY_PRIVATE_KEY_FILE: key });
      assert.equal(judged.outcome, outcome);
      assert.match(judged.found, found);
      if (outcome === 'WARN') assert.match(judged.todo ?? '', /^chmod 600 .*key\.pem, and make/);
    });
  }

  it('the key of the client certificate is one, too', () => {
    fs.chmodSync(key, 0o644);
    assert.match(row({ ACQUIRER_KEY_FILE: key }).found, /ACQUIRER_KEY_FILE/);
  });

  it('the configuration file is one where a secret stands in it, and only then', () => {
    fs.chmodSync(file, 0o644);
    fs.writeFileSync(file, 'STORE_NAME=Gate 3\n');
    assert.deepEqual(row({ CONFIG_FILE: file }).outcome, 'SKIP');
    fs.writeFileSync(file, 'API_TOKEN=0123456789abcdef0123\n');
    assert.match(row({ CONFIG_FILE: file }).found, /tillbox\.env \(CONFIG_FILE, mode 0644\): every user/);
    fs.chmodSync(file, 0o600);
    assert.equal(row({ CONFIG_FILE: file }).outcome, 'PASS');
  });

  it('are none where secrets are in the environment', () => {
    assert.equal(row({ API_TOKEN: '0123456789abcdef0123' }).outcome, 'SKIP');
  });
});
