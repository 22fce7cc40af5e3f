import type { Terminal, TerminalParts, TerminalSettings } from '../../firmware/for-simulator.js';
import { attachDevice } from '../attach-device.js';
import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  USUAL_PRINTER,
} from '../devices/receipt-printer-model.js';
import { createScanEngineModel, type ScanEngineModel } from '../devices/scan-engine-model.js';
import { createKiosk, type Kiosk } from '../kiosk.js';
import { FAIR_WEATHER } from '../network.js';
import type { SerialCable, SimSerialPort } from '../sim-serial.js';
import { SIMULATED_WIRING } from '../simulated-wiring.js';
import type { World } from '../world.js';

/**
 * A kiosk on a workbench, with its devices, and what a person does there: plug and unplug cables, show codes, switch the
 * mains power.
 *
 * Invariants
 * - One plug feeds the board, the scan engine and the printer; the network and the acquirer live on.
 * - A process that ends by itself while there is power is started again, as a supervisor does.
 * - At most one code is in front of the scanner, and is taken away when it was read or after a limit.
 */
export interface Bench {
  readonly kiosk: Kiosk;
  readonly settings: TerminalSettings;
  readonly printer: ReceiptPrinterModel;
  readonly cables: Readonly<Record<'scanner' | 'printer', SimSerialPort>>;
  readonly powered: boolean;
  /** A code is held in front of the scanner. */
  readonly showing: boolean;
  /** Holds a code in front of the scanner. `done` is called once, with whether it was read within the limit. */
  show(code: string, done: (read: boolean) => void): void;
  powerOn(): void;
  pullPlug(): void;
  connectNetwork(connected: boolean): void;
  readonly networkConnected: boolean;
  listen(listener: BenchListener): void;
  /** Runs the world up to an instant, and calls the listeners on the way. */
  runUntil(atMs: number): void;
}

/** All calls come while the world runs. */
export interface BenchListener {
  /** Something may have happened in the world. */
  looked?(): void;
  /** The mains power was switched. */
  plugged?(powered: boolean): void;
  /** A terminal has started, and has decided nothing yet. */
  started?(terminal: Terminal): void;
  /** The terminal's process ended by itself, and is started again after `restartMs`. */
  ended?(exitCode: number | undefined, restartMs: number): void;
  logged?(line: string): void;
  decided?(...args: Parameters<NonNullable<TerminalParts['observe']>>): void;
}

export interface BenchParts {
  readonly world: World;
  readonly settings: TerminalSettings;
}

const SCANNER_BAUD = 9_600;
const PRINTER_BAUD = 19_200;
/** Room for all the sales that a terminal keeps. */
const SEGMENT_BYTES = 2 * 1024 * 1024;
const ARM_TIRED_MS = 10_000;
const RESTART_MS = 2_000;

export function createBench({ world, settings }: BenchParts): Bench {
  const listeners: BenchListener[] = [];
  const tell = (call: (listener: BenchListener) => void): void => listeners.forEach(call);
  let powered = false;
  let restarting = false;
  let held: { readonly code: string; readonly done: (read: boolean) => void } | undefined;

  const kiosk = createKiosk({
    world,
    settings,
    segmentSizeBytes: SEGMENT_BYTES,
    log: (line) => tell((listener) => listener.logged?.(line)),
    observe: (input, decision) => tell((listener) => listener.decided?.(input, decision)),
    started: (terminal) => tell((listener) => listener.started?.(terminal)),
  });

  const scanner = attachDevice<ScanEngineModel>(kiosk.serial, SIMULATED_WIRING.scannerPort, SCANNER_BAUD, (cable) =>
    createScanEngineModel(world, { send: (bytes) => sent(cable, bytes) }, { kind: 'gm65', terminator: '\r' }),
  );
  const printer = attachDevice<ReceiptPrinterModel>(
    kiosk.serial,
    SIMULATED_WIRING.printerPort,
    PRINTER_BAUD,
    (cable) => {
      const columns = settings.config.devices.printer.kind === 'none' ? 48 : settings.config.devices.printer.columns;
      return createReceiptPrinterModel(world, cable, {
        ...USUAL_PRINTER,
        widthDots: columns === 48 ? 576 : 384,
        flowControl: 'xonXoff',
      });
    },
  );

  function sent(cable: SerialCable, bytes: Uint8Array): void {
    cable.send(bytes);
    if (held === undefined || !Buffer.from(bytes).toString('latin1').startsWith(held.code)) return;
    takeAway(true);
  }

  function takeAway(read: boolean): void {
    const done = held?.done;
    held = undefined;
    scanner.device.hide();
    done?.(read);
  }

  function supervise(): void {
    if (!powered || restarting || kiosk.life !== undefined) return;
    restarting = true;
    tell((listener) => listener.ended?.(kiosk.exitCode, RESTART_MS));
    world.after(RESTART_MS, () => {
      restarting = false;
      if (powered) kiosk.powerOn();
    });
  }

  function looked(): void {
    supervise();
    tell((listener) => listener.looked?.());
  }

  return {
    kiosk,
    settings,
    printer: printer.device,
    cables: { scanner: scanner.port, printer: printer.port },
    get powered() {
      return powered;
    },
    get showing() {
      return held !== undefined;
    },
    show(code, done) {
      takeAway(false);
      const mine = { code, done };
      held = mine;
      scanner.device.show(code);
      world.after(ARM_TIRED_MS, () => {
        if (held === mine) takeAway(false);
      });
    },
    powerOn() {
      if (powered) return;
      powered = true;
      tell((listener) => listener.plugged?.(true));
      scanner.device.power(true);
      printer.device.power(true);
      kiosk.powerOn();
    },
    pullPlug() {
      if (!powered) return;
      powered = false;
      kiosk.cutPower();
      scanner.device.power(false);
      printer.device.power(false);
      tell((listener) => listener.plugged?.(false));
    },
    connectNetwork(connected) {
      kiosk.network.conditions = { ...FAIR_WEATHER, down: !connected };
    },
    get networkConnected() {
      return !kiosk.network.conditions.down;
    },
    listen(listener) {
      listeners.push(listener);
    },
    runUntil(atMs) {
      while (world.nextAtMs() <= atMs) {
        world.advance();
        looked();
      }
      world.runUntil(atMs);
      looked();
    },
  };
}
