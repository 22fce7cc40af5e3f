import { createLinuxClock } from '../../drivers/linux/clock.js';
import { configFiles } from '../../drivers/linux/config-files.js';
import { dataDirHolder } from '../../drivers/linux/data-dir-holder.js';
import { createLinuxHttp } from '../../drivers/linux/http.js';
import { isDirectory } from '../../drivers/linux/is-directory.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { present } from '../../flows/present.js';
import type { LocalApiAddress } from '../api/local-api-client.js';
import { describeErrors } from '../config/config-check.js';
import { readSettings } from '../config/read-settings.js';
import { BOOK_SEGMENT_BYTES, BOOK_VOLUMES } from '../journal/open-book.js';
import { readBook } from '../journal/read-card.js';
import { type ExitCode, exitCode } from '../log/exit-code.js';
import { isoUtc } from '../log/iso-utc.js';
import { createRedact } from '../log/redact.js';
import type { CommandInput } from './command-table.js';
import { acceptCard } from './queue/accept-card.js';
import { openQueue } from './queue/open-queue.js';
import { type QueueRequest, queueRequest } from './queue/queue-request.js';
import { QueueError } from './queue/queue-source.js';
import { workOnQueue } from './queue/work-on-queue.js';
import { type Storage, storageFlash, storageMarks } from './storage-flash.js';

/** `tillbox queue …`: the cancel queue, over the API of the running terminal or from flash. */
export async function queue(input: CommandInput<'queue'>, self: CommandProcess): Promise<ExitCode> {
  const request = queueRequest(input);
  if (typeof request === 'string') {
    self.errorOut(`tillbox queue: ${request}\n`);
    return exitCode.usage;
  }
  const where = await placeOf(request, self);
  if (typeof where === 'string') {
    self.errorOut(`${createRedact()(where)}\n`);
    return exitCode.usage;
  }
  const { storage, api, locale, note } = where;
  if (note !== undefined) self.errorOut(`tillbox queue: ${note}\n`);
  const { dataDir, journalPartitions } = storage;
  try {
    if (request.action === 'accept-new-card') {
      const reading = await readBook(storageFlash(storage, 'readOnly'));
      const { settlement } = request;
      const now = isoUtc(createLinuxClock().wallMs());
      self.out(acceptCard({ reading, marks: storageMarks(storage), settlement, now }));
      return exitCode.done;
    }
    const source = await openQueue({
      api,
      locale,
      place: journalPartitions?.join(' and ') ?? dataDir,
      http: createLinuxHttp(),
      clock: createLinuxClock(),
      random: createLinuxRandom(),
      flash: (access) => storageFlash(storage, access),
      whyNotSettled: () => whyNoLock(storage),
      holder: () => new Promise((resolve) => dataDirHolder(dataDir, resolve)),
      note: (text) => self.errorOut(`tillbox queue: ${text}\n`),
    });
    for (const trouble of source.troubles) self.errorOut(`tillbox queue: no box starts with this card: ${trouble}\n`);
    await workOnQueue(source, request, self.out);
    return source.troubles.length === 0 ? exitCode.done : exitCode.flash;
  } catch (error) {
    if (!(error instanceof QueueError)) throw error;
    self.errorOut(`tillbox queue: ${error.message}\n`);
    return error.code;
  }
}

interface Place {
  readonly storage: Storage;
  readonly api: LocalApiAddress | undefined;
  readonly locale: 'en' | 'zh-CN';
  /** For people: why another card is read than was named. */
  readonly note?: string;
}

/** Only these settings have to be valid, so that the queue of a half-configured box can be read. */
const NEEDED: readonly string[] = [
  'CONFIG_FILE',
  'API_HOST',
  'API_PORT',
  'API_TOKEN',
  'DATA_DIR',
  'DATA_DIR_MOUNTED',
  'CARD_MARK_FILE',
  'JOURNAL_PARTITIONS',
  'LOCALE',
];

async function placeOf(request: QueueRequest, self: CommandProcess): Promise<Place | string> {
  const named = request.dataDir;
  if (named !== undefined && (await holdsJournal(named))) return placeIn({ dataDir: named });
  const { values, errors } = readSettings(self.env, configFiles.read);
  if (named !== undefined) {
    const { JOURNAL_PARTITIONS: journalPartitions } = values;
    if (journalPartitions === undefined) return placeIn({ dataDir: named });
    const note = `${named} holds no journal: reading JOURNAL_PARTITIONS, ${journalPartitions.join(' and ')}`;
    return { ...placeIn({ dataDir: named, journalPartitions }), note };
  }
  const relevant = errors.filter(({ variable }) => NEEDED.includes(variable));
  if (relevant.length > 0) return describeErrors(relevant);
  const { API_HOST: host, API_PORT: port, API_TOKEN: token, LOCALE: locale } = values;
  const { DATA_DIR: dataDir, DATA_DIR_MOUNTED: dataDirMounted, JOURNAL_PARTITIONS: journalPartitions } = values;
  const { CARD_MARK_FILE: cardMarkFile } = values;
  return {
    storage: {
      dataDir,
      dataDirMounted,
      ...present({ journalPartitions, cardMarkFile }),
    },
    api: { host, port, ...present({ token }) },
    locale,
  };
}

/** A card that `--data-dir` names, whatever is configured on this machine; no terminal is asked. */
function placeIn(storage: Omit<Storage, 'dataDirMounted'>): Place {
  return { storage: { ...storage, dataDirMounted: false }, api: undefined, locale: 'en' };
}

/** Whether any half of a journal is there as a file. */
async function holdsJournal(dataDir: string): Promise<boolean> {
  const flash = storageFlash({ dataDir, dataDirMounted: false }, 'readOnly');
  const holds = (name: string): Promise<boolean> =>
    new Promise((resolve) =>
      flash.open({ name, sizeBytes: BOOK_SEGMENT_BYTES, create: false }, (error, volume) => {
        volume?.close();
        resolve(error?.code !== 'absent');
      }),
    );
  return (await holds(BOOK_VOLUMES[0])) || (await holds(BOOK_VOLUMES[1]));
}

/** Partitions have no place for a lock file, so that settling on them needs a directory, too. */
async function whyNoLock({ dataDir, journalPartitions }: Storage): Promise<string | undefined> {
  if (journalPartitions === undefined) return undefined;
  const there = await new Promise((resolve) => isDirectory(dataDir, resolve));
  if (there) return undefined;
  return `DATA_DIR (${dataDir}) is not there, and who settles has to hold it against a terminal; a laptop may say --data-dir /tmp`;
}
