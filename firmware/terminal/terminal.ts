import { awaitJournal } from '../journal/await-journal.js';
import { BOOK_SEGMENT_BYTES } from '../journal/open-book.js';
import { watchCard } from '../journal/watch-card.js';
import { watchCardMarks } from '../journal/watch-card-marks.js';
import type { Kernel } from '../kernel.js';
import { exitCode } from '../log/exit-code.js';
import { createLog, type Log } from '../log/log.js';
import { createRedact, type Redact } from '../log/redact.js';
import { type OpenJournal, openJournal } from './open-journal.js';
import { openServices } from './services.js';
import { createTerminalCore, type TerminalCore } from './terminal-core.js';
import type { TerminalParts } from './terminal-parts.js';

/** A whole payment terminal: the same on a board, on the bench and in a test. Only the host differs. */
export interface Terminal {
  readonly kernel: Kernel;
  /** The bound port of the local API. */
  readonly apiPort: number;
  /** For what happens around the terminal. */
  readonly log: Log;
  /** Removes secrets from a text, also the agent token that came by notification. */
  readonly redact: Redact;
  /** To be called with an error that nobody caught, before the process ends: stores what led to it. Never throws. */
  crashed(error: Error): void;
  /**
   * Ends everything at once; `reason` is for the log. `done` is called once, later, when the process may end: everything that
   * was answered is on flash, and a vending machine has got the message that cashless payment is off, or 250 ms have passed.
   * Where the card does not accept it within 5 s, the process ends with 74 instead.
   */
  close(reason: string, done?: () => void): void;
}

/**
 * Opens the journal, then the devices, then the ports, and boots. Where the journal cannot be opened and only a person can
 * help, the terminal starts without it, takes no sale and says why. Where a restart may help (the card does not answer, a
 * missing journal is back, a port is taken) the process ends.
 */
export function createTerminal(parts: TerminalParts, started: (terminal: Terminal) => void): void {
  const { host, settings, version } = parts;
  const { config, secrets, warnings } = settings;
  const redact = createRedact(secrets);
  let core: TerminalCore | undefined;
  const log = createLog({
    board: host.board,
    clock: host.clock,
    redact,
    lossChanged: (losing) => core?.logLossChanged(losing),
    ...config.log,
  });
  for (const { variable, problem, todo } of warnings) log.warn(`configuration: ${variable} ${problem}`, { todo });

  openJournal(
    parts,
    log,
    (health) => core?.journalHealthChanged(health),
    (journal) => {
      const opened = createTerminalCore(parts, log, journal);
      core = opened;
      hideAgentToken(opened.kernel, redact);
      const stopMarks = watchMarks(parts, log, journal, opened);
      /* The ports open before the boot: a host app that calls early is answered that the terminal is not ready. */
      openServices({ ...opened, host, config, version, log }, (error, services) => {
        if (services === undefined) {
          log.error('a port cannot be had', { why: error?.message });
          return host.board.exit(exitCode.unavailable);
        }
        log.info('terminal started', { version, api: services.apiPort });
        const stopCard = watchJournal(parts, log, journal);
        started({
          kernel: opened.kernel,
          apiPort: services.apiPort,
          log,
          redact,
          crashed: opened.crashed,
          close(reason, done = () => undefined) {
            log.info('terminal stops', { reason });
            for (const stop of [stopCard, stopMarks, services.close]) stop();
            opened.close(done);
          },
        });
        if (journal.store !== undefined) opened.kernel.feed({ type: 'booted' });
      });
    },
  );
}

const NOTHING_TO_STOP = (): void => undefined;

/** Compares the card with the one this terminal knows. Returns the function that stops it. */
function watchMarks(
  { host, cardMarks }: TerminalParts,
  log: Log,
  { store }: OpenJournal,
  core: TerminalCore,
): () => void {
  if (store === undefined || cardMarks === undefined) return NOTHING_TO_STOP;
  const { storeId } = store.status;
  return watchCardMarks({ marks: cardMarks, storeId, clock: host.clock, log, doubted: core.cardDoubted });
}

/**
 * Checks an open journal now and then, or looks for a missing one. A journal that is back is opened by a new process, since
 * this one has answered its callers that it knows no sale. Returns the function that stops it.
 */
function watchJournal({ host, segmentSizeBytes }: TerminalParts, log: Log, journal: OpenJournal): () => void {
  if (journal.store !== undefined) return watchCard(host.clock, journal.store);
  if (journal.fault !== 'flashAbsent') return NOTHING_TO_STOP;
  return awaitJournal(host, segmentSizeBytes ?? BOOK_SEGMENT_BYTES, () => {
    log.warn('the journal is there again: the terminal starts anew');
    host.board.exit(exitCode.flash);
  });
}

/** An agent token that came by notification is as secret as a configured one. */
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
