import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keyFileNames } from '../../hw-sim/acquirer/acquirer-keys.js';
import type { AcquirerServer } from '../../hw-sim/acquirer/acquirer-server.js';
import { startAcquirerSim } from '../../hw-sim/acquirer-sim.js';
import { createKeypadModel, type KeypadModel } from '../../hw-sim/devices/keypad-model.js';
import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  USUAL_PRINTER,
} from '../../hw-sim/devices/receipt-printer-model.js';
import { createScanEngineModel, type ScanEngineModel } from '../../hw-sim/devices/scan-engine-model.js';
import { createVendMechanismModel, type VendMechanismModel } from '../../hw-sim/devices/vend-mechanism-model.js';
import type { World } from '../../hw-sim/world.js';
import { MERCHANT } from '../support/terminal-process.js';
import { testKeyPairs } from '../support/test-key-pairs.js';
import { type Board, createBoard } from './machine/board.js';
import { type BoardPort, createBoardPort } from './machine/board-port.js';
import { API_PORT, type BoardTerminal, createBoardTerminal } from './machine/board-terminal.js';
import { type Card, createCard } from './machine/card.js';
import { createLogDrain } from './machine/log-drain.js';
import { createTlsFront, type TlsFront } from './machine/tls-front.js';
import type { BoardParts } from './parts/board-parts.js';
import { runProgram } from './parts/run-program.js';

/** A board with everything that a kiosk has round it, and an acquirer at the other end of its network. */
export interface BoardRig {
  readonly board: Board;
  readonly terminal: BoardTerminal;
  readonly card: Card;
  readonly acquirer: AcquirerServer;
  readonly network: TlsFront;
  readonly scanner: ScanEngineModel;
  readonly printer: ReceiptPrinterModel;
  readonly printerPort: BoardPort<ReceiptPrinterModel>;
  readonly keypad: KeypadModel;
  readonly vend: VendMechanismModel;
  /** What the terminal is set up with. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly processors?: number;
  readonly fileSystem?: FileSystem;
  /** How long falling goods cover the drop sensor; absent: as long as usual goods do. */
  readonly passingMs?: number;
}

export type FileSystem = 'ext4' | 'f2fs';

/** The chip's eight lines. */
export const WIRING = {
  ready: 0,
  door: 1,
  relay: 2,
  sensor: 3,
  rows: [4, 5],
  columns: [6, 7],
  keys: ['12', '*#'],
} as const;

const CLIENT_ID = 'SIM_CLIENT';
const CARD_BYTES = 64 * 1024 * 1024;

export async function createBoardRig(parts: BoardParts, options: RigOptions = {}): Promise<BoardRig> {
  const folder = mkdtempSync(join(tmpdir(), 'tillbox-board-'));
  const card = await createCard(join(folder, 'card'), await freshCard(folder, options.fileSystem ?? 'ext4'));
  const acquirer = await startKeyedAcquirer(join(folder, 'keys'));
  const network = await createTlsFront(new URL(acquirer.url));
  const drain = await createLogDrain();
  const made: { scanner?: BoardPort<ScanEngineModel>; printer?: BoardPort<ReceiptPrinterModel> } = {};
  const board = createBoard({
    ...parts,
    card,
    forward: { api: API_PORT },
    processors: options.processors ?? 1,
    ports: (world) => {
      const scanner = createBoardPort((cable) =>
        createScanEngineModel(world, cable, { kind: 'gm65', terminator: '\r' }),
      );
      const printer = createBoardPort((cable) =>
        createReceiptPrinterModel(world, cable, { ...USUAL_PRINTER, flowControl: 'xonXoff' }),
      );
      made.scanner = scanner;
      made.printer = printer;
      return { scanner, printer };
    },
  });
  const { scanner, printer } = made;
  if (scanner === undefined || printer === undefined) throw new Error('the board made no devices');
  const { gpio } = board;
  const world: World = board.world;
  const keypad = createKeypadModel(world, gpio, {
    rowLines: WIRING.rows,
    columnLines: WIRING.columns,
    keys: WIRING.keys,
    bounceMs: 0,
  });
  const vend = createVendMechanismModel(world, gpio, {
    channelLines: [WIRING.relay],
    sensorLine: WIRING.sensor,
    stockPerChannel: 100_000,
    /* Far less than the pulse, which a loaded machine shortens as it is seen here. */
    turnMs: 100,
    fallMs: 400,
    ...(options.passingMs === undefined ? {} : { passingMs: options.passingMs }),
  });
  gpio.pull(WIRING.ready, 0);
  gpio.drive(WIRING.door, 0);
  return {
    board,
    terminal: createBoardTerminal(board, parts, drain),
    card,
    acquirer,
    network,
    scanner: scanner.device,
    printer: printer.device,
    printerPort: printer,
    keypad,
    vend,
    env: {
      ...MERCHANT,
      ACQUIRER_URL: network.url,
      ACQUIRER_CA_FILE: '/tmp/ca.pem',
      ALIPAY_CLIENT_ID: CLIENT_ID,
      ALIPAY_PRIVATE_KEY: testKeyPairs.terminalPrivate.replaceAll('\n', '\\n'),
      ALIPAY_PUBLIC_KEY: testKeyPairs.acquirerPublic.replaceAll('\n', '\\n'),
      SCANNER: 'gm65',
      SCANNER_PORT: '/dev/ttyS0',
      PRINTER: 'escpos',
      PRINTER_PORT: '/dev/ttyS1',
    },
    async close() {
      await board.close();
      network.close();
      acquirer.close();
      drain.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Settings of everything that hangs on the GPIO chip. */
export const LINES_ENV: Readonly<Record<string, string>> = {
  GPIO_CHIP: '9030000.pl061',
  KEYPAD: 'matrix',
  KEYPAD_ROW_PINS: WIRING.rows.join(),
  KEYPAD_COLUMN_PINS: WIRING.columns.join(),
  KEYPAD_KEYS: WIRING.keys.join('/'),
  PANEL: 'gpio',
  PANEL_READY_PIN: `${WIRING.ready}`,
  PANEL_DOOR_PIN: `${WIRING.door}`,
  VEND: 'relay',
  VEND_PINS: `${WIRING.relay}`,
  VEND_SENSOR_PIN: `${WIRING.sensor}`,
  VEND_PULSE_MS: '1000',
};

export interface MountOptions {
  readonly fileSystem?: FileSystem;
  readonly mountOptions?: string;
  /** What the board's clock is set to. */
  readonly now?: Date;
}

/** Puts in place what the terminal finds on a board: its volumes on the card, the authority's certificate, the right time. */
export async function mountData(
  { board, network }: BoardRig,
  { fileSystem = 'ext4', mountOptions = 'noatime', now = new Date() }: MountOptions = {},
): Promise<void> {
  await board.shell(
    [
      `date -s @${Math.floor(now.getTime() / 1_000)} && mount -t ${fileSystem} -o ${mountOptions} /dev/vdb /card &&`,
      'mkdir -p /card/data /card/mark && mount --bind /card/data /board/data &&',
      'mount --bind /card/mark /board/var/lib/tillbox &&',
      `cat > /board/tmp/ca.pem <<'END'\n${network.ca}END`,
    ].join('\n'),
  );
}

async function freshCard(folder: string, fileSystem: FileSystem): Promise<Buffer> {
  const path = join(folder, 'card.image');
  writeFileSync(path, '');
  truncateSync(path, CARD_BYTES);
  if (fileSystem === 'ext4') await runProgram(['mkfs.ext4', '-q', '-b', '4096', path]);
  else await runProgram(['mkfs.f2fs', '-q', path]);
  const image = readFileSync(path);
  rmSync(path);
  return image;
}

async function startKeyedAcquirer(keyDirectory: string): Promise<AcquirerServer> {
  mkdirSync(keyDirectory);
  writeFileSync(join(keyDirectory, keyFileNames.alipayPrivate), testKeyPairs.acquirerPrivate, { mode: 0o600 });
  writeFileSync(join(keyDirectory, keyFileNames.terminalPrivate), testKeyPairs.terminalPrivate, { mode: 0o600 });
  writeFileSync(join(keyDirectory, keyFileNames.terminalPublic), testKeyPairs.terminalPublic);
  return startAcquirerSim({ port: 0, keyDirectory, clientId: CLIENT_ID });
}
