import type { GpioOutput, Level } from '../../../drivers/host.js';
import type { SimGpio } from '../../../hw-sim/sim-gpio.js';
import type { Qemu } from './qemu.js';
import type { Qtest } from './qtest.js';

/**
 * Solders the pins of the emulated chip, a PL061 with eight lines, to simulated wires of the same numbers: what the guest's
 * kernel drives is seen by the device models, and what they drive is read by the guest's kernel.
 *
 * Invariants: a pin that the guest drives is held on its wire, every other one is not; a pin that reads has its wire's level.
 */
export interface BoardLines {
  /** The power came. */
  connect(qemu: Pick<Qemu, 'qmp' | 'qtest'>): Promise<void>;
  /** The emulator reports a pin. */
  moved(pin: number, rose: boolean): void;
  /** The power is gone: no pin drives. */
  disconnect(): void;
  /** What the guest's kernel drove a pin to since the power came, oldest first. */
  driven(pin: number): readonly Level[];
}

const PINS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const DATA_REGISTER = 0x90303fc;
const DIRECTION_REGISTER = 0x9030400;
const CHIP_TYPE = 'child<pl061>';
const MACHINE = '/machine/unattached';
/** A row of the keypad is driven for longer. */
const POLL_MS = 2;

export function createBoardLines(gpio: SimGpio): BoardLines {
  const host = gpio.hostFor({
    after(delayMs, callback) {
      const timer = setTimeout(callback, delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  });
  const held = new Map<number, GpioOutput>();
  const history = new Map<number, Level[]>();
  let levels = 0;
  let chip = '';
  let qtest: Qtest | undefined;
  let polling: NodeJS.Timeout | undefined;

  /** Never waited for: the emulator takes them in order, and where the power goes nobody wants to know. */
  function feed(pin: number): void {
    qtest?.run(`set_irq_in ${chip} unnamed-gpio-in ${pin} ${gpio.level(pin)}`).catch(() => undefined);
  }

  function drive(pin: number): void {
    const level: Level = (levels >> pin) & 1 ? 1 : 0;
    const past = history.get(pin) ?? [];
    if (past.at(-1) !== level) past.push(level);
    history.set(pin, past);
    const output = held.get(pin);
    if (output === undefined) held.set(pin, host.output(pin, level));
    else output.write(level);
  }

  function release(pin: number): void {
    held.get(pin)?.release();
    if (held.delete(pin)) feed(pin);
  }

  function directionsRead(directions: number): void {
    for (const pin of PINS) {
      const isOutput = ((directions >> pin) & 1) === 1;
      if (isOutput && !held.has(pin)) drive(pin);
      else if (!isOutput) release(pin);
    }
  }

  for (const pin of PINS) gpio.watch(pin, () => !held.has(pin) && feed(pin));

  return {
    async connect({ qmp, qtest: to }) {
      const devices = (await qmp.run('qom-list', { path: MACHINE })) as readonly { name: string; type: string }[];
      const name = devices.find(({ type }) => type === CHIP_TYPE)?.name;
      if (name === undefined) throw new Error(`the machine has no ${CHIP_TYPE}`);
      chip = `${MACHINE}/${name}`;
      qtest = to;
      levels = 0;
      history.clear();
      await to.run(`irq_intercept_out ${chip}`);
      levels = Number(await to.run(`readl 0x${DATA_REGISTER.toString(16)}`));
      for (const pin of PINS) feed(pin);
      const poll = (): void => {
        if (qtest !== to) return;
        to.run(`readl 0x${DIRECTION_REGISTER.toString(16)}`).then(
          (answer) => {
            if (qtest !== to) return;
            directionsRead(Number(answer));
            polling = setTimeout(poll, POLL_MS);
          },
          () => undefined,
        );
      };
      poll();
    },
    moved(pin, rose) {
      const bit = 1 << pin;
      levels = rose ? levels | bit : levels & ~bit;
      /* A pin that falls may have become an input: the next look at its direction tells. */
      if (rose || held.has(pin)) drive(pin);
    },
    disconnect() {
      qtest = undefined;
      clearTimeout(polling);
      levels = 0;
      for (const pin of PINS) {
        held.get(pin)?.release();
        held.delete(pin);
      }
    },
    driven: (pin) => history.get(pin) ?? [],
  };
}
