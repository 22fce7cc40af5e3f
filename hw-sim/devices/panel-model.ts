import type { Level } from '../../drivers/host.js';
import type { SimGpio } from '../sim-gpio.js';
import type { World } from '../world.js';

/** Lamps, a buzzer and a door switch, as seen and heard from outside. */
export interface PanelModel {
  /** The lamps that are lit at this instant. */
  lit(): readonly PanelLamp[];
  /** The durations of finished beeps, in milliseconds, oldest first. */
  readonly beepsMs: readonly number[];
  openDoor(): void;
  closeDoor(): void;
}

export type PanelLamp = 'ready' | 'busy' | 'paid' | 'fault';

export interface PanelModelLines {
  readonly readyPin: number;
  readonly busyPin: number;
  readonly paidPin: number;
  readonly faultPin: number;
  readonly buzzerPin: number;
  readonly doorPin: number;
}

/** The door starts closed: its switch pulls the line low, and an open door releases it. */
export function createPanelModel(world: World, gpio: SimGpio, lines: PanelModelLines): PanelModel {
  const lamps: readonly (readonly [PanelLamp, number])[] = [
    ['ready', lines.readyPin],
    ['busy', lines.busyPin],
    ['paid', lines.paidPin],
    ['fault', lines.faultPin],
  ];
  /* Driven by transistors: a floating line is off. */
  for (const [, line] of lamps) gpio.pull(line, 0);
  gpio.pull(lines.buzzerPin, 0);
  gpio.drive(lines.doorPin, 0);

  const beepsMs: number[] = [];
  let soundsFromMs = 0;
  gpio.watch(lines.buzzerPin, (level: Level) => {
    if (level === 1) soundsFromMs = world.nowMs();
    else beepsMs.push(world.nowMs() - soundsFromMs);
  });

  return {
    lit: () => lamps.flatMap(([lamp, line]) => (gpio.level(line) === 1 ? [lamp] : [])),
    beepsMs,
    openDoor: () => gpio.drive(lines.doorPin, undefined),
    closeDoor: () => gpio.drive(lines.doorPin, 0),
  };
}
