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
  /** A message of the adapter about the machine. */
  heard(line: MdbLine): void;
  /** The adapter answers; its messages show whether the machine does. */
  answers(): void;
  /** The adapter refuses a setting; the text is for people. */
  notSet(setting: string): void;
  /** The adapter no longer answers; setup starts again by itself. */
  lost(status: DeviceStatus<VendFault>): void;
}

/** A Qibixx MDB adapter: set up, switched on and watched. */
export interface MdbAdapter {
  isOpen(): boolean;
  say(line: string): void;
  /**
   * Stops, and releases the port when `lastLine`, where there is one, has had its time to be sent. Then `done` is called
   * once, later: after some 50 ms, and after 250 ms at the most.
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
/** From the last line's acceptance by the system to the end of its last bit: USB adapters delay bytes by 16 ms. */
const PARTING_MS = 50;
/** A line that is not accepted by then is never sent. */
const PARTING_LIMIT_MS = 250;

/**
 * Invariants
 * - It waits for at most one answer, or for one pause before the next question.
 * - While the machine is `busy` with a customer the adapter is not switched, off or on.
 */
export function createMdbAdapter(
  parts: { readonly clock: Clock; readonly serial: SerialHost; readonly busy: () => boolean },
  options: MdbAdapterOptions,
  events: MdbAdapterEvents,
): MdbAdapter {
  /** Handles a line if it is the awaited answer. */
  let expecting: ((line: MdbLine) => boolean) | undefined;
  let timer: Timer | undefined;
  /** Switched on, after it was set up. */
  let on = false;
  /** Ends the closing; set while closing. */
  let part: (() => void) | undefined;
  /** This adapter answers "switch on" with an error while it is on, so its answer shows whether it was on. */
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
        // Ends an incomplete line that the adapter may hold from an earlier process.
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

  /** A cable that was unplugged for a moment does not stop the machine: its report on the goods may still come. */
  function setUpWhenFree(): void {
    if (parts.busy()) later(FREE_LOOK_MS, setUpWhenFree);
    else setUp();
  }

  /**
   * Noise may have changed a setting that is refused, or the "switch off" before it: all is sent again. What is refused in
   * the end is not known to this firmware.
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
        // The states that follow show whether the machine talks to the adapter.
        on = true;
        say('C,1');
        // Soon, because a restart before it cannot be detected.
        later(FIRST_LOOK_MS, heartbeat);
      }
    };
    // Settings are accepted only while the reader is off.
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
   * An adapter that restarted by itself (a brownout) is off and has lost its settings, but answers as before. Switching it
   * on again is an error while it is on. Only where this adapter is known to report that error, another answer means that
   * it was off.
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
  // A line that was not sent gets no answer, and `lost` reports the loss of the port.
}
