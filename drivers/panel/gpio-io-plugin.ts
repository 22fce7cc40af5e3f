import type { GpioHost, GpioOutput } from '../host.js';

/** The part of johnny-five's IO plugin interface that digital outputs need. */
export interface IoPlugin {
  readonly name: string;
  readonly isReady: true;
  readonly MODES: { readonly INPUT: 0; readonly OUTPUT: 1; readonly ANALOG: 2; readonly PWM: 3; readonly SERVO: 4 };
  readonly HIGH: 1;
  readonly LOW: 0;
  readonly pins: readonly IoPin[];
  readonly analogPins: readonly number[];
  pinMode(pin: number, mode: number): void;
  digitalWrite(pin: number, value: number): void;
  on(): void;
  once(): void;
  emit(): void;
  /** Releases every line. */
  release(): void;
}

interface IoPin {
  readonly supportedModes: readonly number[];
  mode: number;
  value: number;
  readonly report: number;
  readonly analogChannel: number;
}

const OUTPUT = 1;
const NO_ANALOG_CHANNEL = 127;
/** More than the header of any board. */
const PIN_COUNT = 64;

/**
 * johnny-five on the GPIO lines of the host.
 *
 * - It is ready from the start and emits no events: johnny-five then starts no timer, and components work at once.
 * - Pins claim no PWM: a Led on a PWM pin would write an analogue 255 instead of a 1.
 * - A line is taken by its first write and with that level, as johnny-five's Relay never sets a mode; `pinMode` alone
 *   drives nothing.
 */
export function createGpioIoPlugin(gpio: GpioHost): IoPlugin {
  const outputs = new Map<number, GpioOutput>();
  const pins: IoPin[] = Array.from({ length: PIN_COUNT }, () => ({
    supportedModes: [OUTPUT],
    mode: OUTPUT,
    value: 0,
    report: 0,
    analogChannel: NO_ANALOG_CHANNEL,
  }));
  const nothing = (): void => undefined;

  return {
    name: 'Tillbox GPIO',
    isReady: true,
    MODES: { INPUT: 0, OUTPUT: 1, ANALOG: 2, PWM: 3, SERVO: 4 },
    HIGH: 1,
    LOW: 0,
    pins,
    analogPins: [],
    pinMode(pin, mode) {
      const known = pins[pin];
      if (known !== undefined) known.mode = mode;
    },
    digitalWrite(pin, value) {
      const level = value === 0 ? 0 : 1;
      const output = outputs.get(pin);
      if (output === undefined) outputs.set(pin, gpio.output(pin, level));
      else output.write(level);
      const known = pins[pin];
      if (known !== undefined) known.value = level;
    },
    on: nothing,
    once: nothing,
    emit: nothing,
    release() {
      for (const output of outputs.values()) output.release();
      outputs.clear();
    },
  };
}
