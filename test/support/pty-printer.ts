import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  USUAL_PRINTER,
} from '../../hw-sim/devices/receipt-printer-model.js';
import { createPtyLine } from './pty-line.js';
import { createRealWorld } from './real-world.js';

export interface PtyPrinter extends ReceiptPrinterModel {
  /** What the terminal opens. */
  readonly path: string;
  remove(): void;
}

/** The modelled receipt printer at the far end of a real tty, in real time. */
export function createPtyPrinter(widthDots: number): PtyPrinter {
  const line = createPtyLine();
  const world = createRealWorld();
  const options = { ...USUAL_PRINTER, widthDots, flowControl: 'xonXoff' } as const;
  const model = createReceiptPrinterModel(world, { send: (bytes) => line.send(bytes) }, options);
  line.onBytes((bytes) => model.receive(bytes));
  return {
    ...model,
    path: line.path,
    remove() {
      world.end();
      line.remove();
    },
  };
}
