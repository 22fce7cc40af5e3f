import type { Config } from './config.js';
import type { ConfigError } from './config-findings.js';
import { variables } from './variables.js';

/** The devices that only the simulator has, as what is wrong with the configuration of a board. */
export function simulatedDevices({ devices }: Pick<Config, 'devices'>): ConfigError[] {
  const kinds = {
    SCANNER: devices.scanner.kind,
    KEYPAD: devices.keypad.kind,
    PRINTER: devices.printer.kind,
    PANEL: devices.panel.kind,
    VEND: devices.vend.kind,
  } as const;
  return (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((variable) => {
    if (kinds[variable] !== 'sim') return [];
    const problem = 'is sim, a device that only the simulator has (npm start, or tillbox sim)';
    return [{ variable, problem, example: variables[variable].example }];
  });
}
