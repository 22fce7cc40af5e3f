import type { DeviceStatus, PrinterFault } from '../device-status.js';
import type { HostError } from '../host.js';

/** What a port that failed or went away means for the printer on it. */
export function printerPortFault(error: HostError): PrinterFault {
  return error.code === 'denied' || error.code === 'busy' ? 'printerPortDenied' : 'printerAbsent';
}

/** The same as a status. */
export function lostPrinterStatus(error: HostError): DeviceStatus<PrinterFault> {
  const fault = printerPortFault(error);
  return {
    state: fault === 'printerAbsent' ? 'absent' : 'fault',
    faults: [fault],
    warnings: [],
    detail: error.message,
  };
}
