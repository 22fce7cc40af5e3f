import type { Sale, TerminalParts, TerminalSettings } from '../../firmware/terminal.js';
import { createFastSigner } from '../acquirer/fast-signer.js';
import { createKiosk, type Kiosk } from '../kiosk.js';
import { attachDevices } from '../kiosk-devices.js';
import { SIM_CLIENT_ID } from '../kiosk-settings.js';
import { createRandom, createWorld } from '../world.js';
import { beginBadDays, chooseBadDays, type Side } from './bad-days.js';
import { type Chance, createChance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import { type Customer, createCustomer } from './customer.js';
import { createOracle, type Oracle } from './oracle.js';

/** One kiosk's life from a seed: bad days with customers, then calm, then the reckoning. */
export interface ShiftReport {
  readonly seed: number;
  readonly sales: number;
  readonly violations: readonly string[];
  readonly coverage: Coverage;
  /** Simulated time. */
  readonly virtualMs: number;
}

export interface ShiftOptions {
  readonly seed: number;
  readonly sales: number;
  /** One of them is chosen by the seed. */
  readonly settings: readonly [TerminalSettings, ...TerminalSettings[]];
  /** Sides of the world that stay fair: how a failure is narrowed down. */
  readonly without?: readonly Side[];
  readonly log?: (line: string) => void;
}

/** Longer than the slowest rhythm of a queue that has called for a person, twice. */
const CALM_MS = 45 * 60_000;
/** Longer than any message is under way. */
const AFTERWARDS_MS = 150_000;
const SHIFT_LIMIT_MS = 48 * 3_600_000;
const DAY_MS = 86_400_000;
const FIRST_DAY_MS = 1_767_225_600_000; /* 2026-01-01 UTC */

export function runShift(options: ShiftOptions): ShiftReport {
  const { seed } = options;
  const coverage: Coverage = new Map();
  const chance = createChance(createRandom(seed * 2 + 1));
  /* The cancellable period ends at 16:15 UTC: half of the shifts begin shortly before it. */
  const startWallMs =
    FIRST_DAY_MS +
    chance.between(0, 300) * DAY_MS +
    (chance.likely(0.5) ? 16.25 * 3_600_000 - chance.between(0, 1_200_000) : chance.between(0, DAY_MS));
  const world = createWorld({ seed, startWallMs });

  let oracle: Oracle | undefined;
  let customer: Customer | undefined;
  const settings = chance.pick(options.settings);
  const { vend } = settings.config.devices;
  const kiosk: Kiosk = createKiosk({
    world,
    settings,
    log(line) {
      oracle?.line(line);
      options.log?.(`${world.nowMs().toFixed(0).padStart(9)} ${line}`);
    },
    observe: observer(coverage, (id, code) => oracle?.paySent(id, code)),
    wiretap: (message) => oracle?.messageLeft(message),
    started(terminal) {
      terminal.kernel.onChange((state, before) => {
        if (state.book.sales === before.book.sales) return;
        for (const sale of Object.values(state.book.sales)) {
          const was = before.book.sales[sale.saleId];
          if (was === sale) continue;
          if (was?.state !== sale.state) count(coverage, `sale ${was?.state ?? 'new'} > ${sale.state}`);
          oracle?.saleChanged(sale, was);
          customer?.saleChanged(sale);
        }
      });
    },
  });
  const devices = attachDevices(kiosk);
  oracle = createOracle({
    ...(vend.kind === 'none' ? {} : { fallen: () => devices.vend.fallen.length }),
    ledger: kiosk.acquirer.ledger,
    signer: createFastSigner('acquirer', 'terminal'),
    clientId: SIM_CLIENT_ID,
  });
  const judge = oracle;

  let served = 0;
  const next = (): void => {
    customer = undefined;
    if (served === options.sales) return;
    served += 1;
    customer = createCustomer({
      kiosk,
      devices,
      equipped: vend.kind !== 'none',
      oracle: judge,
      chance,
      coverage,
      orderId: `o${seed}-${served}`,
      left: () => world.after(chance.between(0, 2_000), next),
    });
  };

  try {
    const days = chooseBadDays(chance, options.without ?? []);
    kiosk.powerOn();
    const badDays = beginBadDays(kiosk, devices, days, chance, coverage);
    const power = keepPower(kiosk, days.power, chance, coverage, () => customer?.powerLost());
    next();
    kiosk.runUntil(() => served === options.sales && customer === undefined, SHIFT_LIMIT_MS);
    badDays.clearUp();
    power.clearUp();
    kiosk.runUntil(() => atRest(kiosk), CALM_MS);
    world.runUntil(world.nowMs() + AFTERWARDS_MS);
    reckon(kiosk, judge);
  } catch (error) {
    judge.violate('the process crashed', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { seed, sales: served, violations: judge.violations, coverage, virtualMs: world.nowMs() };
}

/** Nothing is open, nothing waits. */
function atRest(kiosk: Kiosk): boolean {
  const state = kiosk.terminal?.kernel.state;
  if (state === undefined || state.live.acquirer !== 'reachable') return false;
  return (
    Object.keys(state.live.reversals).length === 0 && Object.values(state.book.sales).every((sale) => !isOpen(sale))
  );
}

const isOpen = ({ state }: Sale): boolean =>
  state === 'awaitingCode' ||
  state === 'paying' ||
  state === 'inquiring' ||
  state === 'approved' ||
  state === 'vending';

/** What flash holds is read by a new process, not believed from memory. */
function reckon(kiosk: Kiosk, judge: Oracle): void {
  const memory = kiosk.terminal?.kernel.state;
  kiosk.cutPower();
  kiosk.powerOn();
  if (!kiosk.runUntil(() => kiosk.terminal !== undefined, 60_000)) return judge.violate('rule 8', 'it does not start');
  kiosk.world.runUntil(kiosk.world.nowMs() + 60_000);
  const terminal = kiosk.terminal;
  if (terminal === undefined) return judge.violate('rule 8', 'it does not stay up');
  const { book, live } = terminal.kernel.state;
  for (const sale of Object.values(memory?.book.sales ?? {})) {
    /* What happened without a payment may wait for the next commit. */
    if (sale.attempts.length === 0) continue;
    if (book.sales[sale.saleId]?.state !== sale.state) judge.violate('flash forgot', `${sale.saleId} ${sale.state}`);
  }
  const ready = live.booted && live.clockTrusted && live.acquirer === 'reachable';
  judge.settleUp(book, ready, [
    live.acquirer,
    `clock trusted: ${live.clockTrusted}`,
    ...Object.values(live.faults).flat(),
  ]);
}

/** The supervisor, and somebody who pulls the plug. */
function keepPower(kiosk: Kiosk, level: number, chance: Chance, coverage: Coverage, dark: () => void) {
  const { world, clock } = kiosk;
  let over = false;

  function boot(): void {
    /* Without a battery the clock starts anywhere; the time service may or may not set it later. */
    if (!over && chance.likely(level)) {
      clock.offsetMs = chance.pick([0, -5_000, 5_000, -30 * DAY_MS]);
      clock.synchronised = 'unknown';
      world.after(chance.between(1_000, 90_000), () => {
        clock.offsetMs = chance.between(-500, 500);
        clock.synchronised = 'yes';
      });
    }
    kiosk.powerOn();
    if (!over && chance.likely(level)) kiosk.life?.endAtTouch(chance.between(1, 60));
  }

  function watch(): void {
    if (kiosk.life === undefined) {
      const { exitCode } = kiosk;
      count(coverage, exitCode === undefined ? 'fault power lost' : `exit ${exitCode}`);
      kiosk.flash.faults.io = false;
      dark();
      world.after(chance.between(500, over ? 5_000 : 90_000), () => {
        boot();
        world.after(1_000, watch);
      });
      return;
    }
    if (!over && chance.likely(level / 10)) misfortune();
    world.after(1_000, watch);
  }

  function misfortune(): void {
    const kind = chance.pick(['now', 'atTouch', 'crash'] as const);
    count(coverage, `fault power ${kind}`);
    if (kind === 'now') kiosk.cutPower();
    else if (kind === 'crash') kiosk.crash();
    else kiosk.life?.endAtTouch(kiosk.life.touches + chance.between(1, 40));
  }

  world.after(1_000, watch);
  return {
    clearUp() {
      over = true;
      kiosk.life?.endAtTouch(Number.POSITIVE_INFINITY);
    },
  };
}

/** Notes what the terminal meets and decides. */
function observer(coverage: Coverage, paySent: (id: string, code: string) => void): TerminalParts['observe'] {
  /** What each exchange of a reversal asks. */
  const asked = new Map<number, string>();
  return (input, decision) => {
    count(coverage, `input ${input.type}`);
    if (decision.ignored !== undefined) count(coverage, `ignored ${input.type}: ${decision.ignored}`);
    if ('answer' in input) {
      const call = input.type === 'reversalAnswered' ? (asked.get(input.exchange) ?? 'lost') : CALLS[input.type];
      const { answer } = input;
      if (answer.kind === 'silence') count(coverage, `silence ${call} ${answer.reason}`);
      else count(coverage, `code ${call} ${answer.code}`);
      if (answer.kind === 'answered' && answer.signature !== 'valid')
        count(coverage, `signature ${call} ${answer.signature}`);
    }
    for (const record of decision.records) count(coverage, `record ${record.type}`);
    for (const effect of decision.effects) {
      if (effect.type === 'sendPay') paySent(effect.payment.paymentRequestId, effect.code);
      if (effect.type === 'sendReversal') asked.set(effect.exchange, REVERSAL_CALLS[effect.request.type]);
      if (effect.type === 'raiseAlarm') count(coverage, `alarm ${effect.alarm}`);
    }
  };
}

const CALLS = { payAnswered: 'pay', inquiryAnswered: 'inquiryPayment', probeAnswered: 'probe' } as const;
const REVERSAL_CALLS = {
  cancel: 'cancel',
  inquiry: 'inquiryPayment',
  refund: 'refund',
  refundInquiry: 'inquiryRefund',
} as const;
