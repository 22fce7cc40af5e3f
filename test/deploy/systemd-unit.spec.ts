import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exitCode } from '../../firmware/log/exit-code.js';
import { describeWith } from '../support/describe-with.js';

const text = readFileSync(fileURLToPath(new URL('../../../deploy/tillbox.service', import.meta.url)), 'utf8');

/** Every value of a setting, in order. */
function settings(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [, name = '', value = ''] of text.matchAll(/^([A-Z][A-Za-z]+)=(.*)$/gm)) {
    found.set(name, [...(found.get(name) ?? []), value]);
  }
  return found;
}

describe('the unit for systemd', () => {
  const values = settings(text);

  for (const [name, value] of [
    ['LimitCORE', '0'],
    ['NoNewPrivileges', 'yes'],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['PrivateTmp', 'yes'],
    ['UMask', '0077'],
    ['MemoryMax', '320M'],
    ['CapabilityBoundingSet', ''],
    ['DevicePolicy', 'closed'],
    ['ReadWritePaths', '/data'],
    ['Restart', 'always'],
    ['ExecStopPost', '-/opt/tillbox/bin/tillbox rest'],
    ['StartLimitIntervalSec', '0'],
    ['RestartPreventExitStatus', `${exitCode.usage}`],
    ['User', 'tillbox'],
  ] as const) {
    it(`says ${name}=${value}`, () => assert.deepEqual(values.get(name), [value]));
  }

  it('allows what Node needs', () => {
    for (const name of ['MemoryDenyWriteExecute', 'ProtectKernelTunables', 'PrivateDevices']) {
      assert.equal(values.get(name), undefined, name);
    }
    const families = values.get('RestrictAddressFamilies')?.[0]?.split(' ') ?? [];
    for (const family of ['AF_UNIX', 'AF_INET', 'AF_INET6', 'AF_NETLINK']) assert.ok(families.includes(family), family);
  });
});

describeWith('systemd-analyze', 'the unit, read by systemd', () => {
  it('is accepted by systemd without a warning', () => {
    const home = mkdtempSync(join(tmpdir(), 'tillbox-unit-'));
    const unit = join(home, 'tillbox.service');
    /* This machine is no terminal. */
    writeFileSync(unit, text.replaceAll('/opt/tillbox/bin/tillbox', process.execPath));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', unit], { encoding: 'utf8' });
    rmSync(home, { recursive: true });
    assert.deepEqual([status, stderr.split('\n').filter((line) => line.includes('tillbox.service'))], [0, []]);
  });
});
