/** Where the simulated devices are connected: ports and lines that only a simulated board has. */
export const SIMULATED_WIRING = {
  scannerPort: 'sim:scanner',
  printerPort: 'sim:printer',
  mdbPort: 'sim:mdb',
  keypad: { rowLines: [101, 102, 103, 104], columnLines: [111, 112, 113], keys: ['123', '456', '789', '*0#'] },
  panel: { readyPin: 121, busyPin: 122, paidPin: 123, faultPin: 124, buzzerPin: 125, doorPin: 126 },
  vend: { pins: [131, 132, 133, 134], sensorPin: 139, pulseMs: 200 },
} as const;

type Environment = Readonly<Record<string, string | undefined>>;

const { scannerPort, printerPort, keypad, panel, vend } = SIMULATED_WIRING;

/** What `sim` stands for: the variables that connect the terminal to the simulated device. */
const WIRED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  SCANNER: { SCANNER: 'gm65', SCANNER_PORT: scannerPort, SCANNER_BAUD: '9600' },
  PRINTER: { PRINTER: 'escpos', PRINTER_PORT: printerPort, PRINTER_BAUD: '19200' },
  KEYPAD: {
    KEYPAD: 'matrix',
    KEYPAD_ROW_PINS: keypad.rowLines.join(),
    KEYPAD_COLUMN_PINS: keypad.columnLines.join(),
  },
  PANEL: {
    PANEL: 'gpio',
    PANEL_READY_PIN: `${panel.readyPin}`,
    PANEL_BUSY_PIN: `${panel.busyPin}`,
    PANEL_PAID_PIN: `${panel.paidPin}`,
    PANEL_FAULT_PIN: `${panel.faultPin}`,
    PANEL_BUZZER_PIN: `${panel.buzzerPin}`,
    PANEL_DOOR_PIN: `${panel.doorPin}`,
  },
  VEND: {
    VEND: 'relay',
    VEND_PINS: vend.pins.join(),
    VEND_SENSOR_PIN: `${vend.sensorPin}`,
    VEND_PULSE_MS: `${vend.pulseMs}`,
  },
};

/** The environment of a terminal in which devices may be `sim`, as the firmware knows it: with ports and lines instead. */
export function wireSimulatedDevices(env: Environment): Environment {
  const wired = Object.entries(WIRED).flatMap(([device, settings]) => (env[device] === 'sim' ? [settings] : []));
  return Object.assign({ ...env }, ...wired);
}
