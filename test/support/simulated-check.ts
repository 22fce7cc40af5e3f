import { createProcess } from '../../drivers/linux/process.js';
import { boardHost } from '../../firmware/commands/board-host.js';
import { check } from '../../firmware/commands/check.js';
import { createKeypadModel } from '../../hw-sim/devices/keypad-model.js';
import { createPanelModel } from '../../hw-sim/devices/panel-model.js';
import { createReceiptPrinterModel, USUAL_PRINTER } from '../../hw-sim/devices/receipt-printer-model.js';
import { createScanEngineModel, type ScanEngineModel } from '../../hw-sim/devices/scan-engine-model.js';
import { createVendMechanismModel } from '../../hw-sim/devices/vend-mechanism-model.js';
import { createSimGpio } from '../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../hw-sim/sim-serial.js';
import { SIMULATED_WIRING, wireSimulatedDevices } from '../../hw-sim/simulated-wiring.js';
import { commandInput } from '../firmware/command-run.js';
import { createRealWorld } from './real-world.js';

/*
 * `tillbox check` as a process of its own, on a board whose devices are simulated. Its fingers do what the terminal
 * asks for; eyes and answers come from whoever sits at the terminal. DEAD_KEYS names keys that are broken off.
 */
const FINGER_MS = 50;
const self = createProcess();
const world = createRealWorld();
const gpio = createSimGpio(world);
const serial = createSimSerial(world);
const keypad = createKeypadModel(world, gpio, { ...SIMULATED_WIRING.keypad, bounceMs: 6 });
const panel = createPanelModel(world, gpio, SIMULATED_WIRING.panel);
let scanner: ScanEngineModel | undefined;
serial.attach(SIMULATED_WIRING.scannerPort, 9600, (cable) => {
  scanner = createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' });
  return scanner;
});
serial.attach(SIMULATED_WIRING.printerPort, 19_200, (cable) => createReceiptPrinterModel(world, cable, USUAL_PRINTER));
createVendMechanismModel(world, gpio, {
  channelLines: SIMULATED_WIRING.vend.pins,
  sensorLine: SIMULATED_WIRING.vend.sensorPin,
  stockPerChannel: 3,
  turnMs: 150,
  fallMs: 400,
});

function hands(said: string): void {
  const key = /(?:^|\n)Press (.) /.exec(said)?.[1];
  if (key !== undefined && !self.env.DEAD_KEYS?.includes(key)) keypad.tap(key);
  if (said.includes('Show the scanner')) scanner?.show('6901234567892');
  if (said.includes('open it, or')) panel.openDoor();
  if (said.includes('close it, or')) panel.closeDoor();
}

const out = (text: string): void => {
  self.out(text);
  world.after(FINGER_MS, () => hands(text));
};
const code = await check(
  commandInput('check', self.args),
  { ...self, out, env: wireSimulatedDevices(self.env) },
  (config) => {
    const board = boardHost(config);
    return { ...board, gpio: gpio.hostFor(board.clock), serial: serial.hostFor(board.clock) };
  },
);
self.exit(code);
