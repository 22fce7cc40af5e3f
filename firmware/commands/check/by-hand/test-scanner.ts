import { createScanEngine } from '../../../../drivers/scanner/scan-engine.js';
import { scannerOptionsOf } from '../../../devices/open-scanner.js';
import { checkRow } from '../check-row.js';
import { deviceRow, knownStatus } from '../device-row.js';
import type { ByHandParts } from './session.js';

const ITEM = 'barcode';

/** Reads any barcode, and shows its content where that is certainly no payment code. */
export async function testScanner({ host, devices, session, found }: ByHandParts): Promise<void> {
  const { scanner } = devices;
  if (scanner.kind === 'none') return found(checkRow.skip(ITEM, 'SCANNER=none'));
  const read = session.openEvents<{ readonly code: string } | 'several'>();
  const engine = createScanEngine(host, scannerOptionsOf(scanner), {
    codeRead: (code) => read.push({ code }),
    ambiguous: () => read.push('several'),
    tooMany: () => undefined,
    statusChanged: () => undefined,
  });
  try {
    const status = await knownStatus(host.clock, engine);
    if (status.state !== 'ok') return found(deviceRow(ITEM, scanner.kind, status));
    engine.arm();
    found(await firstCode());
  } finally {
    engine.close();
  }

  async function firstCode() {
    session.say('Show the scanner any barcode, of a bottle for example. [Enter = it reads nothing]');
    for (;;) {
      const event = await read.next();
      if (event.kind === 'over') return session.unfinished(ITEM);
      if (event.kind !== 'device') {
        const todo = 'clean the glass, hold the code 10 cm away; then check light, trigger and cable';
        return checkRow.fail(ITEM, 'one was shown and nothing was read', todo);
      }
      if (event.what !== 'several') {
        session.say(`It read ${contentOf(event.what.code)}.`);
        return checkRow.pass(ITEM, `read ${kindOf(event.what.code)}`);
      }
      session.say('It saw two codes at once: show one alone.');
    }
  }
}

/** Goods and books have at most 14 digits, payment codes 16 and more. */
const GOODS_DIGITS = 14;
const SHOWN_LIMIT = 40;

function contentOf(code: string): string {
  if (/^\d+$/.test(code) && code.length > GOODS_DIGITS) return `${kindOf(code)}, perhaps a payment code: not shown`;
  /* Whole characters of ASCII: the driver lets nothing else through. */
  return `${kindOf(code)}: ${code.length > SHOWN_LIMIT ? `${code.slice(0, SHOWN_LIMIT)}…` : code}`;
}

function kindOf(code: string): string {
  return /^\d+$/.test(code) ? `${code.length} digits` : `${code.length} characters`;
}
