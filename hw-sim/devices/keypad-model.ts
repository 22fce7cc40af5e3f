import type { SimGpio } from '../sim-gpio.js';
import type { World } from '../world.js';

/** A matrix keypad of bare contacts, without diodes: three corners of a rectangle make the fourth appear. */
export interface KeypadModel {
  press(key: string): void;
  release(key: string): void;
  /** Presses and releases, as a finger does. */
  tap(key: string, holdMs?: number): void;
  /** The latest presses, oldest first. */
  presses(): readonly KeyPress[];
}

export interface KeyPress {
  readonly key: string;
  readonly fromMs: number;
  /** Undefined while the key is pressed. */
  readonly toMs: number | undefined;
}

export interface KeypadModelOptions {
  readonly rowLines: readonly number[];
  readonly columnLines: readonly number[];
  /** A string a row, a character a key. */
  readonly keys: readonly string[];
  /** Contacts bounce for up to this long, at both ends of a press. */
  readonly bounceMs: number;
}

const TAP_MS = 90;
const PRESSES_KEPT = 40;

export function createKeypadModel(world: World, gpio: SimGpio, options: KeypadModelOptions): KeypadModel {
  const contacts = new Map<string, { set(closed: boolean): void }>();
  /** Counts presses and releases of a key, so that an old bounce ends with the next one. */
  const movement = new Map<string, number>();

  const down = new Set<string>();
  let presses: KeyPress[] = [];

  function note(key: string, closed: boolean): void {
    const nowMs = world.nowMs();
    if (closed) presses = [...presses.slice(1 - PRESSES_KEPT), { key, fromMs: nowMs, toMs: undefined }];
    else presses = presses.map((one) => (one.key === key && one.toMs === undefined ? { ...one, toMs: nowMs } : one));
  }

  options.keys.forEach((row, rowAt) => {
    [...row].forEach((key, columnAt) => {
      const rowLine = options.rowLines[rowAt];
      const columnLine = options.columnLines[columnAt];
      if (rowLine !== undefined && columnLine !== undefined) contacts.set(key, gpio.contact(rowLine, columnLine));
    });
  });

  function move(key: string, closed: boolean): void {
    const contact = contacts.get(key);
    if (contact === undefined) throw new Error(`this keypad has no key ${key}`);
    if (down.has(key) === closed) return;
    if (closed) down.add(key);
    else down.delete(key);
    note(key, closed);
    const mine = (movement.get(key) ?? 0) + 1;
    movement.set(key, mine);
    contact.set(closed);
    for (let at = 0; at < options.bounceMs; at += 0.5 + 2 * world.random()) {
      const chatter = world.random() < 0.5;
      world.after(at, () => movement.get(key) === mine && contact.set(chatter));
    }
    if (options.bounceMs > 0) world.after(options.bounceMs, () => movement.get(key) === mine && contact.set(closed));
  }

  return {
    press: (key) => move(key, true),
    release: (key) => move(key, false),
    presses: () => presses,
    tap(key, holdMs = TAP_MS) {
      move(key, true);
      world.after(holdMs, () => move(key, false));
    },
  };
}
