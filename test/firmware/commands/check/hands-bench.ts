import { checkByHand } from '../../../../firmware/commands/check/by-hand/check-by-hand.js';
import type { PersonEvents } from '../../../../firmware/commands/check/by-hand/session.js';
import type { CheckRow } from '../../../../firmware/commands/check/check-row.js';
import type { DevicesConfig } from '../../../../firmware/config/config.js';
import { createKeypadModel, type KeypadModel } from '../../../../hw-sim/devices/keypad-model.js';
import { createPanelModel, type PanelModel } from '../../../../hw-sim/devices/panel-model.js';
import { createScanEngineModel, type ScanEngineModel } from '../../../../hw-sim/devices/scan-engine-model.js';
import { createVendMechanismModel, type VendMechanismModel } from '../../../../hw-sim/devices/vend-mechanism-model.js';
import { createSimGpio, type SimGpio } from '../../../../hw-sim/sim-gpio.js';
import { createSimSerial } from '../../../../hw-sim/sim-serial.js';
import { SIMULATED_WIRING } from '../../../../hw-sim/simulated-wiring.js';
import { createWorld, type World } from '../../../../hw-sim/world.js';
import { testClock } from '../../../support/test-clock.js';

/** Simulated devices, and somebody before them who does what is asked for. */
export interface HandsBench {
  readonly world: World;
  readonly gpio: SimGpio;
  readonly keypad: KeypadModel;
  readonly panel: PanelModel;
  readonly scanner: ScanEngineModel;
  readonly vend: VendMechanismModel;
  /** Everything that was said, a line each. */
  readonly said: string[];
  /** Those of these lines that somebody still has. */
  taken(lines: readonly number[]): number[];
  type(line: string): void;
  leave(): void;
  /** Runs the whole test by hand; `react` is called a moment after each thing that is said. */
  run(react: (said: string) => void): Promise<readonly CheckRow[]>;
}

export interface HandsBenchOptions {
  /** Lines of the keypad as it is wired, in the order of its printed rows and columns. */
  readonly rowLines?: readonly number[];
  readonly columnLines?: readonly number[];
  readonly devices?: Partial<DevicesConfig>;
  /** How long the person looks before doing something. */
  readonly reactionMs?: number;
  readonly bounceMs?: number;
}

const NOTHING: DevicesConfig = {
  gpio: { backend: 'auto', pullUps: true },
  scanner: { kind: 'none' },
  keypad: { kind: 'none' },
  printer: { kind: 'none' },
  panel: { kind: 'none' },
  vend: { kind: 'none' },
};

export const KEYS = SIMULATED_WIRING.keypad.keys;

export function createHandsBench(options: HandsBenchOptions = {}): HandsBench {
  const { keypad: wiring, vend: relays } = SIMULATED_WIRING;
  const world = createWorld({ seed: 3, startWallMs: 0 });
  const clock = testClock(world);
  const gpio = createSimGpio(world);
  const serial = createSimSerial(world);
  let scanner: ScanEngineModel | undefined;
  serial.attach(SIMULATED_WIRING.scannerPort, 9600, (cable) => {
    scanner = createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' });
    return scanner;
  });
  if (scanner === undefined) throw new Error('a port without a device');
  const said: string[] = [];
  let events: PersonEvents | undefined;

  return {
    world,
    gpio,
    scanner,
    said,
    keypad: createKeypadModel(world, gpio, {
      rowLines: options.rowLines ?? wiring.rowLines,
      columnLines: options.columnLines ?? wiring.columnLines,
      keys: KEYS,
      bounceMs: options.bounceMs ?? 6,
    }),
    panel: createPanelModel(world, gpio, SIMULATED_WIRING.panel),
    vend: createVendMechanismModel(world, gpio, {
      channelLines: relays.pins,
      sensorLine: relays.sensorPin,
      stockPerChannel: 9,
      turnMs: 150,
      fallMs: 400,
    }),
    taken(lines) {
      const host = gpio.hostFor(clock);
      return lines.filter((line) => {
        try {
          host.input(line).release();
          return false;
        } catch {
          return true;
        }
      });
    },
    type: (line) => events?.typed(line),
    leave: () => events?.left(),
    async run(react) {
      const rows: CheckRow[] = [];
      let over = false;
      const end = checkByHand({
        host: { clock, gpio: gpio.hostFor(clock), serial: serial.hostFor(clock) },
        devices: { ...NOTHING, ...options.devices },
        person: {
          say(text) {
            for (const line of text.trimEnd().split('\n')) said.push(line);
            world.after(options.reactionMs ?? 700, () => react(text));
          },
          listen(to) {
            events = to;
          },
        },
        found: (row) => rows.push(row),
      }).finally(() => {
        over = true;
      });
      /* What a callback has resolved runs before the next thing happens in the world. */
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (over) break;
        if (!world.advance()) throw new Error(`nothing can happen any more after: ${said.at(-1)}`);
      }
      await end;
      return rows;
    },
  };
}
