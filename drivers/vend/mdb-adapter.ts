import type { DeviceStatus, VendFault } from '../device-status.js';
import type { Clock, SerialHost, Timer } from '../host.js';
import { lostPortStatus } from '../lost-port-status.js';
import { createReconnectingPort } from '../reconnecting-port.js';
import { createLineSplitter } from './line-splitter.js';
import { type MdbLine, parseMdbLine } from './mdb-lines.js';

export interface MdbAdapterOptions {
  readonly path: string;
  readonly baud: number;
  /** ISO 4217 number, e.g. 156 for CNY. */
  readonly currencyNumber: number;
}

export interface MdbAdapterEvents {
  /** What the adapter says of the machine. */
  heard(line: MdbLine): void;
  /** The adapter answers; whether the machine does shows in what is heard. */
  answers(): void;
  /** The adapter does not take a setting, for people. */
  notSet(setting: string): void;
  /** Nobody answers any more; the conversation begins anew by itself. */
  lost(status: DeviceStatus<VendFault>): void;
}

/** A Qibixx MDB adapter: set up, switched on and watched. */
export interface MdbAdapter {
  isOpen(): boolean;
  say(line: string): void;
  /**
   * Hears nothing any more, and lets go of the port when `lastLine`, where there is one, has had its time to leave.
   * `done` is called once, later, then: after some 50 ms, and after 250 ms at the most.
   */
  close(lastLine: string | undefined, done: () => void): void;
}

const PORT_FAULTS = { absent: 'vendMachineAbsent', denied: 'vendPortDenied' } as const;
const LINE_LIMIT_BYTES = 128;
const REPLY_TIMEOUT_MS = 1_000;
const TRIES = 3;
const SETUP_RETRY_MS = 5_000;
const HEARTBEAT_MS = 10_000;
const FIRST_LOOK_MS = 1_000;
const OFF_PAUSE_MS = 200;
const FREE_LOOK_MS = 250;
/** From the system's taking of the last line to the end of its last bit: USB adapters hold bytes back for 16 ms. */
const PARTING_MS = 50;
/** A line that is not taken by then never leaves. */
const PARTING_LIMIT_MS = 250;

/**
 * Invariants
 * - At most one answer is waited for, or one pause before the next question.
 * - While the machine is `busy` with a customer the adapter is not switched, off or on.
 */
export function createMdbAdapter(
  parts: { readonly clock: Clock; readonly serial: SerialHost; readonly busy: () => boolean },
  options: MdbAdapterOptions,
  events: MdbAdapterEvents,
): MdbAdapter {
  /** Takes a line if it is what was waited for. */
  let expecting: ((line: MdbLine) => boolean) | undefined;
  let timer: Timer | undefined;
  /** Switched on, after it was set up. */
  let on = false;
  /** Ends the closing; there while it goes on. */
  let part: (() => void) | undefined;
  /** This adapter answers "switch on" with an error while it is on, so that the answer tells. */
  let tellsWhetherOn = false;

  const split = createLineSplitter(LINE_LIMIT_BYTES, (text) => {
    const line = parseMdbLine(text);
    if (line === undefined || expecting?.(line)) return;
    // A reader that is off is inactive, whatever the machine is.
    if (on || line.kind !== 'state') events.heard(line);
  });

  const port = createReconnectingPort(
    parts,
    { path: options.path, baud: options.baud, flowControl: 'none' },
    {
      opened() {
        tellsWhetherOn = false;
        // Ends whatever half a line the adapter holds from an earlier life.
        say('');
        setUpWhenFree();
      },
      data(bytes) {
        if (part === undefined) split(bytes);
      },
      lost(error) {
        if (part !== undefined) return part();
        stop();
        events.lost(lostPortStatus(error, PORT_FAULTS));
      },
    },
  );

  function say(line: string): void {
    port.write(bytesOf(line), ignoreLoss);
  }

  function later(delayMs: number, callback: () => void): void {
    timer?.cancel();
    timer = parts.clock.after(delayMs, callback);
  }

  function stop(): void {
    expecting = undefined;
    timer?.cancel();
  }

  /** Asks until the answer comes; after three tries the adapter counts as silent. */
  function ask(
    command: string,
    isAnswer: (line: MdbLine) => boolean,
    then: (answer: MdbLine) => void,
    tried = 1,
  ): void {
    say(command);
    expecting = (line) => {
      if (!isAnswer(line)) return false;
      stop();
      then(line);
      return true;
    };
    later(REPLY_TIMEOUT_MS, () => {
      expecting = undefined;
      if (tried < TRIES) ask(command, isAnswer, then, tried + 1);
      else silent();
    });
  }

  function silent(): void {
    stop();
    const detail = 'the MDB adapter does not answer';
    events.lost({ state: 'fault', faults: ['vendMachineSilent'], warnings: [], detail });
    later(SETUP_RETRY_MS, () => setUp());
  }

  /** A cable that was pulled for a moment does not end what the machine is about: its word on the goods may still come. */
  function setUpWhenFree(): void {
    if (parts.busy()) later(FREE_LOOK_MS, setUpWhenFree);
    else setUp();
  }

  /**
   * A setting that is refused may have been changed by noise on its way, or the switching off before it was: all is done
   * again. What is refused in the end is one that this firmware does not know.
   */
  function setUp(tried = 1): void {
    const currency = `0x1${String(options.currencyNumber).padStart(3, '0')}`;
    const settings = ['mdb-addr=0x10', `mdb-currency-code=${currency}`, 'mdb-always-idle=1'];
    const set = (at: number): void => {
      const setting = settings[at];
      if (setting !== undefined) {
        ask(`C,SETCONF,${setting}`, isSet, (answer) => {
          const taken = answer.kind === 'set' && answer.ok;
          if (tried < TRIES && answer.kind === 'refused') return setUp(tried + 1);
          if (!taken) events.notSet(setting);
          set(at + 1);
        });
      } else {
        // The states that follow tell whether the machine talks to the adapter.
        on = true;
        say('C,1');
        // Soon, because of a restart before that nothing can be concluded.
        later(FIRST_LOOK_MS, heartbeat);
      }
    };
    // Settings are taken only while the reader is off.
    on = false;
    say('C,0');
    later(OFF_PAUSE_MS, () => ask('V', isVersion, () => set(0)));
  }

  function heartbeat(): void {
    ask('V', isVersion, () => {
      events.answers();
      if (parts.busy()) later(HEARTBEAT_MS, heartbeat);
      else lookWhetherOn();
    });
  }

  /**
   * An adapter that started anew by itself (a brownout) is off and has forgotten its settings, but answers as before.
   * Switching it on once more is an error to one that is on; only of one that is known to say so it can be concluded that
   * another answer means that it was off.
   */
  function lookWhetherOn(): void {
    say('C,1');
    expecting = (line) => {
      if (line.kind === 'refused' && line.why.includes('is on')) tellsWhetherOn = true;
      else if (line.kind !== 'state') return false;
      expecting = undefined;
      if (line.kind === 'state' && tellsWhetherOn) setUp();
      else later(HEARTBEAT_MS, heartbeat);
      return line.kind === 'refused';
    };
    later(REPLY_TIMEOUT_MS, () => {
      expecting = undefined;
      later(HEARTBEAT_MS, heartbeat);
    });
  }

  return {
    isOpen: port.isOpen,
    say,
    close(lastLine, done) {
      stop();
      if (lastLine === undefined || !port.isOpen()) {
        port.close();
        parts.clock.after(0, done);
        return;
      }
      let parted = false;
      const end = (): void => {
        if (parted) return;
        parted = true;
        stop();
        port.close();
        done();
      };
      part = end;
      later(PARTING_LIMIT_MS, end);
      port.write(bytesOf(lastLine), (error) => {
        if (error !== undefined) end();
        else if (!parted) later(PARTING_MS, end);
      });
    },
  };
}

function bytesOf(line: string): Uint8Array {
  return Buffer.from(`${line}\n`, 'latin1');
}

function isVersion({ kind }: MdbLine): boolean {
  return kind === 'version';
}

function isSet({ kind }: MdbLine): boolean {
  return kind === 'set' || kind === 'refused';
}

function ignoreLoss(): void {
  // A line that did not go out is a line without an answer, and the loss of the port is told by `lost`.
}
