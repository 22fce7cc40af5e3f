import { attachDevice } from './attach-device.js';
import { createKeypadModel, type KeypadModel } from './devices/keypad-model.js';
import { createMdbMachineModel, type MdbMachineModel } from './devices/mdb-machine-model.js';
import { createPanelModel, type PanelModel } from './devices/panel-model.js';
import { createReceiptPrinterModel, type ReceiptPrinterModel, USUAL_PRINTER } from './devices/receipt-printer-model.js';
import { createScanEngineModel, type ScanEngineModel } from './devices/scan-engine-model.js';
import { createVendMechanismModel, type VendMechanismModel } from './devices/vend-mechanism-model.js';
import type { Kiosk } from './kiosk.js';
import type { SimSerialPort } from './sim-serial.js';
import { SIMULATED_WIRING } from './simulated-wiring.js';

/** The simulated devices of a kiosk, and their cables. */
export interface KioskDevices {
  readonly scanner: ScanEngineModel;
  readonly scannerPort: SimSerialPort;
  readonly printer: ReceiptPrinterModel;
  readonly printerPort: SimSerialPort;
  readonly keypad: KeypadModel;
  readonly panel: PanelModel;
  readonly vend: VendMechanismModel;
  readonly machine: MdbMachineModel;
  readonly machinePort: SimSerialPort;
}

const CHANNEL_STOCK = 1000;
const TURN_MS = 150;
const FALL_MS = 400;
const BOUNCE_MS = 8;

/** Attaches a device to each simulated port and line. */
export function attachDevices({ world, serial, gpio }: Kiosk): KioskDevices {
  const { scannerPort, printerPort, mdbPort, keypad, panel, vend } = SIMULATED_WIRING;
  const scanner = attachDevice(serial, scannerPort, 9600, (cable) =>
    createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }),
  );
  const printer = attachDevice(serial, printerPort, 19_200, (cable) =>
    createReceiptPrinterModel(world, cable, USUAL_PRINTER),
  );
  const machine = attachDevice(serial, mdbPort, 115_200, (cable) => createMdbMachineModel(world, cable));
  return {
    scanner: scanner.device,
    scannerPort: scanner.port,
    printer: printer.device,
    printerPort: printer.port,
    keypad: createKeypadModel(world, gpio, { ...keypad, bounceMs: BOUNCE_MS }),
    panel: createPanelModel(world, gpio, panel),
    machine: machine.device,
    machinePort: machine.port,
    vend: createVendMechanismModel(world, gpio, {
      channelLines: vend.pins,
      sensorLine: vend.sensorPin,
      stockPerChannel: CHANNEL_STOCK,
      turnMs: TURN_MS,
      fallMs: FALL_MS,
    }),
  };
}
