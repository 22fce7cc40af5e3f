import { GM65_TRIES, type Gm65Commands } from './gm65-commands.js';
import { gm65Save, gm65Write } from './gm65-protocol.js';
import { type Gm65Setting, holdsSetting } from './gm65-settings.js';

/** The result of a setup. */
export interface Gm65Setup {
  /** Names of the settings that it refused. */
  readonly refused: readonly string[];
  /** One of them is required. */
  readonly insecure: boolean;
  /** Some register had to be written: the engine was new, or had lost it. */
  readonly changed: boolean;
}

const WRITE_ATTEMPTS = 2;

/**
 * Brings a GM65 into the wanted settings; `done` gets undefined where it falls silent. `insecure` comes as soon as a required
 * one is refused: a slow engine takes a minute for the rest.
 *
 * Invariant: registers are written only when they differ, and saved only when one took a new value (their memory wears).
 */
export function setUpGm65(
  commands: Gm65Commands,
  settings: readonly Gm65Setting[],
  insecure: (refused: readonly string[]) => void,
  done: (setup: Gm65Setup | undefined) => void,
): void {
  const refused: Gm65Setting[] = [];
  let changed = false;

  function bring(index: number): void {
    const wanted = settings[index];
    if (wanted === undefined) return save();
    bringOne(wanted, (outcome) => {
      if (outcome === 'changed') changed = true;
      if (outcome === 'refused') {
        refused.push(wanted);
        if (wanted.required) insecure(namesOf(refused));
      }
      bring(index + 1);
    });
  }

  function bringOne(wanted: Gm65Setting, brought: (outcome: 'held' | 'changed' | 'refused') => void): void {
    let written = 0;
    const check = (): void =>
      commands.read(wanted.address, (content) => {
        if (content === undefined) done(undefined);
        else if (holdsSetting(wanted, content)) brought(written > 0 ? 'changed' : 'held');
        else if (written === WRITE_ATTEMPTS) brought('refused');
        else write((content & ~wanted.mask) | wanted.value);
      });
    const write = (content: number): void => {
      written += 1;
      // A refusal is an answer: reading the register back shows the result.
      commands.send(gm65Write(wanted.address, content), (answer) => (answer === undefined ? done(undefined) : check()));
    };
    check();
  }

  function save(): void {
    if (!changed) return finish();
    commands.send(gm65Save(), (answer) => (answer === undefined ? done(undefined) : finish()));
  }

  function finish(): void {
    done({ refused: namesOf(refused), insecure: refused.some(({ required }) => required), changed });
  }

  // The process before this one may have ended with a command on the line. Its answer comes before that of a heartbeat,
  // which is of another kind; taken for the content of a register it would be written back.
  commands.heartbeat(GM65_TRIES, (alive) => (alive ? bring(0) : done(undefined)));
}

function namesOf(settings: readonly Gm65Setting[]): string[] {
  return settings.map(({ name }) => name);
}
