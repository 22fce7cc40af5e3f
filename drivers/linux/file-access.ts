import { statSync } from 'node:fs';

/** Who can access a file besides its owner. */
export interface FileAccess {
  /** As `ls` and `chmod` write it: `0644`. */
  readonly mode: string;
  /** `group`: only its group, and the owner is the user of this process, who does not need the group. */
  readonly readBy: 'everybody' | 'group' | 'owner';
  readonly writtenBy: 'others' | 'owner';
}

/** Undefined where there is no such file. */
export function fileAccess(path: string): FileAccess | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return undefined;
  const groupIsSpare = stats.uid === process.getuid?.();
  const everybody = (stats.mode & 0o004) !== 0;
  return {
    mode: (stats.mode & 0o7777).toString(8).padStart(4, '0'),
    readBy: everybody ? 'everybody' : groupIsSpare && (stats.mode & 0o040) !== 0 ? 'group' : 'owner',
    writtenBy: (stats.mode & 0o022) === 0 ? 'owner' : 'others',
  };
}
