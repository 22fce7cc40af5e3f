import type { DeviceStatus } from '../../../drivers/device-status.js';
import type { Clock } from '../../../drivers/host.js';
import { FAULTS } from '../../../flows/faults.js';
import { ownEntry } from '../../../flows/own-entry.js';
import { type CheckRow, checkRow } from './check-row.js';

/** A scan engine needs some seconds after power-on before it answers. */
export const STARTING_LIMIT_MS = 12_000;

/** For kinds that cannot be asked for their state: what is known of them where nothing is wrong. */
const NOT_ASKED: Readonly<Record<string, string>> = {
  serial: 'its port is open; a plain engine cannot be asked',
  matrix: 'its lines are free, and no key is down; keys cannot be asked',
  gpio: 'its lines are free; lamps and switches cannot be asked',
  relay: 'its lines are free; relays cannot be asked',
};

/** What a working device cannot know. */
const HINTS: Readonly<Record<string, string>> = {
  mdb: '; whether the machine ever asks shows only when somebody chooses at it: where nothing happens then, see "always idle" in docs/wiring.md',
};

/** A device's own state, or what is known of it, and what to do about it. `kind`: as configured. */
export function deviceRow(item: string, kind: string, { state, faults, warnings, detail }: DeviceStatus): CheckRow {
  const about = detail === undefined ? kind : `${kind}, ${detail}`;
  switch (state) {
    case 'ok': {
      const notes = warnings.map((warning) => `; but ${FAULTS[warning].meaning}`).join('');
      return checkRow.pass(
        item,
        `${ownEntry(NOT_ASKED, kind) ?? 'answers'} (${about})${notes}${ownEntry(HINTS, kind) ?? ''}`,
      );
    }
    case 'starting':
      return checkRow.fail(
        item,
        `does not answer within ${STARTING_LIMIT_MS / 1000} s (${about})`,
        'check power and cable',
      );
    case 'fault':
    case 'absent': {
      const rows = faults.map((fault) => FAULTS[fault]);
      const found = rows.map(({ meaning }) => meaning).join('; ') || state;
      const todo = rows.map(({ operatorAction }) => operatorAction).join('; ') || 'check power and cable';
      return checkRow.fail(item, `${found} (${about})`, todo);
    }
  }
}

const LOOK_MS = 50;

/** Waits until a device that was just opened reports its status; `starting` where it does not in time. */
export function knownStatus(clock: Clock, device: { status(): DeviceStatus }): Promise<DeviceStatus> {
  const endMs = clock.monotonicMs() + STARTING_LIMIT_MS;
  return new Promise((resolve) => {
    const look = (): void => {
      const status = device.status();
      if (status.state !== 'starting' || clock.monotonicMs() >= endMs) resolve(status);
      else clock.after(LOOK_MS, look);
    };
    look();
  });
}
