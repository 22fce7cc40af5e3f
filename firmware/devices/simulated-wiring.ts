/** Where the simulated devices are connected: ports and lines that only a simulated board has. */
export const SIMULATED_WIRING = {
  scannerPort: 'sim:scanner',
  printerPort: 'sim:printer',
  mdbPort: 'sim:mdb',
  keypad: { rowLines: [101, 102, 103, 104], columnLines: [111, 112, 113], keys: ['123', '456', '789', '*0#'] },
  panel: { readyPin: 121, busyPin: 122, paidPin: 123, faultPin: 124, buzzerPin: 125, doorPin: 126 },
  vend: { pins: [131, 132, 133, 134], sensorPin: 139, pulseMs: 200 },
} as const;
