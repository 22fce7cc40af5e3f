import type { Level } from '../../drivers/host.js';
import type { DevicesConfig } from '../config/config.js';

export interface OutputLine {
  readonly line: number;
  /** Its level while nothing is asked of its device: what the device's driver drives it to first. `released`: not driven. */
  readonly rest: Level | 'released';
}

const at =
  (rest: OutputLine['rest']) =>
  (line: number): OutputLine => ({ line, rest });

/** The outputs of the configured devices; first those that matter most when they stay on. */
export function outputLines({ scanner, keypad, panel, vend }: DevicesConfig): readonly OutputLine[] {
  return [
    ...(vend.kind === 'relay' ? vend.pins.map(at(0)) : []),
    ...(panel.kind === 'gpio'
      ? [panel.buzzerPin, panel.readyPin, panel.busyPin, panel.paidPin, panel.faultPin]
          .filter((pin) => pin !== undefined)
          .map(at(0))
      : []),
    ...(scanner.kind !== 'none' && scanner.triggerPin !== undefined ? [at(1)(scanner.triggerPin)] : []),
    ...(keypad.kind === 'matrix' ? keypad.rowPins.map(at('released')) : []),
  ];
}

/** Inputs that need a pull-up: keypad columns, door switch, drop sensor. */
export function pulledLines({ keypad, panel, vend }: DevicesConfig): readonly number[] {
  return [
    ...(keypad.kind === 'matrix' ? keypad.columnPins : []),
    ...(panel.kind === 'gpio' && panel.doorPin !== undefined ? [panel.doorPin] : []),
    ...(vend.kind === 'relay' && vend.sensorPin !== undefined ? [vend.sensorPin] : []),
  ];
}
