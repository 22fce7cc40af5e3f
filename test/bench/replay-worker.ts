import fs from 'node:fs';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { openBook } from '../../firmware/journal/open-book.js';

/* Opens the journal in a directory as a start of the terminal does, and prints what that took this process. */
const [dataDir = '', segmentSizeBytes = ''] = process.argv.slice(2);
const host = { flash: createLinuxFlash({ dataDir }), clock: createLinuxClock(), random: createLinuxRandom() };
const before = process.cpuUsage();
const startedMs = performance.now();
openBook(
  host,
  { segmentSizeBytes: Number(segmentSizeBytes), healthChanged: () => undefined },
  (error, store, report) => {
    const used = process.cpuUsage(before);
    if (store === undefined) throw error;
    const result = {
      processorMs: (used.user + used.system) / 1000,
      openMs: performance.now() - startedMs,
      operations: report?.replayedOperations ?? 0,
      sales: Object.keys(store.state.sales).length,
    };
    fs.writeSync(1, `${JSON.stringify(result)}\n`);
    process.exit(0);
  },
);
