import assert from 'node:assert/strict';
import type { SaleView } from '../../../firmware/api/output-schemas.js';
import { eventually } from '../../support/eventually.js';
import { type BoardRig, LINES_ENV, mountData, WIRING } from '../board-rig.js';
import { onBoard } from '../on-board.js';
import type { Scenario } from '../scenario.js';

const LIMIT_MS = 90_000;
/** A payment and all inquiries about it time out, or what is left of them is cancelled. */
const LONG_MS = 240_000;

export const badDevices: Scenario = {
  name: 'devices',
  proves:
    'stops and starts selling by itself: a port is unplugged, a printer is silent, the door opens, the network goes',
  limitMs: 600_000,
  run: ({ parts }) =>
    onBoard(parts, { processors: 1 }, async (rig) => {
      const { board, network, printerPort } = rig;
      await board.powerOn();
      await mountData(rig);
      await rig.terminal.start({ ...rig.env, ...LINES_ENV, KEYPAD: 'none', PAY_REPLY_TIMEOUT_MS: '20000' });
      await rig.terminal.ready();
      /* The kernel's driver and the port of the device go, as with an adapter on USB. */
      const scannerDevice = (await board.shell('basename $(readlink -f /sys/class/tty/ttyS0/device)')).out.trim();
      const printerPath = board.qemu.portPaths.printer ?? '';
      const troubles: readonly (readonly [string, RegExp, () => unknown, () => unknown])[] = [
        [
          'the scanner is unplugged',
          /scanner(Absent|Silent)/,
          () => board.shell(`echo ${scannerDevice} > /sys/bus/pci/drivers/serial/unbind`),
          () => board.shell(`echo ${scannerDevice} > /sys/bus/pci/drivers/serial/bind`),
        ],
        [
          'the printer is silent',
          /printerSilent/,
          () => printerPort.disconnect(),
          () => printerPort.connect(printerPath),
        ],
        [
          'the door opens',
          /doorOpen/,
          () => board.gpio.drive(WIRING.door, undefined),
          () => board.gpio.drive(WIRING.door, 0),
        ],
        ['the printer has no paper', /printerPaperOut/, () => rig.printer.loadPaper(0), () => rig.printer.loadPaper()],
      ];
      const lines: string[] = [];
      for (const [name, reason, happen, mend] of troubles)
        lines.push(await goesAndComes(rig, name, reason, happen, mend));
      network.plug(false);
      const end = await sellOffline(rig, 'offline');
      lines.push(`the network is gone: a sale ${end}`);
      network.plug(true);
      await rig.terminal.ready(LONG_MS);
      await eventually('the queue is empty', async () => isDrained(await rig.terminal.reversals()), LONG_MS);
      assert.deepEqual(
        [...rig.acquirer.acquirer.ledger.payments()].filter(
          ({ paymentRequestId }) => rig.acquirer.acquirer.ledger.standing(paymentRequestId).heldValue !== 0n,
        ),
        [],
        'nothing stays charged without goods',
      );
      return lines;
    }),
};

async function goesAndComes(
  { terminal }: BoardRig,
  name: string,
  reason: RegExp,
  happen: () => unknown,
  mend: () => unknown,
): Promise<string> {
  const atMs = performance.now();
  await happen();
  const { reasons } = await eventually(
    name,
    async () => {
      const status = await terminal.status();
      return status.reasons.some((one) => reason.test(one)) && status;
    },
    LIMIT_MS,
  );
  const noticedMs = performance.now() - atMs;
  await mend();
  await terminal.ready(LIMIT_MS);
  const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;
  return `${name}: ${reasons.join(', ')} after ${seconds(noticedMs)}, ready again after ${seconds(performance.now() - atMs - noticedMs)}`;
}

/** The network stays away until the customer knows the end: what is sent when it is back would be another story. */
async function sellOffline({ terminal, scanner }: BoardRig, orderId: string): Promise<string> {
  const { status } = await terminal.post('/v1/sales', { orderId, amount: { currency: 'CNY', value: '1250' } });
  if (status !== 201) return `is refused (${status})`;
  scanner.show('289999999999999999');
  const isOver = ({ state, outcome }: SaleView): boolean => state === 'reversing' || outcome !== undefined;
  const { state, outcome } = await terminal.saleBecomes(orderId, 'over', isOver, LONG_MS);
  scanner.hide();
  assert.notEqual(outcome, 'paid');
  return `is ${state}`;
}

function isDrained(reversals: readonly { readonly state: string }[]): boolean {
  return reversals.every(({ state }) => state === 'finished');
}
