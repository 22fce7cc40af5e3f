import { DEVICE_OK, type DeviceStatus, type ScannerFault } from '../device-status.js';
import type { Gm65State } from './gm65-session.js';

type ScannerStatus = DeviceStatus<ScannerFault>;

/** `place`: port and speed, for people. */
export function sessionStatus(state: Gm65State, place: string): ScannerStatus {
  switch (state.kind) {
    case 'ready':
      return state.refused.length === 0
        ? DEVICE_OK
        : { state: 'ok', faults: [], warnings: ['scannerSettings'], detail: notSet(state.refused) };
    case 'insecure':
      return { state: 'fault', faults: ['scannerSetupCodesOpen'], warnings: [], detail: notSet(state.refused) };
    case 'silent':
      return { state: 'fault', faults: ['scannerSilent'], warnings: [], detail: `${place}: ${state.why}` };
  }
}

/** Adds the fault of the good-read line: a warning, where the engine is `ok`. */
export function withComplaint(status: ScannerStatus, complaint: string | undefined): ScannerStatus {
  if (complaint === undefined || status.state !== 'ok') return status;
  return { ...status, warnings: ['scannerSettings'], detail: joined(status.detail, complaint) };
}

/** Adds the warning that it sends more codes than people can show, where the engine is `ok`. */
export function withBabble(status: ScannerStatus, babbles: boolean): ScannerStatus {
  if (!babbles || status.state !== 'ok') return status;
  return { ...status, warnings: [...status.warnings, 'scannerBabbles'] };
}

/** Adds the fault of the trigger line: without it nothing makes the engine read. */
export function withLineFault(status: ScannerStatus, lineFault: string | undefined): ScannerStatus {
  if (lineFault === undefined) return status;
  return {
    state: status.state === 'absent' ? 'absent' : 'fault',
    faults: [...status.faults, 'scannerTriggerLine'],
    warnings: status.warnings,
    detail: joined(status.detail, lineFault),
  };
}

function notSet(refused: readonly string[]): string {
  return `not set: ${refused.join(', ')}`;
}

function joined(detail: string | undefined, more: string): string {
  return detail === undefined ? more : `${detail}; ${more}`;
}
