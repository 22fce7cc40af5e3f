import { GOOD_LINE, type SerialDevice, type SimSerialPort } from '../sim-serial.js';
import type { World } from '../world.js';
import type { Chance } from './chance.js';

/** Noise on the line to a device, as from long wires beside motors, loose plugs, or a busy bus. */
export interface LineNoise {
  /** Starts one kind of noise, which ends by itself after a while. Returns its name. */
  begin(): NoiseKind;
  end(): void;
  /** Whether any byte may have been changed so far: then nobody knows what the terminal read. */
  readonly everHeard: boolean;
}

export const NOISE_KINDS = ['flips', 'loses', 'doubles', 'babbles', 'mixed', 'crumbles', 'replugged'] as const;

export type NoiseKind = (typeof NOISE_KINDS)[number];

const SPELL_MS = 60_000;

export function createLineNoise(world: World, port: SimSerialPort, device: SerialDevice, chance: Chance): LineNoise {
  let everHeard = false;
  /** Counts the periods of noise, so that the end of one does not end the next. */
  let spell = 0;

  function begin(): NoiseKind {
    end();
    const kind = chance.pick(NOISE_KINDS);
    everHeard ||= kind !== 'crumbles' && kind !== 'replugged';
    disturb(kind);
    const mine = spell;
    world.after(chance.between(500, SPELL_MS), () => {
      if (mine === spell) end();
    });
    return kind;
  }

  function disturb(kind: NoiseKind): void {
    const some = chance.pick([0.002, 0.02, 0.2]);
    switch (kind) {
      case 'flips':
        port.conditions = { ...GOOD_LINE, garbled: some };
        return;
      case 'loses':
        port.conditions = { ...GOOD_LINE, lost: some };
        return;
      case 'doubles':
        port.conditions = { ...GOOD_LINE, doubled: some };
        return;
      case 'mixed':
        port.conditions = { garbled: some / 3, lost: some / 3, doubled: some / 3, pieceBytes: 3, gapMs: 4 };
        return babble();
      case 'babbles':
        return babble();
      case 'crumbles':
        port.conditions = { ...GOOD_LINE, pieceBytes: 1, gapMs: chance.pick([5, 50, 300]) };
        return;
      case 'replugged':
        port.unplug();
        world.after(chance.between(1, 5_000), () => port.plug());
        return;
    }
  }

  /** Repeatedly adds bytes that nobody sent, in both directions. */
  function babble(): void {
    const mine = spell;
    const next = (): void => {
      if (mine !== spell) return;
      if (chance.likely(0.5)) port.disturb(rubbish());
      else device.receive(rubbish());
      world.after(chance.between(1, 3_000), next);
    };
    next();
  }

  /** Any bytes, or characters of the protocol. */
  function rubbish(): Uint8Array {
    const letters = chance.likely(0.5) ? '' : 'Ccv,VENDSTATUS01.-\r\n';
    const byte = (): number =>
      letters === '' ? chance.between(0, 255) : letters.charCodeAt(chance.between(0, letters.length - 1));
    return Uint8Array.from({ length: chance.between(1, 12) }, byte);
  }

  function end(): void {
    spell += 1;
    port.conditions = GOOD_LINE;
  }

  return {
    begin,
    end,
    get everHeard() {
      return everHeard;
    },
  };
}
