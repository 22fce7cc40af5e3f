import type { World } from '../world.js';
import type { Ink } from './ink.js';

/** Sources of lines on the console. */
export type Speaker =
  | 'terminal'
  | 'sale'
  | 'queue'
  | 'acquirer'
  | 'scanner'
  | 'printer'
  | 'power'
  | 'network'
  | 'bench'
  | 'log';

/** Prints an event: the time, its source and its text; further lines go below the first. */
export type Say = (who: Speaker, ...lines: readonly string[]) => void;

export interface SayParts {
  readonly world: Pick<World, 'wallMs'>;
  /** IANA name. */
  readonly timeZone: string;
  readonly ink: Ink;
  readonly print: (text: string) => void;
}

const MARGIN = ' '.repeat(20);

export function createSay({ world, timeZone, ink, print }: SayParts): Say {
  const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' });
  return (who, first = '', ...more) => {
    const head = `${ink.dim(clock.format(world.wallMs()))}  ${ink.dim(who.padEnd(8))}  ${first}`;
    print([head, ...more.map((line) => `${MARGIN}${line}`)].map((line) => `${line.trimEnd()}\n`).join(''));
  };
}
