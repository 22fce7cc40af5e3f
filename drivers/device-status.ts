/**
 * How every driver reports its device. Fault codes are a closed set: one table elsewhere has a row for each, with its
 * meaning, whether it stops sales, what the customer reads and what the operator should do. The compiler finds a code
 * without a row.
 */
export interface DeviceStatus<Fault extends DeviceFault = DeviceFault> {
  /**
   * `starting`: not known yet. `ok`: usable, perhaps with warnings. `fault`: present and not usable. `absent`: not
   * there, perhaps not plugged in.
   */
  readonly state: DeviceState;
  /** Why the device is not usable. Empty exactly when the state is `ok` or `starting`. */
  readonly faults: readonly Fault[];
  /** Needs a visit soon, although the device works. */
  readonly warnings: readonly Fault[];
  /** For the log and the technician: the message of the system, a register, a count. Never a payment code. */
  readonly detail?: string;
}

export type DeviceState = 'starting' | 'ok' | 'fault' | 'absent';

export type DeviceFault = ScannerFault | PrinterFault | KeypadFault | PanelFault | VendFault;

export type ScannerFault =
  | 'scannerAbsent' /* the port does not exist or went away */
  | 'scannerPortDenied' /* no permission, or held by another process */
  | 'scannerSilent' /* the port is there, the engine does not answer */
  | 'scannerSetupCodesOpen' /* printed setup barcodes cannot be switched off: anyone could reconfigure the engine */
  | 'scannerSettings' /* warning: a register could not be set, though none that safety needs */
  | 'scannerBabbles' /* warning: more codes than people can show */
  | 'scannerTriggerLine'; /* the GPIO line of the trigger cannot be taken */

export type PrinterFault =
  | 'printerAbsent'
  | 'printerPortDenied'
  | 'printerSilent'
  | 'printerPaperOut'
  | 'printerPaperNearEnd' /* warning */
  | 'printerCoverOpen'
  | 'printerCutter'
  | 'printerOverheated'
  | 'printerOffline' /* offline for a reason it does not name, e.g. the feed button */
  | 'printerBroken'; /* an unrecoverable error: power cycle or replace */

export type KeypadFault = 'keypadLines' | 'keypadKeyStuck';

export type PanelFault = 'panelLines';

export type VendFault =
  | 'vendLines'
  | 'vendSensorStuck'
  | 'vendMachineAbsent'
  | 'vendMachineSilent'
  | 'vendPortDenied'
  | 'vendPrices' /* warning: the machine asks for prices that the currency does not have */
  | 'vendSettings' /* warning: the adapter did not take a setting */
  | 'vendBabbles'; /* warning: more requests than people can make */

export const DEVICE_STARTING: DeviceStatus<never> = { state: 'starting', faults: [], warnings: [] };
export const DEVICE_OK: DeviceStatus<never> = { state: 'ok', faults: [], warnings: [] };

/** Whether two statuses are equal; drivers use it to report changes only. */
export function sameDeviceStatus(a: DeviceStatus, b: DeviceStatus): boolean {
  return (
    a.state === b.state &&
    a.detail === b.detail &&
    a.faults.join() === b.faults.join() &&
    a.warnings.join() === b.warnings.join()
  );
}
