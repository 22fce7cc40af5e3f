import { exitCode } from '../../log/exit-code.js';
import { quoted } from '../../log/plain-text.js';
import { QueueError } from './queue-source.js';

/** A letter and the local time to the second. Shorter ids could mean a later reversal as well. */
const SHORTEST_SHOWN = 15;

/** Of an entry of the queue, or of one that is not in it yet. */
interface WithId {
  readonly reversalId: string;
}

/** The reversal whose id is `id` or, where it is the only one, begins with it. Throws `QueueError`. */
export function pickReversal<T extends WithId>(reversals: readonly T[], id: string): T {
  const exact = reversals.find(({ reversalId }) => reversalId === id);
  if (exact !== undefined) return exact;
  const found = reversals.filter(({ reversalId }) => reversalId.startsWith(id));
  const [first, second] = found;
  if (first === undefined) {
    throw new QueueError(exitCode.usage, `no reversal's id begins with ${quoted(id)}; see: tillbox queue list --all`);
  }
  if (second !== undefined) {
    const some = found.slice(0, 5).map(({ reversalId }) => `  ${reversalId}`);
    throw new QueueError(exitCode.usage, `${found.length} reversals begin so; say more of the id:\n${some.join('\n')}`);
  }
  return first;
}

/** For each reversal the shortest prefix of its id that no other has. */
export function shortIds(reversals: readonly WithId[]): ReadonlyMap<string, string> {
  const sorted = reversals.map(({ reversalId }) => reversalId).sort();
  return new Map(
    sorted.map((id, index) => {
      const common = Math.max(sharedLength(id, sorted[index - 1]), sharedLength(id, sorted[index + 1]));
      return [id, id.slice(0, Math.max(SHORTEST_SHOWN, common + 1))];
    }),
  );
}

function sharedLength(id: string, other: string | undefined): number {
  if (other === undefined) return 0;
  let length = 0;
  while (length < id.length && id[length] === other[length]) length += 1;
  return length;
}
