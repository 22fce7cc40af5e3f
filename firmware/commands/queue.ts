import { createLinuxClock } from '../../drivers/linux/clock.js';
import { configFiles } from '../../drivers/linux/config-files.js';
import { dataDirHolder } from '../../drivers/linux/data-dir-holder.js';
import { createLinuxHttp } from '../../drivers/linux/http.js';
import type { CommandProcess } from '../../drivers/linux/process.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { describeErrors } from '../config/describe-errors.js';
import { readSettings } from '../config/read-settings.js';
import { type ExitCode, exitCode } from '../exit-code.js';
import type { LocalApiAddress } from '../local-api-client.js';
import { createRedact } from '../log/redact.js';
import { openQueue } from '../queue/open-queue.js';
import { type QueueOrder, queueOrder } from '../queue/queue-order.js';
import { QueueTrouble } from '../queue/queue-source.js';
import { workOnQueue } from '../queue/work-on-queue.js';
import { type Storage, storageFlash } from './storage-flash.js';

/** `tillbox queue …`: the cancel queue, over the API of the running terminal or from flash. */
export async function queue(args: readonly string[], self: CommandProcess): Promise<ExitCode> {
  const order = queueOrder(args);
  if (typeof order === 'string') {
    self.errorOut(`tillbox queue: ${order}\n`);
    return exitCode.usage;
  }
  const where = placeOf(order, self);
  if (typeof where === 'string') {
    self.errorOut(`${createRedact()(where)}\n`);
    return exitCode.usage;
  }
  const { storage, api, locale } = where;
  const { dataDir, journalPartitions } = storage;
  try {
    const source = await openQueue({
      api,
      locale,
      place: journalPartitions?.join(' and ') ?? dataDir,
      http: createLinuxHttp(),
      clock: createLinuxClock(),
      random: createLinuxRandom(),
      flash: (access) => storageFlash(storage, access),
      holder: () => new Promise((resolve) => dataDirHolder(dataDir, resolve)),
      note: (text) => self.errorOut(`tillbox queue: ${text}\n`),
    });
    for (const trouble of source.troubles) self.errorOut(`tillbox queue: no box starts with this card: ${trouble}\n`);
    await workOnQueue(source, order, self.out);
    return source.troubles.length === 0 ? exitCode.done : exitCode.flash;
  } catch (error) {
    if (!(error instanceof QueueTrouble)) throw error;
    self.errorOut(`tillbox queue: ${error.message}\n`);
    return error.code;
  }
}

interface Place {
  readonly storage: Storage;
  readonly api: LocalApiAddress | undefined;
  readonly locale: 'en' | 'zh-CN';
}

/** Of the whole configuration only this much has to be right, so that a half-configured box can be looked at. */
const NEEDED: readonly string[] = [
  'CONFIG_FILE',
  'API_HOST',
  'API_PORT',
  'API_TOKEN',
  'DATA_DIR',
  'DATA_DIR_MOUNTED',
  'JOURNAL_PARTITIONS',
  'LOCALE',
];

function placeOf(order: QueueOrder, self: CommandProcess): Place | string {
  if (order.dataDir !== undefined) {
    return { storage: { dataDir: order.dataDir, dataDirMounted: false }, api: undefined, locale: 'en' };
  }
  const { values, errors } = readSettings(self.env, configFiles.read);
  const relevant = errors.filter(({ variable }) => NEEDED.includes(variable));
  if (relevant.length > 0) return describeErrors(relevant);
  const { API_HOST: host, API_PORT: port, API_TOKEN: token, LOCALE: locale } = values;
  const { DATA_DIR: dataDir, DATA_DIR_MOUNTED: dataDirMounted, JOURNAL_PARTITIONS: journalPartitions } = values;
  return {
    storage: { dataDir, dataDirMounted, ...(journalPartitions === undefined ? {} : { journalPartitions }) },
    api: { host, port, ...(token === undefined ? {} : { token }) },
    locale,
  };
}
