import type { AcquirerFault } from '../acquirer/acquirer-faults.js';
import { magicAmounts } from '../acquirer/magic-amounts.js';
import { type PaymentPlan, successPlan } from '../acquirer/payment-plan.js';
import type { Kiosk } from '../kiosk.js';
import { FAIR_WEATHER } from '../network.js';
import type { Chance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import type { DeviceTroubles } from './device-troubles.js';

export const SIDES = ['network', 'replies', 'acquirer', 'notifications', 'clock', 'flash', 'power', 'devices'] as const;

export type Side = (typeof SIDES)[number];

/** How often each side of the world fails during one shift, from 0: never. Chosen for each shift (swarm testing). */
export type FaultLevels = Readonly<Record<Side, number>>;

/** Each side is free of faults in more than half of the shifts, so that rare faults are also seen alone. */
export function chooseFaultLevels(chance: Chance, without: readonly Side[]): FaultLevels {
  const level = (side: Side): number => {
    const chosen = chance.likely(side === 'acquirer' ? 0.2 : 0.55) ? 0 : chance.pick([0.05, 0.2, 0.5]);
    return without.includes(side) ? 0 : chosen;
  };
  return {
    network: level('network'),
    replies: level('replies'),
    acquirer: level('acquirer'),
    notifications: level('notifications'),
    clock: level('clock'),
    flash: level('flash'),
    power: level('power'),
    devices: level('devices'),
  };
}

const plans: readonly [PaymentPlan, ...PaymentPlan[]] = magicAmounts.map(({ plan }) => plan) as [
  PaymentPlan,
  ...PaymentPlan[],
];

const CHANGE_EVERY_MS = 20_000;

/** Changes the faults of the world at random times, as often as the levels say, until `windDown`. */
export function startWorldFaults(
  kiosk: Kiosk,
  devices: DeviceTroubles,
  levels: FaultLevels,
  chance: Chance,
  coverage: Coverage,
): { windDown(): void } {
  const { world, network, acquirer, acquirerFaults, flash, clock } = kiosk;
  let over = false;
  /** Delays all requests for a while: a slow network is slow for all of them. */
  let timing: 'slow' | 'overtaking' | undefined;

  function change(): void {
    if (over) return;
    if (levels.network > 0) changeNetwork();
    if (levels.clock > 0 && chance.likely(levels.clock / 4)) changeClock();
    if (levels.devices > 0 && chance.likely(levels.devices)) devices.change();
    if (levels.flash > 0 && chance.likely(levels.flash / 2)) changeFlash();
    if (levels.replies > 0)
      timing = chance.likely(levels.replies / 2) ? chance.pick(['slow', 'overtaking']) : undefined;
    world.after(chance.between(1, CHANGE_EVERY_MS), change);
  }

  function changeNetwork(): void {
    const some = (name: string): number => {
      if (!chance.likely(levels.network)) return 0;
      count(coverage, `fault network ${name}`);
      return chance.pick([0.02, 0.2, 0.8]);
    };
    const down = chance.likely(levels.network / 5);
    if (down) count(coverage, 'fault network down');
    const slow = chance.likely(levels.network / 3);
    if (slow) count(coverage, 'fault network slow');
    network.conditions = {
      latencyMs: slow ? chance.between(500, 8000) : 40,
      jitterMs: slow ? chance.between(0, 8000) : 20,
      requestLost: some('requestLost'),
      replyLost: some('replyLost'),
      duplicated: some('duplicated'),
      reset: some('reset'),
      garbled: some('garbled'),
      unanswered: some('unanswered'),
      down,
    };
  }

  function changeClock(): void {
    const stepMs = chance.pick([-3_600_000, -15_000, -2_000, 2_000, 15_000, 3_600_000]);
    count(coverage, `fault clock step ${Math.abs(stepMs) > 60_000 ? 'far' : 'near'}`);
    clock.offsetMs += stepMs;
    /* The board's time service corrects it after a while. */
    world.after(chance.between(1_000, 60_000), () => {
      if (!over) clock.offsetMs = chance.between(-1_000, 1_000);
    });
  }

  function changeFlash(): void {
    const kind = chance.pick(['slow', 'slow', 'io', 'readOnly', 'full', 'gone', 'good'] as const);
    count(coverage, `fault flash ${kind}`);
    flash.faults.syncMs = kind === 'slow' ? chance.pick([200, 2_000, 6_000]) : 1;
    flash.faults.io = kind === 'io';
    flash.faults.readOnly = kind === 'readOnly';
    flash.faults.full = kind === 'full';
    flash.faults.missing.clear();
    if (kind === 'gone') for (const name of flash.names()) flash.faults.missing.add(name);
  }

  /**
   * Slow: a reply comes just within its time, when the customer has lost patience. Overtaking: a payment arrives after its
   * own cancel, and before it expires.
   */
  function timingFault(path: string): AcquirerFault | undefined {
    if (timing === undefined || chance.likely(0.3)) return undefined;
    if (timing === 'slow') return { kind: 'replyDelayed', delayMs: chance.between(200, 4_900) };
    return path.endsWith('/pay') ? { kind: 'requestDelayed', delayMs: chance.between(1_000, 59_000) } : undefined;
  }

  acquirer.configure({
    magicAmounts: false,
    cancelOfUnknown: chance.pick(['success', 'orderNotExist']),
    payAfterCancel: 'charges',
  });
  acquirer.plans.choosePlans((order) => {
    if (!chance.likely(levels.acquirer)) return undefined;
    const plan = chance.pick(plans);
    count(coverage, `plan ${plan.answer.code} ${plan.fate.kind}`);
    return order.amount.value === '' ? undefined : plan;
  });
  acquirerFaults.chooseFaults(({ path, body }) => {
    const fault = timingFault(path) ?? (chance.likely(levels.replies) ? chooseReplyFault(chance) : undefined);
    if (fault === undefined) return undefined;
    /* Only a notification can correct a wrong failure. */
    if (fault.kind === 'wrongFailure' && !(path.endsWith('/pay') && body.includes('"paymentNotifyUrl"')))
      return undefined;
    count(coverage, `fault reply ${fault.kind}`);
    return fault;
  });
  acquirer.notifications.chooseFaults(() => {
    if (!chance.likely(levels.notifications)) return undefined;
    const kind = chance.pick(['lost', 'duplicated', 'forged', 'altered'] as const);
    count(coverage, `fault notification ${kind}`);
    if (kind !== 'altered') return { kind };
    return { kind, alter: (body) => ({ ...body, paymentAmount: { currency: 'CNY', value: '1' } }) };
  });
  change();

  return {
    windDown() {
      over = true;
      network.conditions = FAIR_WEATHER;
      acquirerFaults.clear();
      acquirerFaults.chooseFaults(undefined);
      acquirer.plans.choosePlans(undefined);
      for (const { paymentRequestId } of acquirer.ledger.payments())
        acquirer.plans.planFor(paymentRequestId, successPlan);
      acquirer.notifications.chooseFaults(undefined);
      Object.assign(flash.faults, { syncMs: 1, io: false, readOnly: false, full: false });
      flash.faults.missing.clear();
      devices.repair();
      clock.offsetMs = 0;
      clock.synchronised = 'yes';
    },
  };
}

function chooseReplyFault(chance: Chance): AcquirerFault {
  const delayMs = chance.pick([100, 3_000, 8_000, 40_000, 90_000]);
  return chance.pick<AcquirerFault>([
    { kind: 'requestLost' },
    { kind: 'requestDelayed', delayMs },
    { kind: 'requestDuplicated', delayMs },
    { kind: 'replyLost' },
    { kind: 'replyDelayed', delayMs },
    { kind: 'reset' },
    { kind: 'badGateway', arrives: chance.likely(0.5) },
    { kind: 'garbage' },
    { kind: 'wrongSignature' },
    { kind: 'unsigned' },
    { kind: 'forged', status: 'S', arrives: chance.likely(0.5) },
    { kind: 'forged', status: 'F', arrives: chance.likely(0.5) },
    { kind: 'wrongAmount' },
    { kind: 'wrongCurrency' },
    { kind: 'wrongRequestId' },
    { kind: 'unnamed' },
    { kind: 'old' },
    { kind: 'twoFaced' },
    { kind: 'wrongFailure', code: chance.pick(['USER_BALANCE_NOT_ENOUGH', 'RISK_REJECT']) },
  ]);
}
