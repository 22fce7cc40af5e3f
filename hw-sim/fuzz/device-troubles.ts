import type { Config } from '../../firmware/for-simulator.js';
import { COMMAND_TROUBLES } from '../devices/scan-engine-model.js';
import type { Kiosk } from '../kiosk.js';
import type { KioskDevices } from '../kiosk-devices.js';
import { SIMULATED_WIRING } from '../simulated-wiring.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import { createLineNoise } from './line-noise.js';

/** Faults of the devices that the kiosk has. */
export interface DeviceTroubles {
  /** Breaks something, or repairs what was broken. */
  change(): void;
  repair(): void;
  /** Whether bytes from the machine may have reached the terminal changed. */
  readonly machineGarbled: boolean;
  /** How long machine, adapter and cable have been without a fault. */
  machineHealthyMs(): number;
}

const SPOILT_MS = 240_000;

type Trouble = readonly [name: string, begin: () => void];
type Equipment = Config['devices'];

export function createDeviceTroubles(
  kiosk: Kiosk,
  devices: KioskDevices,
  equipment: Equipment,
  chance: Chance,
  coverage: Coverage,
): DeviceTroubles {
  const { scanner, scannerPort, printer, printerPort, keypad, panel, vend, machine, machinePort } = devices;
  const { gpio, world } = kiosk;
  const { rowLines, columnLines } = SIMULATED_WIRING.keypad;
  const stuckKeys = new Set<string>();
  let machineTroubledAtMs = Number.NEGATIVE_INFINITY;
  const machineNoise = createLineNoise(world, machinePort, machine, chance);
  const anyKey = (): string => chance.pick([...'1234567890*#'] as [string, ...string[]]);

  function stick(keys: readonly string[]): void {
    for (const key of keys) {
      stuckKeys.add(key);
      keypad.press(key);
    }
  }

  /** Dust on the contacts: keys that nobody presses. */
  function chatter(): void {
    for (let times = chance.between(2, 12), at = 0; times > 0; times -= 1) {
      at += chance.between(50, 1_500);
      world.after(at, () => keypad.tap(anyKey(), chance.between(1, 60)));
    }
  }

  function disturbMachine(): void {
    count(coverage, `fault machine line ${machineNoise.begin()}`);
  }

  /** Noise of the motors, often where nothing falls. By sysfs a level is read some time after its edge, and no spike is that long. */
  function disturbSensor(): void {
    vend.disturbSensor(equipment.gpio.backend === 'sysfs' ? 0 : chance.pick([0, 0.02, 0.6]));
    if (chance.likely(0.5)) for (const channel of SIMULATED_WIRING.vend.pins.keys()) vend.jam(channel);
  }

  /** Its commands fail, often just after it has lost its settings: then they cannot be set. */
  function spoilScanner(): void {
    const how = chance.pick(COMMAND_TROUBLES);
    count(coverage, `fault scanner ${how}`);
    scanner.spoil(how);
    if (chance.likely(0.5)) scanner.forgetSettings();
    /* Long enough that it has to be reported: other faults are repaired sooner. */
    world.after(chance.between(1_000, SPOILT_MS), () => scanner.spoil(undefined));
  }

  const troubles: Trouble[] = [];
  if (equipment.scanner.kind !== 'none') {
    troubles.push(
      ['scanner unplugged', () => scannerPort.unplug()],
      ['scanner hangs', () => scanner.hang(true)],
      ['scanner answers late', () => scanner.answerAfter(chance.pick([200, 450, 600, 1_200, 3_000]))],
      ['scanner forgets its settings', () => scanner.forgetSettings()],
      ['scanner commands go wrong', spoilScanner],
      ['scanner commands go wrong', spoilScanner],
    );
  }
  if (equipment.printer.kind !== 'none') {
    troubles.push(
      ['printer unplugged', () => printerPort.unplug()],
      ['printer hangs', () => printer.hang(true)],
      ['paper out', () => printer.loadPaper(chance.between(0, 3) * 400)],
      ['cover open', () => printer.openCover()],
      ['cutter jammed', () => printer.jamCutter()],
      ['head hot', () => printer.overheat(true)],
    );
  }
  if (equipment.keypad.kind !== 'none') {
    troubles.push(
      ['key stuck', () => stick([anyKey()])],
      /* Three corners of a rectangle: the fourth appears to be pressed. */
      ['ghost key', () => stick(['1', '2', '4'])],
      ['keys chatter', chatter],
      ['keypad line shorted', () => gpio.drive(chance.pick(columnLines), 0)],
      ['keypad line taken', () => gpio.refuse(chance.pick(rowLines), 'busy')],
    );
  }
  if (equipment.panel.kind !== 'none') troubles.push(['door open', () => panel.openDoor()]);
  if (equipment.vend.kind === 'relay') {
    const { pins } = SIMULATED_WIRING.vend;
    troubles.push(
      ['goods jammed', () => vend.jam(chance.between(0, pins.length - 1))],
      ['sensor covered', () => vend.coverSensor(true)],
      ['sensor line noisy', disturbSensor],
    );
  }
  if (equipment.vend.kind === 'mdb') {
    troubles.push(
      ['machine unplugged', () => machinePort.unplug()],
      ['machine hangs', () => machine.hang(true)],
      ['machine off', () => machine.machinePower(false)],
      ['machine off for a moment', () => [machine.machinePower(false), machine.machinePower(true)]],
      ['machine adapter restarts', () => machine.restartAdapter()],
      ['machine jammed', () => machine.jam()],
      ['machine slow', () => machine.dawdle(chance.between(5_000, 40_000))],
      ['machine line noisy', disturbMachine],
      ['machine line noisy', disturbMachine],
    );
  }

  function repair(): void {
    if (equipment.scanner.kind !== 'none') {
      scannerPort.plug();
      scanner.hang(false);
      scanner.answerAfter(undefined);
    }
    if (equipment.printer.kind !== 'none') {
      printerPort.plug();
      printer.hang(false);
      printer.overheat(false);
      printer.freeCutter();
      printer.loadPaper();
      printer.closeCover();
    }
    if (equipment.keypad.kind !== 'none') {
      for (const key of stuckKeys) keypad.release(key);
      stuckKeys.clear();
      for (const line of columnLines) gpio.drive(line, undefined);
      for (const line of rowLines) gpio.refuse(line, undefined);
    }
    if (equipment.panel.kind !== 'none') panel.closeDoor();
    if (equipment.vend.kind === 'relay') {
      vend.coverSensor(false);
      vend.disturbSensor(undefined);
      vend.free();
    }
    if (equipment.vend.kind === 'mdb') {
      machinePort.plug();
      machineNoise.end();
      machine.hang(false);
      machine.machinePower(true);
      machine.dawdle(undefined);
      machine.free();
    }
  }

  return {
    change() {
      const [first, ...more] = troubles;
      if (first === undefined) return;
      /* Repaired as often as broken at first, and more often than by any single fault. */
      if (chance.likely(0.35)) {
        count(coverage, 'fault device repaired');
        machineTroubledAtMs = world.nowMs();
        return repair();
      }
      const [name, begin] = chance.pick([first, ...more]);
      count(coverage, `fault device ${name}`);
      if (name.startsWith('machine')) machineTroubledAtMs = world.nowMs();
      begin();
    },
    repair() {
      repair();
      scanner.spoil(undefined);
    },
    machineHealthyMs: () => (machineNoise.everHeard ? 0 : world.nowMs() - machineTroubledAtMs),
    get machineGarbled() {
      return machineNoise.everHeard;
    },
  };
}
