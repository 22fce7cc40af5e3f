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

/** How bad each side of the world is during one shift; 0 is fair. Chosen anew for each shift (a swarm). */
export type BadDays = Readonly<Record<Side, number>>;

/** Each side is fair in more than half of the shifts, so that rare combinations meet calm surroundings too. */
export function chooseBadDays(chance: Chance, without: readonly Side[]): BadDays {
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

/** Makes the world as bad as the days are, changing all the time, until `clearUp`. */
export function beginBadDays(
  kiosk: Kiosk,
  devices: DeviceTroubles,
  days: BadDays,
  chance: Chance,
  coverage: Coverage,
): { clearUp(): void } {
  const { world, network, acquirer, acquirerFaults, flash, clock } = kiosk;
  let over = false;
  /** What all requests meet for a while, because what is slow is slow for all of them. */
  let spell: 'slow' | 'overtaking' | undefined;

  function change(): void {
    if (over) return;
    if (days.network > 0) changeNetwork();
    if (days.clock > 0 && chance.likely(days.clock / 4)) changeClock();
    if (days.devices > 0 && chance.likely(days.devices)) devices.change();
    if (days.flash > 0 && chance.likely(days.flash / 2)) changeFlash();
    if (days.replies > 0) spell = chance.likely(days.replies / 2) ? chance.pick(['slow', 'overtaking']) : undefined;
    world.after(chance.between(1, CHANGE_EVERY_MS), change);
  }

  function changeNetwork(): void {
    const some = (name: string): number => {
      if (!chance.likely(days.network)) return 0;
      count(coverage, `fault network ${name}`);
      return chance.pick([0.02, 0.2, 0.8]);
    };
    const down = chance.likely(days.network / 5);
    if (down) count(coverage, 'fault network down');
    const slow = chance.likely(days.network / 3);
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
    /* The machine's time service notices after a while. */
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
   * Slow: a reply comes just in time, after the customer has lost patience. Overtaking: a payment arrives after its own
   * cancel, and before it expires.
   */
  function spellFault(path: string): AcquirerFault | undefined {
    if (spell === undefined || chance.likely(0.3)) return undefined;
    if (spell === 'slow') return { kind: 'replyDelayed', delayMs: chance.between(200, 4_900) };
    return path.endsWith('/pay') ? { kind: 'requestDelayed', delayMs: chance.between(1_000, 59_000) } : undefined;
  }

  acquirer.configure({
    magicAmounts: false,
    cancelOfUnknown: chance.pick(['success', 'orderNotExist']),
    payAfterCancel: 'charges',
  });
  acquirer.plans.choosePlans((order) => {
    if (!chance.likely(days.acquirer)) return undefined;
    const plan = chance.pick(plans);
    count(coverage, `plan ${plan.answer.code} ${plan.fate.kind}`);
    return order.amount.value === '' ? undefined : plan;
  });
  acquirerFaults.chooseFaults(({ path, body }) => {
    const fault = spellFault(path) ?? (chance.likely(days.replies) ? chooseReplyFault(chance) : undefined);
    if (fault === undefined) return undefined;
    /* Of a payment that was said to have failed only a notification can tell that it did not. */
    if (fault.kind === 'wrongFailure' && !(path.endsWith('/pay') && body.includes('"paymentNotifyUrl"')))
      return undefined;
    count(coverage, `fault reply ${fault.kind}`);
    return fault;
  });
  acquirer.notifications.meddle(() => {
    if (!chance.likely(days.notifications)) return undefined;
    const kind = chance.pick(['lost', 'duplicated', 'forged', 'altered'] as const);
    count(coverage, `fault notification ${kind}`);
    if (kind !== 'altered') return { kind };
    return { kind, alter: (body) => ({ ...body, paymentAmount: { currency: 'CNY', value: '1' } }) };
  });
  change();

  return {
    clearUp() {
      over = true;
      network.conditions = FAIR_WEATHER;
      acquirerFaults.clear();
      acquirerFaults.chooseFaults(undefined);
      acquirer.plans.choosePlans(undefined);
      for (const { paymentRequestId } of acquirer.ledger.payments())
        acquirer.plans.planFor(paymentRequestId, successPlan);
      acquirer.notifications.meddle(undefined);
      Object.assign(flash.faults, { syncMs: 1, io: false, readOnly: false, full: false });
      flash.faults.missing.clear();
      devices.mend();
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
