import type { HttpHost, HttpReply, HttpRequest } from '../drivers/host.js';
import {
  createTerminal,
  present,
  type Terminal,
  type TerminalParts,
  type TerminalSettings,
} from '../firmware/for-simulator.js';
import { type Acquirer, createAcquirer } from './acquirer/acquirer.js';
import { type AcquirerFaults, createAcquirerFaults } from './acquirer/acquirer-faults.js';
import { createFastSigner } from './acquirer/fast-signer.js';
import { SIM_ACQUIRER_ORIGIN, SIM_CLIENT_ID } from './kiosk-settings.js';
import { createLife, type DeviceClock, type DeviceRandom, type Life } from './life.js';
import { localRequest } from './local-request.js';
import { createNetwork, type Network } from './network.js';
import type { PowerCut } from './power-cut.js';
import { createSimFlash, type SimFlash } from './sim-flash.js';
import { createSimGpio, type SimGpio } from './sim-gpio.js';
import { createSimSerial, type SimSerial } from './sim-serial.js';
import { createSimUpdateLock, type SimUpdateLock } from './sim-update-lock.js';
import { createSupervisor, SIM_SUPERVISOR, type Supervisor } from './supervisor.js';
import type { World } from './world.js';

/**
 * A whole kiosk in a simulated world: the board with its card, cables and devices, the network, and the acquirer. The
 * terminal on the board is the real firmware.
 *
 * Invariants
 * - At most one process runs on the board.
 * - What survives a power cut is what the card kept; the acquirer and its ledger never lose power.
 */
export interface Kiosk {
  readonly world: World;
  readonly acquirer: Acquirer;
  /** Faults between the acquirer and the network. */
  readonly acquirerFaults: AcquirerFaults;
  readonly network: Network;
  readonly flash: SimFlash;
  /** Size of each of the two journal volumes. */
  readonly segmentSizeBytes: number;
  readonly serial: SimSerial;
  readonly gpio: SimGpio;
  readonly clock: DeviceClock;
  readonly random: DeviceRandom;
  /** Missing where nothing updates the board. */
  readonly updates?: { readonly lock: SimUpdateLock; readonly supervisor: Supervisor };
  /** The process that runs now, and its terminal once it has started. */
  readonly life: Life | undefined;
  readonly terminal: Terminal | undefined;
  /** Adds another acquirer, with the same keys and its own ledger. */
  addAcquirer(origin: string): Acquirer;
  /** Sets the configuration from the next start on. */
  setUp(settings: TerminalSettings): void;
  powerOn(): void;
  cutPower(cut?: PowerCut): void;
  /** The process dies and the system stays up: unflushed writes are kept. */
  crash(): void;
  /** The exit code of the last process, where it ended by itself. */
  readonly exitCode: number | undefined;
  /** Calls the local API as a program on the same board; undefined where there is no answer in time. */
  api(method: 'GET' | 'POST', target: string, body?: unknown): HttpReply | undefined;
  /** Lets time pass until `holds` is true; false where it is not within the limit. */
  runUntil(holds: () => boolean, limitMs: number): boolean;
}

/** A message of the acquirer as sent; its signature covers `url`, `time` and `body`. */
export interface AcquirerMessage {
  readonly url: string;
  readonly time: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Of a reply: the body of the request, because a reply need not name it. */
  readonly asked?: string;
}

export interface KioskParts {
  readonly world: World;
  readonly settings: TerminalSettings;
  readonly segmentSizeBytes?: number;
  readonly log?: (line: string) => void;
  readonly observe?: TerminalParts['observe'];
  readonly saveIncident?: TerminalParts['saveIncident'];
  /** The acquirer's side sent a reply or notification, true or forged. */
  readonly messageSent?: (message: AcquirerMessage) => void;
  /** The acknowledgement of a notification has arrived. */
  readonly notificationAcknowledged?: (message: AcquirerMessage) => void;
  /** The terminal sent a request. */
  readonly requestSent?: (request: HttpRequest) => void;
  /** A terminal has started; called before anything else happens to it. */
  readonly started?: (terminal: Terminal) => void;
  /** Something updates the board. Its settings name the supervisor where the terminal should know of it. */
  readonly updated?: true;
}

/** Smaller than on a board, to be faster. */
const SEGMENT_BYTES = 256 * 1024;
const API_WAIT_MS = 10_000;
/** From the moment in which the supervisor has the lock to the end of the old process. */
const INSTALL_MS = 10_000;

export function createKiosk(parts: KioskParts): Kiosk {
  const { world, segmentSizeBytes = SEGMENT_BYTES, log, observe, saveIncident } = parts;
  const after = (delayMs: number, callback: () => void) => world.after(delayMs, callback);
  const network = createNetwork(world);
  const acquirerSigner = createFastSigner('acquirer', 'terminal');
  const flash = createSimFlash({ after, random: world.random });
  const serial = createSimSerial(world);
  const gpio = createSimGpio(world);
  const clock: DeviceClock = { offsetMs: 0, synchronised: 'unknown' };
  const random: DeviceRandom = { stuck: false };
  const { acquirer, faults } = connectAcquirer(SIM_ACQUIRER_ORIGIN);

  const http: HttpHost = {
    ...network.http,
    request(request, done) {
      parts.requestSent?.(request);
      return network.http.request(request, done);
    },
  };

  const lock = parts.updated && createSimUpdateLock();
  const supervisor = lock && createSupervisor(lock, () => world.after(INSTALL_MS, installed));
  if (supervisor) network.connect(SIM_SUPERVISOR.address, supervisor.serve);

  let { settings } = parts;
  let life: Life | undefined;
  let terminal: Terminal | undefined;
  let exitCode: number | undefined;
  let cut: PowerCut | undefined;
  let crashed = false;

  function connectAcquirer(origin: string): { readonly acquirer: Acquirer; readonly faults: AcquirerFaults } {
    const acquirer = createAcquirer({
      clientId: SIM_CLIENT_ID,
      signer: acquirerSigner,
      nowMs: () => world.wallMs(),
      after,
      random: world.random,
      send(notification, done) {
        const { url, headers, body } = notification;
        const message = { url, time: headers['request-time'] ?? '', headers, body };
        parts.messageSent?.(message);
        network.notify(notification, (reply) => {
          if (reply?.status === 200) parts.notificationAcknowledged?.(message);
          done(reply);
        });
      },
    });
    const faults = createAcquirerFaults({ acquirer, signer: acquirerSigner, after, nowMs: () => world.wallMs() });
    network.connect(origin, ({ url, headers, body }, reply) => {
      faults.receive({ path: url.slice(origin.length), headers, body }, (found) => {
        /* Only real sockets split replies. Here a reply comes whole, and one that is cut off does not come. */
        if (found === 'silence' || found === 'reset') return;
        const whole = 'trickled' in found ? found.trickled : found;
        parts.messageSent?.({
          url,
          time: whole.headers['response-time'] ?? '',
          headers: whole.headers,
          body: whole.body,
          asked: body,
        });
        reply(whole);
      });
    });
    return { acquirer, faults };
  }

  /** The old process is killed, and the new one starts once the lock is given back. */
  function installed(): void {
    if (supervisor) supervisor.downloaded = false;
    kiosk.crash();
    lock?.supervisorReleases();
    kiosk.powerOn();
  }

  function ended(): void {
    terminal?.kernel.stop();
    terminal = undefined;
    network.forgetListeners();
    serial.closeAll();
    gpio.releaseAll();
    lock?.processEnded();
    if (!crashed) lock?.powerCut();
    if (crashed) flash.processCrash();
    else flash.powerCut(cut);
  }

  const kiosk: Kiosk = {
    world,
    acquirer,
    acquirerFaults: faults,
    network,
    flash,
    segmentSizeBytes,
    serial,
    gpio,
    clock,
    random,
    ...(lock && supervisor ? { updates: { lock, supervisor } } : {}),
    get life() {
      return life?.alive === true ? life : undefined;
    },
    get terminal() {
      return terminal;
    },
    get exitCode() {
      return exitCode;
    },
    addAcquirer: (origin) => connectAcquirer(origin).acquirer,
    setUp(changed) {
      settings = changed;
    },
    powerOn() {
      if (life?.alive === true) return;
      crashed = false;
      cut = undefined;
      exitCode = undefined;
      const started: Life = createLife({
        world,
        serial: serial.hostFor({ after }),
        gpio: gpio.hostFor({ after }, settings.config.devices.gpio.backend === 'sysfs' ? 'read' : 'timed'),
        flash,
        http,
        updateLock: lock?.host,
        clock,
        random,
        log: log ?? (() => undefined),
        exited(code) {
          exitCode = code;
        },
        ended,
      });
      life = started;
      const signer = createFastSigner('terminal', 'acquirer');
      createTerminal(
        {
          host: started.host,
          settings,
          signer,
          version: 'simulated',
          segmentSizeBytes,
          ...present({ observe, saveIncident }),
        },
        (running) => {
          if (!started.alive) return;
          terminal = running;
          parts.started?.(running);
        },
      );
    },
    cutPower(how) {
      cut = how;
      life?.end();
    },
    crash() {
      crashed = true;
      life?.end();
    },
    api(method, target, body) {
      let answer: HttpReply | undefined;
      const { port } = settings.config.api;
      network.toTerminal(port, localRequest(port, method, target, body), (reply) => {
        answer = reply;
      });
      kiosk.runUntil(() => answer !== undefined, API_WAIT_MS);
      return answer;
    },
    runUntil(holds, limitMs) {
      const endMs = world.nowMs() + limitMs;
      while (!holds()) {
        if (world.nowMs() >= endMs || !world.advance()) return holds();
      }
      return true;
    },
  };
  return kiosk;
}
