import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { Dots } from '../../hw-sim/devices/paper.js';

/** A code found in a picture by ZXing, which shares no code with what draws them. */
export interface ReadCode {
  readonly format: string;
  readonly text: string;
}

const MARGIN = 32;

/** Finds every barcode and QR code in a picture of dots, on white with a margin as a camera would see it. */
export async function readCodes(dots: Dots): Promise<readonly ReadCode[]> {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'));
  prepareZXingModule({ overrides: { wasmBinary: wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.length) } });
  const width = dots.width + 2 * MARGIN;
  const height = dots.height + 2 * MARGIN;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < dots.height; y += 1) {
    for (let x = 0; x < dots.width; x += 1) {
      if (dots.black[y * dots.width + x] === 0) continue;
      const at = ((y + MARGIN) * width + x + MARGIN) * 4;
      data.fill(0, at, at + 3);
    }
  }
  const found = await readBarcodes({ data, width, height, colorSpace: 'srgb' }, { tryHarder: true });
  return found.map(({ format, text }) => ({ format: String(format), text }));
}
