import fs from 'node:fs';
import path from 'node:path';

/** Incident files in the data directory. */
export const incidentFiles = { save };

const MOST_FILES = 3;

/**
 * Writes `incident-<bootCount>.json`, and removes the oldest ones, so that there are never more than three. Synchronous, as
 * the process is about to end. Not flushed: the process ends, the system stays up. Returns the file's path.
 * Throws where it cannot be written, for example on a full disk; then no part of it is left.
 */
function save(directory: string, bootCount: number, text: string): string {
  const name = `incident-${bootCount}.json`;
  const others = fs
    .readdirSync(directory)
    .flatMap((file) => /^incident-(\d{1,15})\.json$/.exec(file)?.[1] ?? [])
    .map(Number)
    .filter((boot) => boot !== bootCount)
    .sort((a, b) => a - b);
  for (const boot of others.slice(0, Math.max(0, others.length - (MOST_FILES - 1)))) {
    fs.unlinkSync(path.join(directory, `incident-${boot}.json`));
  }
  const where = path.join(directory, name);
  const unfinished = `${where}.new`;
  try {
    fs.writeFileSync(unfinished, text, { mode: 0o600 });
    fs.renameSync(unfinished, where);
  } catch (error) {
    fs.rmSync(unfinished, { force: true });
    throw error;
  }
  return where;
}
