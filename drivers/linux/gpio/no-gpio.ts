import { type GpioHost, HostError } from '../../host.js';

/** A machine on which no GPIO line is configured, so that none is looked for. */
export function createNoGpio(): GpioHost {
  const refuse = (line: number): never => {
    throw new HostError('unsupported', `GPIO line ${line} was asked for, but no GPIO backend is set up`);
  };
  return {
    backend: 'none: no line is configured',
    switchesPulls: false,
    letsGoWhenKilled: false,
    output: refuse,
    openDrain: refuse,
    input: refuse,
  };
}
