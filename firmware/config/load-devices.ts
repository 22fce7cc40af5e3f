import type { Config, DevicesConfig } from './config.js';
import type { ConfigError, Environment, ReadFile } from './config-check.js';
import { devicesSection } from './devices-section.js';
import { readSettings } from './read-settings.js';
import { type VariableName, variables } from './variables.js';

/** What has to be known to find the devices' lines, and whether a terminal has them. */
export interface DevicesSettings {
  readonly devices: DevicesConfig;
  readonly dataDir: Config['storage']['dataDir'];
}

/** Reads the devices' part of the configuration alone, so that nothing else has to be right; or every error in it. */
export function loadDevices(
  env: Environment,
  readFile: ReadFile,
): DevicesSettings | { readonly errors: readonly ConfigError[] } {
  const { list, values, errors: readingErrors } = readSettings(env, readFile);
  const errors: ConfigError[] = readingErrors.filter(({ variable }) => concernsDevices(variable));
  const devices = devicesSection({
    values,
    given: (name) => list.some((setting) => setting.name === name && setting.source !== 'default' && setting.text),
    readFile,
    refuse: (variable, problem, example = variables[variable].example) => errors.push({ variable, problem, example }),
  });
  return errors.length > 0 || devices === undefined ? { errors } : { devices, dataDir: values.DATA_DIR };
}

function concernsDevices(variable: string): boolean {
  if (variable === 'CONFIG_FILE' || variable === 'DATA_DIR') return true;
  return Object.hasOwn(variables, variable) && variables[variable as VariableName].group === 'Devices';
}
