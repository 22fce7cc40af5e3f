import type { DevicesConfig } from '../config/config.js';

/** Whether any configured device is on a GPIO line of the board, so that a backend has to be looked for. */
export function usesGpioLines({ scanner, keypad, panel, vend }: DevicesConfig): boolean {
  const scannerLines = scanner.kind === 'none' ? [] : [scanner.triggerPin, scanner.goodReadPin];
  return (
    scannerLines.some((pin) => pin !== undefined) ||
    keypad.kind === 'matrix' ||
    panel.kind === 'gpio' ||
    vend.kind === 'relay'
  );
}
