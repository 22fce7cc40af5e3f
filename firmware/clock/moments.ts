import type { Clock, Random } from '../../drivers/host.js';
import type { Event } from '../../flows/input.js';
import type { Moment } from '../../flows/moment.js';
import type { ClockTrust } from './clock-trust.js';

export interface MomentsParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly clockTrust: ClockTrust;
  /** Minutes east of UTC of the receipts' time zone at an instant. */
  readonly utcOffsetMinutes: (wallMs: number) => number;
  /** Whether somebody else holds the update lock now. */
  readonly updating: () => boolean;
}

/** Gives each event its moment. A verified answer of the acquirer contains the time: it confirms the clock first. */
export function createMoments(parts: MomentsParts): (event: Event) => Moment {
  const { clock, random, clockTrust, utcOffsetMinutes } = parts;
  return (event) => {
    if ('answer' in event && event.answer.kind === 'answered' && event.answer.atAcquirerMs !== undefined) {
      clockTrust.confirm(event.answer.atAcquirerMs);
    }
    const wallMs = Math.floor(clock.wallMs());
    return {
      atMs: clock.monotonicMs(),
      wallMs,
      clockTrusted: clockTrust.trusted(),
      ...(parts.updating() ? UPDATING : {}),
      utcOffsetMinutes: utcOffsetMinutes(wallMs),
      randomDigits: randomDigits(random),
    };
  };
}

const UPDATING = { updating: true } as const;

/** Ten decimal digits out of 64 random bits. */
function randomDigits(random: Random): string {
  const bytes = random.bytes(8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const five = (offset: number): string => `${view.getUint32(offset) % 100_000}`.padStart(5, '0');
  return five(0) + five(4);
}
