import type { Host } from '../../drivers/host.js';
import type { Input } from '../../flows/input.js';
import type { Step } from '../../flows/step.js';
import type { Signer } from '../acquirer/signer.js';
import type { TerminalSettings } from '../config/load-config.js';
import type { SaveIncident } from '../incident/incident-keeper.js';
import { awaitJournal } from '../journal/await-journal.js';
import type { CardMarks } from '../journal/card-marks.js';
import { flashRemedy } from '../journal/flash-remedy.js';
import { BOOK_SEGMENT_BYTES, flashTrouble, openBook } from '../journal/open-book.js';
import { StoreError } from '../journal/store/store-error.js';
import { watchCard } from '../journal/watch-card.js';
import { watchCardMarks } from '../journal/watch-card-marks.js';
import type { Kernel } from '../kernel.js';
import { exitCode } from '../log/exit-code.js';
import { createLog, type Log } from '../log/log.js';
import { createRedact, type Redact } from '../log/redact.js';
import { openServices } from './services.js';
import { createTerminalCore, type TerminalCore } from './terminal-core.js';

/** A whole payment terminal: the same on a board, on the bench and in a test. Only the host differs. */
export interface Terminal {
  readonly kernel: Kernel;
  /** The bound port of the local API. */
  readonly apiPort: number;
  /** For what happens around the terminal. */
  readonly log: Log;
  /** Takes out of a text what never may be shown, also the token that came by notification. */
  readonly redact: Redact;
  /** To be called with an error that nobody caught, before the process ends: keeps what led to it. Never throws. */
  crashed(error: Error): void;
  /**
   * Ends everything at once; `reason` is for the log. `done` is called once, later, when the process may end: what somebody was
   * told is on flash, and a vending machine has been told that it takes no cashless payment any more, or 250 ms have passed.
   * Where the card does not take it within 5 s, the process ends with 74 instead.
   */
  close(reason: string, done?: () => void): void;
}

export interface TerminalParts {
  readonly host: Host;
  readonly settings: TerminalSettings;
  readonly version: string;
  /** Instead of RSA with the configured keys: for worlds in which a million sales are made. */
  readonly signer?: Signer;
  /** Sees every decision once it is published: for the bench's trace and the fuzzer's coverage. */
  readonly observe?: (input: Input, decision: Step) => void;
  /** Keeps what led to a failure, for `tillbox replay`; it may block and it may fail. */
  readonly saveIncident?: SaveIncident;
  /** What tells a new card from one that was wiped or changed; without them every empty card is new. */
  readonly cardMarks?: CardMarks;
  /** Of each half of the journal. */
  readonly segmentSizeBytes?: number;
}

/**
 * Opens the journal, then the devices and the ports, then starts. Where the journal cannot be opened and only a person
 * can help, the terminal starts without it, takes no sale and says why; where a restart may help, be it because the card
 * does not answer, a journal that was missing is there again, or a port cannot be had, the process ends.
 */
export function createTerminal(parts: TerminalParts, started: (terminal: Terminal) => void): void {
  const { host } = parts;
  const { storage } = parts.settings.config;
  const redact = createRedact();
  let core: TerminalCore | undefined;
  let flashSlow = false;
  let cardDoubted = false;
  const tellFlash = (): void => {
    const faults = [...(flashSlow ? ['flashSlow' as const] : []), ...(cardDoubted ? ['flashChanged' as const] : [])];
    core?.kernel.feed({ type: 'deviceChanged', device: 'flash', faults });
  };
  const log = createTerminalLog(parts, redact, (losing) => core?.logChanged(losing));
  for (const { variable, problem, todo } of parts.settings.warnings) {
    log.warn(`configuration: ${variable} ${problem}`, { todo });
  }
  /* Without this a start on a card that does not answer shows nothing for a minute. */
  log.info('opening the journal', { dataDir: storage.dataDir });
  openBook(
    host,
    {
      segmentSizeBytes: parts.segmentSizeBytes ?? BOOK_SEGMENT_BYTES,
      healthChanged({ health }) {
        if (health.kind !== 'failed') {
          flashSlow = health.kind === 'slow';
          return tellFlash();
        }
        /* Nothing may be sold, or even answered, on a card that cannot be relied on. */
        if (health.error.code !== 'closed') core?.flashFailed(health.error);
      },
    },
    (error, store, report) => {
      if (store === undefined) {
        const problem = error ?? new StoreError('io', 'no store');
        log.error('journal cannot be opened', { why: problem.message, todo: flashRemedy(problem) });
        const trouble = flashTrouble(problem);
        if (trouble.kind === 'exit') return host.board.exit(trouble.code);
        core = createTerminalCore(parts, log, undefined);
        core.kernel.feed({ type: 'deviceChanged', device: 'flash', faults: [trouble.fault] });
      } else {
        if (report?.lostSlots === true) log.warn('journal open', { ...report, meaning: LOST_SLOTS });
        else log.info('journal open', { ...report });
        if (report?.provisioned === true) log.warn('new journal', { dataDir: storage.dataDir, meaning: NEW_JOURNAL });
        core = createTerminalCore(parts, log, store);
      }
      hideAgentToken(core.kernel, redact);
      const stopWatching =
        store === undefined || parts.cardMarks === undefined
          ? () => undefined
          : watchCardMarks({
              marks: parts.cardMarks,
              storeId: store.status.storeId,
              clock: host.clock,
              log,
              doubted(doubted) {
                cardDoubted = doubted;
                tellFlash();
              },
            });
      serve(parts, log, redact, core, stopWatching, started);
    },
  );
}

/** For what waits to be written; a supervisor that stops a process kills it after 10 s at the earliest. */
const STOP_LIMIT_MS = 5_000;

const LOST_SLOTS =
  'places of one half cannot be read; the other half had everything. If it happens again, change the card';

/** An empty directory looks the same on the first day and where a card was lost: only a person knows which it is. */
const NEW_JOURNAL =
  'right on the first start only; otherwise the card is missing, changed or wiped, and its queue with it';

/** Opens the ports before anything is decided: who asks at once must not be refused for a moment. */
function serve(
  parts: TerminalParts,
  log: Log,
  redact: Redact,
  core: TerminalCore,
  stopWatching: () => void,
  started: (terminal: Terminal) => void,
): void {
  const { host, settings, version } = parts;
  const { kernel, devices, sources, signer, acquirerTime, store, incidents } = core;
  const { config } = settings;
  openServices({ host, config, signer, acquirerTime, kernel, sources, version, log }, (error, services) => {
    if (services === undefined) {
      log.error('a port cannot be had', { why: error?.message });
      return host.board.exit(exitCode.unavailable);
    }
    log.info('terminal started', { version, api: services.apiPort });
    const stopLooking = store === undefined ? lookForJournal(parts, log, kernel) : watchCard(host.clock, store);
    started({
      kernel,
      apiPort: services.apiPort,
      log,
      redact,
      crashed: (crash) => incidents.keep('assertion', crash, kernel.state.book.bootCount),
      close(reason, done = () => undefined) {
        log.info('terminal stops', { reason });
        stopLooking();
        stopWatching();
        services.close();
        const limit = host.clock.after(STOP_LIMIT_MS, () =>
          core.flashFailed(new StoreError('hung', `what was answered is not on flash after ${STOP_LIMIT_MS} ms`)),
        );
        let left = 2;
        const ended = (): void => {
          left -= 1;
          if (left === 0) done();
        };
        kernel.close(() => {
          limit.cancel();
          store?.close();
          ended();
        });
        devices.close(ended);
      },
    });
    if (store !== undefined) kernel.feed({ type: 'booted' });
  });
}

/** A journal that is there again is for a new process to open: this one has told everybody that it knows of nothing. */
function lookForJournal({ host, segmentSizeBytes = BOOK_SEGMENT_BYTES }: TerminalParts, log: Log, kernel: Kernel) {
  if (kernel.state.live.faults.flash?.includes('flashAbsent') !== true) return () => undefined;
  return awaitJournal(host, segmentSizeBytes, () => {
    log.warn('the journal is there again: the terminal starts anew');
    host.board.exit(exitCode.flash);
  });
}

/** A token that came by notification is as secret as a configured one. */
function hideAgentToken(kernel: Kernel, redact: Redact): void {
  let hidden: string | undefined;
  const hide = ({ book }: Kernel['state']): void => {
    const token = book.agentToken?.accessToken;
    if (token !== undefined && token !== hidden) redact.addSecret(token);
    hidden = token;
  };
  hide(kernel.state);
  kernel.onChange(hide);
}

function createTerminalLog(
  { host, settings }: TerminalParts,
  redact: Redact,
  lossChanged: (losing: boolean) => void,
): Log {
  for (const secret of settings.secrets) redact.addSecret(secret);
  return createLog({ board: host.board, clock: host.clock, redact, lossChanged, ...settings.config.log });
}
