import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { EMPTY_BOOK } from '../../flows/book.js';
import type { AlarmCode } from '../../flows/effect.js';
import type { Event } from '../../flows/input.js';
import { initialState } from '../../flows/terminal-state.js';
import { view } from '../../flows/view.js';
import { type AcquirerTime, createAcquirerTime } from '../acquirer/acquirer-time.js';
import { createAcquirerTrouble } from '../acquirer/acquirer-trouble.js';
import { agentTokenOf } from '../acquirer/agent-token-of.js';
import { createDirectLink, linkConfigOf } from '../acquirer/direct-link.js';
import { createIgnoredNotifications } from '../acquirer/notifications/ignored-notifications.js';
import { createRsaSigner, type Signer } from '../acquirer/signer.js';
import type { StatusSources } from '../api/status-sources.js';
import { clockToleranceMs, createClockTrust } from '../clock/clock-trust.js';
import { createMoments } from '../clock/moments.js';
import { createTimeZone } from '../clock/time-zone.js';
import { policyOf } from '../config/policy-of.js';
import { createDevices } from '../devices/devices.js';
import { receiptHeadOf } from '../devices/receipt-layout.js';
import { createIncidentKeeper } from '../incident/incident-keeper.js';
import { flashRemedy } from '../journal/flash-remedy.js';
import { BOOK_SEGMENT_BYTES, type BookStore, flashTrouble } from '../journal/open-book.js';
import { StoreError } from '../journal/store/store-error.js';
import type { StoreStatus } from '../journal/store/store-status.js';
import { createKernel, type Journal, type Kernel } from '../kernel.js';
import { exitCode } from '../log/exit-code.js';
import type { Log } from '../log/log.js';
import { createRefusalCounter } from '../log/refusal-counter.js';
import { createUpdates } from '../updates/updates.js';
import { createExecutors } from './executors.js';
import { logProgress } from './log-progress.js';
import type { OpenJournal } from './open-journal.js';
import type { TerminalParts } from './terminal-parts.js';

/** The terminal without its ports: journal, kernel, link to the acquirer and devices, wired to one another. */
export interface TerminalCore {
  readonly kernel: Kernel;
  readonly sources: StatusSources;
  readonly signer: Signer;
  readonly acquirerTime: AcquirerTime;
  /** A journal that failed ends the process: nothing may be sold, or even answered, on a card that cannot be relied on. */
  journalHealthChanged(health: StoreStatus['health']): void;
  /** Whether it is another card than the one that this terminal knows. */
  cardDoubted(doubted: boolean): void;
  /** Lines of the log are lost, or no longer. */
  logLossChanged(losing: boolean): void;
  /** See `Terminal`. */
  crashed(error: Error): void;
  /** Ends kernel, journal and devices; `done` is called once, later. See `Terminal`. */
  close(done: () => void): void;
}

/** Time to write what waits. A supervisor kills a process that it stops after 10 s at the earliest. */
const STOP_LIMIT_MS = 5_000;

/** Without a store the terminal takes no sale, and reports why. */
export function createTerminalCore(
  { host, settings, ...parts }: TerminalParts,
  log: Log,
  journal: OpenJournal,
): TerminalCore {
  const { store } = journal;
  const { clock } = host;
  const { config } = settings;
  const signer = parts.signer ?? createRsaSigner(config.acquirer.privateKey, config.acquirer.alipayPublicKey);
  const clockTrust = createClockTrust({
    clock,
    clockSynchronised: () => host.board.clockSynchronised(),
    mode: config.policy.clockTrust,
    toleranceMs: clockToleranceMs(config.timing.expiryMarginMs),
  });
  const alarms: Partial<Record<AlarmCode, number>> = {};
  let lastContactWallMs: number | undefined;
  /* A verified answer also shows when the acquirer was last heard and, where nothing delayed it, what its clock says. */
  const feedAnswer = (event: Event): void => {
    if ('answer' in event && event.answer.kind === 'answered' && event.answer.signature === 'valid') {
      lastContactWallMs = clock.wallMs();
      const { atAcquirerMs } = event.answer;
      const atRest = kernel.state.live.payment === undefined;
      if (event.type === 'probeAnswered' && atRest && atAcquirerMs !== undefined) acquirerTime.learn(atAcquirerMs);
    }
    kernel.feed(event);
  };

  const acquirerTime = createAcquirerTime(clock, config.timing.expiryMarginMs);
  const trouble = createAcquirerTrouble({ acquirer: config.acquirer, signer, clock, log });
  const link = createDirectLink({
    exchanged: trouble.note,
    http: host.http,
    clock,
    signer,
    log,
    config: linkConfigOf(config),
    acquirerTime,
    agentToken: () => agentTokenOf(kernel.state.book, config.acquirer, clock.wallMs()),
  });
  const refusals = createRefusalCounter(clock, log);
  const ignoredNotifications = createIgnoredNotifications(log);
  const executors = createExecutors({
    link,
    refusals,
    devices: {
      print: (receipt, done) => devices.print(receipt, done),
      vend: (order, done) => devices.vend(order, done),
      refuseSelection: (selection) => devices.refuseSelection(selection),
    },
    log,
    feed: feedAnswer,
  });
  const { secrets } = settings;
  const incidents = createIncidentKeeper({ clock, log, secrets, version: parts.version, save: parts.saveIncident });
  const updates = createUpdates({
    host,
    config: config.updates,
    version: parts.version,
    log,
    faultsChanged: (faults) => kernel.feed({ type: 'deviceChanged', device: 'update', faults }),
  });
  const kernel: Kernel = createKernel({
    clock,
    beforeDecision: incidents.note,
    beforeEffects: updates.follow,
    momentOf: createMoments({
      clock,
      random: host.random,
      clockTrust,
      utcOffsetMinutes: parts.utcOffsetMinutes ?? createTimeZone(config.terminal.timeZone),
      updating: updates.updating,
    }),
    journal: store ?? NO_JOURNAL,
    executors: {
      ...executors,
      sendPay(effect) {
        if (updates.mayPay()) return executors.sendPay(effect);
        log.warn('an update began in this moment: the payment is not sent');
        const { paymentRequestId } = effect.payment;
        clock.after(0, () => kernel.feed({ type: 'payAnswered', paymentRequestId, answer: NOT_SENT_FOR_UPDATE }));
      },
      raiseAlarm(effect) {
        alarms[effect.alarm] = (alarms[effect.alarm] ?? 0) + 1;
        executors.raiseAlarm(effect);
      },
    },
    state: initialState(policyOf(config, parts.segmentSizeBytes ?? BOOK_SEGMENT_BYTES), store?.state ?? EMPTY_BOOK),
    trace(input, decision) {
      parts.observe?.(input, decision);
      log.debug('input', { type: input.type, ignored: decision.ignored });
      ignoredNotifications.note(input, decision.ignored);
    },
    flashFailed,
  });
  /* A sale that the journal has open is protected from now on. */
  updates.follow(kernel.state);
  let failed = false;
  /* Called by the store, and for each commit that was under way. */
  function flashFailed(error: Error): void {
    if (failed) return;
    failed = true;
    const problem = error instanceof StoreError ? error : undefined;
    const todo = problem && flashRemedy(problem);
    log.error('the journal failed; nothing can be promised any more', { why: error.message, todo });
    incidents.keep('flash', error, kernel.state.book.bootCount);
    const trouble = problem && flashTrouble(problem);
    host.board.exit(trouble?.kind === 'exit' ? trouble.code : exitCode.flash);
  }
  let slow = store?.status.health.kind === 'slow';
  let doubted = false;
  const reportFlash = (): void => {
    const faults = [...(slow ? ['flashSlow' as const] : []), ...(doubted ? ['flashChanged' as const] : [])];
    kernel.feed({ type: 'deviceChanged', device: 'flash', faults });
  };

  log.info('gpio', { backend: host.gpio.backend });
  const devices = createDevices({
    host,
    config: config.devices,
    currency: config.terminal.currency,
    receiptHead: receiptHeadOf(config),
    feed: kernel.feed,
  });
  kernel.onChange((state) => devices.show(view(state)));
  if (config.log.level !== 'error') logProgress(kernel, log);

  const sources: StatusSources = {
    devices: () => devices.status(),
    gpio: () => host.gpio.backend,
    lastAcquirerContactWallMs: () => lastContactWallMs,
    acquirerTrouble: trouble.of,
    store: () => (store === undefined ? {} : storeFacts(store)),
    alarms: () => alarms,
    notificationsIgnored: ignoredNotifications.count,
    refusals: refusals.counts,
    lostLogLines: () => host.board.lostLogLines,
    update: updates.report,
  };
  const logLossChanged = (losing: boolean): void =>
    kernel.feed({ type: 'deviceChanged', device: 'log', faults: losing ? ['logLost'] : [] });
  if (host.board.lostLogLines > 0) logLossChanged(true);
  if (store === undefined) kernel.feed({ type: 'deviceChanged', device: 'flash', faults: [journal.fault] });

  return {
    kernel,
    sources,
    signer,
    acquirerTime,
    journalHealthChanged(health) {
      if (health.kind !== 'failed') {
        slow = health.kind === 'slow';
        reportFlash();
      } else if (health.error.code !== 'closed') {
        flashFailed(health.error);
      }
    },
    cardDoubted(isDoubted) {
      doubted = isDoubted;
      reportFlash();
    },
    logLossChanged,
    crashed: (error) => incidents.keep('assertion', error, kernel.state.book.bootCount),
    close(done) {
      const limit = clock.after(STOP_LIMIT_MS, () =>
        flashFailed(new StoreError('hung', `what was answered is not on flash after ${STOP_LIMIT_MS} ms`)),
      );
      let left = 2;
      const ended = (): void => {
        left -= 1;
        if (left > 0) return;
        updates.close();
        done();
      };
      kernel.close(() => {
        limit.cancel();
        store?.close();
        ended();
      });
      devices.close(ended);
    },
  };
}

/** Surely nothing was charged. */
const NOT_SENT_FOR_UPDATE: AcquirerAnswer = {
  kind: 'silence',
  reason: 'refused',
  detail: 'an update is being installed',
};

/** Never used: a terminal without a journal does not boot, and decides nothing that has a record. */
const NO_JOURNAL: Journal = {
  commit() {
    throw new Error('a commit without a journal');
  },
};

function storeFacts(store: BookStore): Readonly<Record<string, string | number | boolean>> {
  const { health, lastFlushMs, slowestFlushMs, ...facts } = store.status;
  const times = { lastFlushMs: Math.round(lastFlushMs), slowestFlushMs: Math.round(slowestFlushMs) };
  return { ...facts, ...times, health: health.kind };
}
