import { SIMULATED_WIRING } from '../firmware/terminal.js';
import { createKeypadModel, type KeypadModel } from './devices/keypad-model.js';
import { createMdbMachineModel, type MdbMachineModel } from './devices/mdb-machine-model.js';
import { createPanelModel, type PanelModel } from './devices/panel-model.js';
import { createReceiptPrinterModel, type ReceiptPrinterModel, USUAL_PRINTER } from './devices/receipt-printer-model.js';
import { createScanEngineModel, type ScanEngineModel } from './devices/scan-engine-model.js';
import { createVendMechanismModel, type VendMechanismModel } from './devices/vend-mechanism-model.js';
import type { Kiosk } from './kiosk.js';
import type { SimSerialPort } from './sim-serial.js';

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

/** Connects a device to each port and line that simulated devices have. */
export function attachDevices({ world, serial, gpio }: Kiosk): KioskDevices {
  const { keypad, panel, vend } = SIMULATED_WIRING;
  let scanner: ScanEngineModel | undefined;
  let printer: ReceiptPrinterModel | undefined;
  let machine: MdbMachineModel | undefined;
  const scannerPort = serial.attach(SIMULATED_WIRING.scannerPort, 9600, (cable) => {
    scanner = createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' });
    return scanner;
  });
  const printerPort = serial.attach(SIMULATED_WIRING.printerPort, 19_200, (cable) => {
    printer = createReceiptPrinterModel(world, cable, USUAL_PRINTER);
    return printer;
  });
  const machinePort = serial.attach(SIMULATED_WIRING.mdbPort, 115_200, (cable) => {
    machine = createMdbMachineModel(world, cable);
    return machine;
  });
  if (scanner === undefined || printer === undefined || machine === undefined)
    throw new Error('a port without a device');
  return {
    scanner,
    scannerPort,
    printer,
    printerPort,
    keypad: createKeypadModel(world, gpio, { ...keypad, bounceMs: BOUNCE_MS }),
    panel: createPanelModel(world, gpio, panel),
    machine,
    machinePort,
    vend: createVendMechanismModel(world, gpio, {
      channelLines: vend.pins,
      sensorLine: vend.sensorPin,
      stockPerChannel: CHANNEL_STOCK,
      turnMs: TURN_MS,
      fallMs: FALL_MS,
    }),
  };
}
