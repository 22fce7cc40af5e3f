import {
  createRelayVend,
  type RelayVend,
  type RelayVendOptions,
  type VendRefusal,
} from '../../../../drivers/vend/relay-vend.js';
import type { VendOutcome } from '../../../../drivers/vend/vend-outcome.js';
import { relayOptionsOf } from '../../../devices/open-vend.js';
import { type CheckRow, checkRow } from '../check-row.js';
import { deviceRow, knownStatus } from '../device-row.js';
import type { ByHandParts } from './session.js';

const ITEM = 'vend';

/** Goods move only on a channel whose number was typed: Enter, which means yes elsewhere, moves nothing. */
export async function testVend(parts: ByHandParts): Promise<void> {
  const { host, devices, found } = parts;
  const { vend } = devices;
  if (vend.kind === 'none') return found(checkRow.skip(ITEM, 'VEND=none'));
  if (vend.kind === 'mdb') return found(checkRow.skip(ITEM, 'a machine begins by itself: choose something at it'));
  const options = relayOptionsOf(vend);
  const relays = createRelayVend(host, options, { statusChanged: () => undefined, droppedLate: () => undefined });
  try {
    const status = await knownStatus(host.clock, relays);
    if (status.state !== 'ok') return found(deviceRow(ITEM, vend.kind, status));
    await testChannels(parts, relays, options);
  } finally {
    relays.close();
  }
}

async function testChannels(
  { session, found }: ByHandParts,
  relays: RelayVend,
  options: RelayVendOptions,
): Promise<void> {
  const count = options.channelLines.length;
  const tested = new Set<number>();
  const typed = session.openEvents<never>();
  for (;;) {
    session.say(`Goods: type a channel, 1 to ${count}, to release it now; something may fall. [Enter = none]`);
    const event = await typed.next();
    if (event.kind !== 'typed') return found(session.unfinished(ITEM));
    if (event.text === '') break;
    const channel = /^\d{1,3}$/.test(event.text) ? Number(event.text) : 0;
    if (channel < 1 || channel > count) continue;
    tested.add(channel);
    found(await release(channel));
    if (session.over) return;
  }
  if (tested.size === 0) found(checkRow.skip(ITEM, 'no channel was asked for'));

  async function release(channel: number): Promise<CheckRow> {
    const item = `vend channel ${channel}`;
    const line = options.channelLines[channel - 1];
    const [outcome, why] = await new Promise<readonly [VendOutcome, VendRefusal | undefined]>((resolve) =>
      relays.vend(channel - 1, (...answer) => resolve([answer[0], answer[1]])),
    );
    const todo = `check the mechanism, its relay on line ${line} and what drives it`;
    if (outcome !== 'yes') {
      const seen = outcome === 'no' ? 'nothing came out' : 'nobody can tell whether something came out';
      return checkRow.fail(item, `${seen}${why === undefined ? '' : ` (${why})`}`, todo);
    }
    if (options.sensorLine !== undefined) return checkRow.pass(item, 'released; the drop sensor saw it fall');
    switch (await session.ask(`Channel ${channel} had its pulse. Did it move? [Enter = yes, n = no]`)) {
      case 'yes':
        return checkRow.pass(item, `moved, somebody saw (line ${line})`);
      case 'no':
        return checkRow.fail(item, `had its pulse and did not move (line ${line})`, todo);
      case 'over':
        return session.unfinished(item, 'had its pulse');
    }
  }
}
