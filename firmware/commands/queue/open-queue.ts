import type { Clock, FlashHost, HttpHost, Random } from '../../../drivers/host.js';
import type { Locale } from '../../../flows/customer-texts.js';
import { JOURNAL_FAULTS } from '../../../flows/faults.js';
import {
  createLocalApiClient,
  type LocalApiAddress,
  type LocalApiClient,
  LocalApiError,
} from '../../api/local-api-client.js';
import { statusSchema } from '../../api/output-schemas.js';
import { BOOK_SEGMENT_BYTES } from '../../journal/open-book.js';
import { readBook } from '../../journal/read-card.js';
import { exitCode } from '../../log/exit-code.js';
import { createCardQueue } from './card-queue.js';
import { QueueError, type QueueSource } from './queue-source.js';
import { settleOnCard } from './settle-on-card.js';
import { createTerminalQueue } from './terminal-queue.js';

export interface OpenQueueParts {
  readonly http: Pick<HttpHost, 'request'>;
  readonly clock: Clock;
  readonly random: Random;
  /** Undefined: do not ask a terminal, read the card in any case. */
  readonly api: LocalApiAddress | undefined;
  /** For people: the data directory, or the partitions of the journal. */
  readonly place: string;
  /** Volumes of the data directory. */
  readonly flash: (access: 'readWrite' | 'readOnly') => FlashHost;
  /** Why nothing can be settled on this card, before it is touched; undefined where it can be tried. */
  readonly whyNotSettled: () => Promise<string | undefined>;
  /** Who holds the data directory. */
  readonly holder: () => Promise<string | undefined>;
  readonly locale: Locale;
  /** Called with where the queue is read from and why, for people. */
  readonly note: (text: string) => void;
}

/** Opens the queue of the terminal where one runs and answers, otherwise as it is on flash. Rejects with `QueueError`. */
export async function openQueue(parts: OpenQueueParts): Promise<QueueSource> {
  const { api, place, note } = parts;
  if (api === undefined) {
    /* The sale that a terminal is working on now looks on its card as if it had been cut off. */
    const holder = await parts.holder();
    if (holder !== undefined) note(`${place} is in use by ${holder}; ask the terminal itself (without --data-dir)`);
    return openCard(parts);
  }
  const client = createLocalApiClient(parts.http, api);
  const why = await whyNotTerminal(client);
  if (why === undefined) return createTerminalQueue(client);
  const holder = await parts.holder();
  note(
    holder === undefined
      ? `${why.text}; reading ${place}`
      : `${place} is in use by ${holder}, but ${why.text}; reading flash, which may be a moment behind`,
  );
  return openCard(parts);
}

/** Undefined where the terminal answers and has its journal. */
async function whyNotTerminal(client: LocalApiClient): Promise<{ readonly text: string } | undefined> {
  try {
    const { faults } = await client.get('/v1/status', statusSchema);
    const fault = faults.find(({ code }) => JOURNAL_FAULTS.some((missing) => missing === code));
    return fault && { text: `the terminal at ${client.url} runs without its journal (${fault.meaning})` };
  } catch (error) {
    if (!(error instanceof LocalApiError)) throw error;
    switch (error.kind) {
      case 'absent':
        return { text: `no terminal listens at ${client.url}` };
      case 'silent':
        return { text: `what listens at ${client.url} does not answer as a terminal: ${error.message}` };
      case 'refused':
        throw new QueueError(exitCode.usage, `the terminal at ${client.url} refuses (API_TOKEN?): ${error.message}`);
    }
  }
}

async function openCard({ flash, clock, random, place, locale, whyNotSettled }: OpenQueueParts): Promise<QueueSource> {
  const reading = await readBook(flash('readOnly'));
  const { db, troubles } = reading;
  if (db === undefined) {
    throw new QueueError(exitCode.flash, `${place} holds no journal that can be read: ${troubles.join('; ')}`);
  }
  return createCardQueue({ place, reading: { ...reading, db }, locale }, async (reversalId, settlement) => {
    const why = await whyNotSettled();
    if (why !== undefined) throw new QueueError(exitCode.usage, why);
    const host = { flash: flash('readWrite'), clock, random, segmentSizeBytes: BOOK_SEGMENT_BYTES };
    return new Promise((resolve, reject) => {
      settleOnCard(host, reversalId, settlement, (error, book) => {
        if (book === undefined) reject(error);
        else resolve(book);
      });
    });
  });
}
