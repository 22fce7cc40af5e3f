import { type Config, present, view } from '../../firmware/for-simulator.js';
import { createFastSigner } from '../acquirer/fast-signer.js';
import { createKiosk, type Kiosk } from '../kiosk.js';
import { attachDevices } from '../kiosk-devices.js';
import { SIM_CLIENT_ID } from '../kiosk-settings.js';
import { COARSE_LINE } from '../sim-serial.js';
import { createRandom, createWorld } from '../world.js';
import { type Authorisation, createAuthorisation } from './authorisation.js';
import { createCardReader } from './card-reader.js';
import { createChance } from './chance.js';
import { type Coverage, count } from './coverage.js';
import { createCustomers } from './customers.js';
import { createDeviceTroubles } from './device-troubles.js';
import { serveFairly } from './fair-customer.js';
import { finalCheck, isAtRest } from './final-check.js';
import type { FuzzSetting } from './fuzz-settings.js';
import { goodsOf } from './goods.js';
import { joinLedgers } from './join-ledgers.js';
import { swapJournals } from './journal-swap.js';
import { loseCard } from './lose-card.js';
import { createMover } from './mover.js';
import { createObserver } from './observer.js';
import { createOperator, type Operator } from './operator.js';
import { createArchive } from './oracle/archive.js';
import { createKeyRules, type KeyRules } from './oracle/key-rules.js';
import { type MachineRules, watchMachine } from './oracle/machine-rules.js';
import { watchPanel } from './oracle/panel-rules.js';
import { watchScanner } from './oracle/scanner-rules.js';
import { createOracle, type OracleParts } from './oracle.js';
import { papersOf } from './papers.js';
import { createPower } from './power.js';
import { type RepeatOrders, repeatOrders } from './repeat-orders.js';
import { surroundingsOf } from './surroundings.js';
import { unplugAtRest } from './unplug-at-rest.js';
import { createUpdater, type Updater } from './updater.js';
import { wearCardOut } from './wear-card-out.js';
import { chooseFaultLevels, type Side, startWorldFaults } from './world-faults.js';

/** One kiosk's life from a seed: customers under faults, then no faults, then the final check. */
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
  readonly settings: readonly [FuzzSetting, ...FuzzSetting[]];
  /** Sides of the world without faults, to shrink a failure. */
  readonly without?: readonly Side[];
  readonly log?: (line: string) => void;
}

/** Longer than twice the slowest retry interval of a queue that waits for a person. */
const CALM_MS = 45 * 60_000;
/** Fewer than the customers of a shift. */
const FEW_SALES = 20;
/** Longer than any message takes. */
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

  let operator: Operator | undefined;
  let keyRules: KeyRules | undefined;
  let machineRules: MachineRules | undefined;
  const { mode, terminal: settings, elsewhere } = chance.pick(options.settings);
  const { config, secrets } = settings;
  let authorisation: Authorisation | undefined;
  let repeating: RepeatOrders | undefined;
  const { salesKept } = config.storage;
  const archive = createArchive(salesKept);
  /* People cannot look up later what is no longer kept. */
  const keepsFew = salesKept < FEW_SALES;
  /* Chances of its own, so that the other shifts of a seed are what they were. */
  const updateChance = createChance(createRandom(-seed));
  let updater: Updater | undefined;
  const kiosk: Kiosk = createKiosk({
    world,
    settings,
    ...(updateChance.likely(0.15) ? { updated: true } : {}),
    log(line) {
      oracle.shown(line);
      options.log?.(`${world.nowMs().toFixed(0).padStart(9)} ${line}`);
    },
    observe: createObserver(coverage, {
      paySent: (id, code) => oracle.paySent(id, code),
      alarmRaised(alarm, detail) {
        oracle.alarmRaised(alarm, detail);
        machineRules?.alarmRaised(alarm, detail);
      },
      answered: (word) => oracle.answered(word),
      decided: (decision) => oracle.decided(decision),
      paymentsAllowed: () => oracle.paymentsAllowed(),
    }),
    saveIncident: ({ text }) => oracle.shown(text),
    messageSent(message) {
      oracle.messageSent(message);
      authorisation?.messageSent(message);
    },
    notificationAcknowledged(message) {
      oracle.notificationAcknowledged(message);
      authorisation?.acknowledged(message);
    },
    requestSent(request) {
      oracle.requestSent(request);
      operator?.requestSent(request.url);
      updater?.requestSent(request);
    },
    started(terminal) {
      oracle.processStarted(devices.scanner.onGlass());
      const { book, live } = terminal.kernel.state;
      if (live.faults.flash === undefined) oracle.bookFound(book);
      archive.published(book);
      terminal.kernel.onChange((state, before) => {
        oracle.screenShown(view(state), state.book);
        if (state.book === before.book) return;
        archive.published(state.book);
        if (state.book.sales === before.book.sales) return;
        for (const sale of Object.values(state.book.sales)) {
          const was = before.book.sales[sale.saleId];
          if (was === sale) continue;
          if (was?.state !== sale.state) count(coverage, `sale ${was?.state ?? 'new'} > ${sale.state}`);
          oracle.saleChanged(sale, was);
          keyRules?.saleChanged(sale, was);
          customers.saleChanged(sale);
          if (was === undefined) updater?.saleBegan(sale);
          repeating?.saleChanged(sale);
        }
      });
    },
  });
  const devices = attachDevices(kiosk);
  if (config.devices.scanner.kind !== 'none' && chance.likely(0.5)) {
    count(coverage, 'scanner line coarse');
    devices.scannerPort.conditions = COARSE_LINE;
  }
  const troubles = createDeviceTroubles(kiosk, devices, config.devices, chance, coverage);
  const goods = goodsOf(config, devices, () => troubles.machineGarbled);
  const { agentToken } = config.acquirer;
  const around = surroundingsOf(kiosk, config);
  const mover = chance.likely(0.1) ? createMover({ kiosk, home: settings, elsewhere, chance, coverage }) : undefined;
  const { ledger: ownLedger } = kiosk.acquirer;
  const ledger = mover === undefined ? ownLedger : joinLedgers(ownLedger, mover.ledger);
  const oracle = createOracle({
    nowMs: world.nowMs,
    ledger,
    terms: termsOf(config),
    around,
    signer: createFastSigner('acquirer', 'terminal'),
    clientId: SIM_CLIENT_ID,
    secrets,
    unknownWaits: config.policy.vendUnknown === 'operator',
    ...present({ goods, agentToken }),
    ...(config.devices.printer.kind === 'none' ? {} : { papers: papersOf(devices, config) }),
  });
  const customers = createCustomers({
    kiosk,
    devices,
    config,
    oracle,
    chance,
    coverage,
    seed,
    mode,
    count: options.sales,
  });

  try {
    const levels = chooseFaultLevels(chance, options.without ?? []);
    if (chance.likely(0.1)) {
      count(coverage, 'fault random stuck');
      kiosk.random.stuck = true;
    }
    if (config.sale.mode === 'amount') keyRules = createKeyRules(devices.keypad, oracle.violate);
    if (config.devices.vend.kind === 'mdb') {
      const { machine } = devices;
      machineRules = watchMachine({
        kiosk,
        machine,
        config,
        healthyMs: troubles.machineHealthyMs,
        violate: oracle.violate,
      });
    }
    kiosk.powerOn();
    if (config.devices.scanner.kind !== 'none') watchScanner(kiosk, devices.scanner, oracle.violate);
    if (config.devices.panel.kind !== 'none') watchPanel(kiosk, devices.panel, { ledger, around }, oracle.violate);
    const worldFaults = startWorldFaults(kiosk, troubles, levels, chance, coverage);
    if (kiosk.updates !== undefined) {
      updater = createUpdater({ kiosk, violate: oracle.violate, chance: updateChance, coverage });
    }
    if (keepsFew) repeating = repeatOrders({ kiosk, oracle, chance, coverage });
    const people = { kiosk, apiPort: config.api.port, oracle, chance, coverage };
    operator = createOperator({ ...people, neverSettles: keepsFew });
    if (agentToken !== undefined && config.notify.url !== undefined) {
      const notifyUrl = config.notify.url;
      const merchantConfigured = config.acquirer.agentMerchant !== undefined;
      authorisation = createAuthorisation({ kiosk, notifyUrl, merchantConfigured, oracle, chance, coverage });
    }
    const cardReader = createCardReader({ kiosk, oracle, chance, coverage });
    const power = createPower(kiosk, levels.power, chance, coverage, {
      ended() {
        customers.powerLost();
        mover?.boxOff();
        if (keepsFew) return;
        if (chance.likely(0.12)) cardReader.read();
        else if (chance.likely(0.1)) cardReader.settle();
      },
      stoppedInOrder: oracle.stoppedInOrder,
    });
    const swaps = swapJournals({ kiosk, level: levels.flash, violate: oracle.violate, chance, coverage });
    customers.start();
    kiosk.runUntil(customers.done, SHIFT_LIMIT_MS);
    worldFaults.windDown();
    power.windDown();
    swaps.windDown();
    updater?.windDown();
    operator.windDown();
    repeating?.windDown();
    authorisation?.windDown();
    mover?.bringHome();
    kiosk.runUntil(() => isAtRest(kiosk), CALM_MS);
    world.runUntil(world.nowMs() + AFTERWARDS_MS);
    if (chance.likely(0.3) && isAtRest(kiosk)) unplugAtRest(kiosk, oracle.violate, coverage);
    kiosk.runUntil(() => isAtRest(kiosk), CALM_MS);
    serveFairly({ kiosk, devices, config, oracle, garbled: troubles.machineGarbled });
    kiosk.runUntil(() => isAtRest(kiosk), CALM_MS);
    if (isAtRest(kiosk)) updater?.atRest();
    finalCheck(kiosk, oracle, archive, () => mover?.answerLateCall());
    const { url: notifyUrl } = config.notify;
    /* A token is lost with the card, which the oracle does not allow. */
    if (notifyUrl !== undefined && agentToken === undefined && chance.likely(0.2)) {
      operator.leave();
      loseCard({ kiosk, ledger, notifyUrl, apiPort: config.api.port, oracle, coverage });
    } else if (config.sale.mode === 'host' && chance.likely(0.3)) {
      operator.leave();
      wearCardOut({ kiosk, oracle, coverage });
    }
  } catch (error) {
    oracle.violate('the process crashed', error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return { seed, sales: customers.served(), violations: oracle.violations, coverage, virtualMs: world.nowMs() };
}

/** The limits that the oracle checks. */
function termsOf({ notify, policy, sale, timing }: Config): OracleParts['terms'] {
  return {
    notifyUrl: notify.url,
    paymentExpiryMs: timing.paymentExpiryMs,
    attemptLimit: policy.attemptLimit,
    queueLimit: policy.queueLimit,
    hostConfirmMs: sale.mode === 'host' ? sale.hostConfirmMs : 0,
    /* A slow answer may confirm a clock that is wrong by this much; it may then step again. */
    clockErrorLimitMs: timing.expiryMarginMs,
  };
}
