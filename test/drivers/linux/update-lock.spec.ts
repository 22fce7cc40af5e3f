import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createUpdateLock, findUpdateLock } from '../../../drivers/linux/update-lock.js';
import { describeWith } from '../../support/describe-with.js';

const UID = process.geteuid?.() ?? -1;
/** To whom a file of this process looks like somebody else's. */
const OTHER_UID = UID + 1;

/** As the host's system tries before it reboots. */
const hostMayReboot = (path: string): boolean => spawnSync('flock', ['-n', path, 'true']).status === 0;

describeWith('flock', 'the update lock', () => {
  let directory = '';
  let path = '';

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tillbox-update-'));
    path = join(directory, 'updates.lock');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('is a file and a flock while it is held, and neither before and after', () => {
    const lock = createUpdateLock(path);
    assert.equal(lock.heldByOther(), false);
    for (const time of ['first', 'second']) {
      assert.equal(existsSync(path), false, time);
      assert.deepEqual(lock.take(), { kind: 'taken' }, time);
      assert.deepEqual(lock.take(), { kind: 'taken' }, 'once more changes nothing');
      assert.equal(existsSync(path), true, time);
      assert.equal(hostMayReboot(path), false, time);
      assert.equal(lock.heldByOther(), false, time);
      lock.release();
    }
    lock.release();
    assert.equal(existsSync(path), false);
  });

  it('of somebody else cannot be taken, is seen, and is left where it is', () => {
    writeFileSync(path, '');
    const lock = createUpdateLock(path, OTHER_UID);
    assert.equal(lock.heldByOther(), true);
    assert.equal(lock.clearStale(), 'held');
    assert.deepEqual(lock.take(), { kind: 'held' });
    lock.release();
    assert.equal(existsSync(path), true);
    rmSync(path);
    assert.equal(lock.heldByOther(), false);
  });

  it('that another living process of ours holds cannot be taken, and is left where it is', () => {
    const theirs = createUpdateLock(path);
    const ours = createUpdateLock(path);
    theirs.take();
    assert.equal(ours.heldByOther(), true);
    assert.equal(ours.clearStale(), 'held');
    assert.deepEqual(ours.take(), { kind: 'held' });
    ours.release();
    assert.equal(hostMayReboot(path), false);
    theirs.release();
    assert.equal(ours.heldByOther(), false);
    assert.deepEqual(ours.take(), { kind: 'taken' });
    ours.release();
  });

  it('that an ended process of ours left is removed at the start', () => {
    writeFileSync(path, '');
    const lock = createUpdateLock(path);
    assert.equal(lock.clearStale(), 'cleared');
    assert.equal(existsSync(path), false);
    assert.equal(lock.clearStale(), 'none');
  });

  it('that a person made by hand lets sales go on, and stays', () => {
    const lock = createUpdateLock(path);
    lock.clearStale();
    writeFileSync(path, '');
    assert.equal(lock.heldByOther(), false);
    assert.deepEqual(lock.take(), { kind: 'taken' });
    assert.equal(hostMayReboot(path), false);
    lock.release();
    assert.equal(existsSync(path), true);
    assert.equal(hostMayReboot(path), true);
  });

  it('that somebody else took after ours was removed by force is left to them', () => {
    const lock = createUpdateLock(path);
    lock.take();
    rmSync(path);
    writeFileSync(path, '');
    lock.release();
    assert.equal(existsSync(path), true);
  });

  it('of the user whose locks the supervisor removes is never taken for ours', () => {
    const NOBODY = 65534;
    const lock = createUpdateLock(path, NOBODY);
    writeFileSync(path, '');
    assert.equal(lock.clearStale(), 'held');
    assert.deepEqual(lock.take(), { kind: 'held' });
  });

  it('behind a link, or that is no file, is somebody else’s', () => {
    const lock = createUpdateLock(path);
    const elsewhere = join(directory, 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    symlinkSync(elsewhere, path);
    assert.deepEqual([lock.take().kind, lock.clearStale()], ['held', 'held']);
    rmSync(path);
    mkdirSync(path);
    assert.deepEqual([lock.take().kind, lock.clearStale()], ['held', 'held']);
  });

  it('without its directory, or in a file instead of one, says why it cannot be taken', () => {
    for (const wrong of [join(directory, 'none', 'updates.lock'), join(path, 'updates.lock')]) {
      writeFileSync(path, '');
      const lock = createUpdateLock(wrong);
      const attempt = lock.take();
      assert.equal(attempt.kind, 'broken');
      assert.match('why' in attempt ? attempt.why : '', /updates\.lock: (no such file|a part of this path)/);
      assert.equal(lock.heldByOther(), false);
      assert.match(lock.clearStale(), /none|unclear/);
      lock.release();
    }
  });

  it('is not looked for where UPDATE_LOCK is off, and where nothing names it', () => {
    assert.equal(findUpdateLock({ lock: 'off', lockPath: path }), undefined);
    if (!existsSync('/tmp/balena')) assert.equal(findUpdateLock({ lock: 'auto' }), undefined);
  });

  it('where nothing may be made says so', () => {
    const attempt = createUpdateLock('/sys/updates.lock').take();
    assert.equal(attempt.kind, 'broken');
    assert.match('why' in attempt ? attempt.why : '', /\/sys\/updates\.lock: (no permission|mounted read-only)/);
  });
});
