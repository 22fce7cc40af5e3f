import { createMdbMachineModel, type MdbMachineModel } from '../../hw-sim/devices/mdb-machine-model.js';
import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  USUAL_PRINTER,
} from '../../hw-sim/devices/receipt-printer-model.js';
import { createScanEngineModel } from '../../hw-sim/devices/scan-engine-model.js';
import { createPtyLine, type PtyLine } from '../support/pty-line.js';
import { createRealWorld } from '../support/real-world.js';
import { type RunningAcquirer, startAcquirer } from '../support/start-acquirer.js';
import { startTerminal, type TerminalProcess } from '../support/terminal-process.js';

/** A real `tillbox run` with its devices at the far ends of real ttys, and an acquirer on loopback. */
export interface EquippedProcess {
  readonly terminal: TerminalProcess;
  readonly acquirer: RunningAcquirer;
  /** The scan engine's line: what is sent on it is read as codes. */
  readonly scannerLine: PtyLine;
  readonly printerLine: PtyLine;
  readonly printer: ReceiptPrinterModel;
  /** Only where it was asked for. */
  readonly machine: MdbMachineModel | undefined;
  stop(): Promise<void>;
}

/** `plain`: the scan engine only sends. `gm65`: it has settings and answers. Returns once the terminal is ready. */
export async function startEquipped(
  {
    scanner,
    machine,
    through = async (url) => url,
  }: {
    readonly scanner: 'plain' | 'gm65';
    readonly machine: boolean;
    /** Puts something between the terminal and the acquirer: from its URL to the one that the terminal uses. */
    readonly through?: (acquirerUrl: string) => Promise<string>;
  },
  env: Readonly<Record<string, string>> = {},
): Promise<EquippedProcess> {
  const world = createRealWorld();
  const lines = { scanner: createPtyLine(), printer: createPtyLine(), mdb: createPtyLine() };
  const attach = <D extends { receive(bytes: Uint8Array): void }>(
    line: PtyLine,
    create: (cable: { send(bytes: Uint8Array): void }) => D,
  ): D => {
    const device = create({ send: (bytes) => line.send(bytes) });
    line.onBytes((bytes) => device.receive(bytes));
    return device;
  };
  const printer = attach(lines.printer, (cable) =>
    createReceiptPrinterModel(world, cable, { ...USUAL_PRINTER, flowControl: 'xonXoff' }),
  );
  if (scanner === 'gm65')
    attach(lines.scanner, (cable) => createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }));
  const model = machine ? attach(lines.mdb, (cable) => createMdbMachineModel(world, cable)) : undefined;
  const acquirer = await startAcquirer();
  const devices = {
    SCANNER: scanner === 'gm65' ? 'gm65' : 'serial',
    SCANNER_PORT: lines.scanner.path,
    SCANNER_BAUD: '115200',
    PRINTER: 'escpos',
    PRINTER_PORT: lines.printer.path,
    ...(machine ? { SALE_MODE: 'mdb', VEND: 'mdb', MDB_PORT: lines.mdb.path } : {}),
  };
  const terminal = await startTerminal(acquirer, { ...devices, ACQUIRER_URL: await through(acquirer.url), ...env });
  await terminal.ready();
  return {
    terminal,
    acquirer,
    scannerLine: lines.scanner,
    printerLine: lines.printer,
    printer,
    machine: model,
    async stop() {
      await terminal.stop();
      await acquirer.stop();
      world.end();
      for (const line of Object.values(lines)) line.remove();
    },
  };
}
