import {
  createReceiptPrinterModel,
  type ReceiptPrinterModel,
  USUAL_PRINTER,
} from '../../hw-sim/devices/receipt-printer-model.js';
import { createPtyLine } from './pty-line.js';

export interface PtyPrinter extends ReceiptPrinterModel {
  /** What the terminal opens. */
  readonly path: string;
  /** Every byte that the terminal sent. */
  bytes(): Buffer;
  remove(): Promise<void>;
}

/** The modelled receipt printer at the far end of a real tty, in real time. */
export async function createPtyPrinter(widthDots: number): Promise<PtyPrinter> {
  const line = await createPtyLine();
  const chunks: Uint8Array[] = [];
  let gone = false;
  const realTime = {
    after(delayMs: number, happen: () => void) {
      const timer = setTimeout(() => gone || happen(), delayMs);
      return { cancel: () => clearTimeout(timer) };
    },
  };
  const options = { ...USUAL_PRINTER, widthDots, flowControl: 'xonXoff' } as const;
  const model = createReceiptPrinterModel(realTime, { send: (bytes) => line.send(bytes) }, options);
  line.onBytes((bytes) => {
    chunks.push(bytes);
    model.receive(bytes);
  });
  return {
    ...model,
    path: line.path,
    bytes: () => Buffer.concat(chunks),
    remove() {
      gone = true;
      return line.remove();
    },
  };
}
