import assert from 'node:assert/strict';
import { DEVICE_OK } from '../../../drivers/device-status.js';
import { sessionStatus, withComplaint, withLineFault } from '../../../drivers/scanner/scanner-status.js';

const ready = sessionStatus({ kind: 'ready', refused: ['tail'] }, 'ttyS0 at 9600 baud');
const silent = sessionStatus({ kind: 'silent', why: 'no answer' }, 'ttyS0 at 9600 baud');

describe('the status of a scan engine', () => {
  it('warns once of settings and of a complaint, and tells both', () => {
    const { warnings, detail } = withComplaint(ready, 'it reads codes and sends none');
    assert.deepEqual(warnings, ['scannerSettings']);
    assert.equal(detail, 'not set: tail; it reads codes and sends none');
  });

  it('has no complaint about an engine that is not well', () => {
    assert.deepEqual(withComplaint(silent, 'it reads codes and sends none'), silent);
  });

  it('tells of the trigger line beside all the rest', () => {
    assert.deepEqual(withLineFault(silent, 'GPIO 4: busy'), {
      state: 'fault',
      faults: ['scannerSilent', 'scannerTriggerLine'],
      warnings: [],
      detail: 'ttyS0 at 9600 baud: no answer; GPIO 4: busy',
    });
  });

  it('is left alone where there is nothing to add', () => {
    assert.equal(withLineFault(withComplaint(DEVICE_OK, undefined), undefined), DEVICE_OK);
  });
});
