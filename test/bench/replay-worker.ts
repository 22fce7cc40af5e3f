import fs from 'node:fs';
import path from 'node:path';
import { createLinuxClock } from '../../drivers/linux/clock.js';
import { createLinuxFlash } from '../../drivers/linux/flash.js';
import { createLinuxRandom } from '../../drivers/linux/random.js';
import { BOOK_VOLUMES, openBook } from '../../firmware/journal/open-book.js';

/*
 * Opens the journal in a directory as a start of the terminal does, and prints what that took this process. With a text as
 * third argument the floor instead: what reading the same bytes and parsing that file takes by Node alone.
 */
const [dataDir = '', segmentSizeBytes = '', textFile] = process.argv.slice(2);
const host = { flash: createLinuxFlash({ dataDir }), clock: createLinuxClock(), random: createLinuxRandom() };
const before = process.cpuUsage();
const startedMs = performance.now();

function print(operations: number, sales: number): void {
  const used = process.cpuUsage(before);
  const processorMs = (used.user + used.system) / 1000;
  fs.writeSync(1, `${JSON.stringify({ processorMs, openMs: performance.now() - startedMs, operations, sales })}\n`);
  process.exit(0);
}

if (textFile === undefined) {
  openBook(
    host,
    { segmentSizeBytes: Number(segmentSizeBytes), healthChanged: () => undefined },
    (error, store, report) => {
      if (store === undefined) throw error;
      print(report?.replayedOperations ?? 0, Object.keys(store.state.sales).length);
    },
  );
} else {
  const read = BOOK_VOLUMES.map((name) => fs.readFileSync(path.join(dataDir, name)).length);
  const parsed: unknown = JSON.parse(fs.readFileSync(textFile, 'utf8'));
  print(read.length, Array.isArray(parsed) ? parsed.length : 0);
}
