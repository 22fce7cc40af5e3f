import type { PrinterFault } from '../device-status.js';

/** The condition that a printer reports. */
export interface PrinterCondition {
  readonly offline: boolean;
  readonly coverOpen: boolean;
  readonly paperOut: boolean;
  readonly paperNearEnd: boolean;
  readonly cutterStuck: boolean;
  readonly overheated: boolean;
  readonly broken: boolean;
}

export type RealTimeStatus = readonly [printer: number, offlineCause: number, errorCause: number, paper: number];

/** The answers to DLE EOT 1, 2, 3 and 4 (Epson ESC/POS reference, "DLE EOT"). */
export function conditionOfRealTimeStatus([
  printer,
  offlineCause,
  errorCause,
  paper,
]: RealTimeStatus): PrinterCondition {
  return {
    offline: bit(printer, 3),
    coverOpen: bit(offlineCause, 2),
    paperOut: bit(offlineCause, 5) || bit(paper, 5) || bit(paper, 6),
    paperNearEnd: bit(paper, 2) || bit(paper, 3),
    cutterStuck: bit(errorCause, 3),
    overheated: bit(errorCause, 6),
    broken: bit(errorCause, 5),
  };
}

/** The four bytes of automatic status back (Epson ESC/POS reference, "GS a"). */
export function conditionOfAutomaticStatus([first, second, third]: readonly number[]): PrinterCondition {
  return {
    offline: bit(first, 3),
    coverOpen: bit(first, 5),
    paperOut: bit(third, 2) || bit(third, 3),
    paperNearEnd: bit(third, 0) || bit(third, 1),
    cutterStuck: bit(second, 3),
    overheated: bit(second, 6),
    broken: bit(second, 5),
  };
}

/** Why this printer cannot print now, the cause that explains the others first. */
export function printerFaults(condition: PrinterCondition): readonly PrinterFault[] {
  const faults: PrinterFault[] = [];
  if (condition.broken) faults.push('printerBroken');
  if (condition.coverOpen) faults.push('printerCoverOpen');
  if (condition.paperOut) faults.push('printerPaperOut');
  if (condition.cutterStuck) faults.push('printerCutter');
  if (condition.overheated) faults.push('printerOverheated');
  if (condition.offline && faults.length === 0) faults.push('printerOffline');
  return faults;
}

/** The first of them; `printerSilent` for a printer that does not report its condition. */
export function printerTrouble(condition: PrinterCondition | undefined): PrinterFault | undefined {
  return condition === undefined ? 'printerSilent' : printerFaults(condition)[0];
}

export function printerWarnings(condition: PrinterCondition): readonly PrinterFault[] {
  return condition.paperNearEnd && !condition.paperOut ? ['printerPaperNearEnd'] : [];
}

function bit(byte: number | undefined, position: number): boolean {
  return (((byte ?? 0) >> position) & 1) === 1;
}
