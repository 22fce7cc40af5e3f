import { fstatSync } from 'node:fs';
import { createRequire } from 'node:module';
import type koffiModule from 'koffi';

type Koffi = typeof koffiModule;
type PollHandle = InstanceType<Koffi['node']['PollHandle']>;

export interface DescriptorPoll {
  /** Ends the watch. To be called before the descriptor is closed. */
  close(): void;
}

export interface DescriptorEvents {
  /** There is something to read. Called again from the event loop until all of it was read. */
  readonly readable: () => void;
  /** The system cannot watch it any more, and does not. */
  readonly lost: () => void;
}

/** Held here, because the garbage collector would close a handle that nobody holds. */
const polled = new Map<number, PollHandle>();

/**
 * Watches a descriptor by the event loop itself (`uv_poll`), which costs nothing while nothing happens, and keeps neither the
 * loop nor the end of the process waiting.
 *
 * koffi exports `node.poll` without describing it, so its traps are all met here: a descriptor that is closed, of a file, or
 * watched already would abort the process, so it is refused first; a handle without a holder is closed silently; what a
 * callback throws is swallowed, and ends the calls, so the callbacks run by themselves right after (`setImmediate`), as
 * everything else does; the handle has to be closed before its descriptor; a first argument below 0 means that it is lost.
 *
 * @throws Error where the descriptor cannot be watched
 */
export function pollDescriptor(fd: number, events: DescriptorEvents): DescriptorPoll {
  if (polled.has(fd)) throw new Error(`descriptor ${fd} is watched already`);
  const stats = fstatSync(fd);
  if (stats.isFile() || stats.isDirectory() || stats.isBlockDevice()) {
    throw new Error(`descriptor ${fd} is of a file, which is never watched`);
  }
  const koffi: Koffi = createRequire(import.meta.url)('koffi');
  let due: NodeJS.Immediate | undefined;
  const handle = koffi.node.poll(fd, (...given: readonly unknown[]) => {
    const [status] = given;
    due ??= setImmediate(() => {
      due = undefined;
      if (typeof status === 'number' && status >= 0) return events.readable();
      close();
      events.lost();
    });
  });
  handle.unref();
  polled.set(fd, handle);

  function close(): void {
    clearImmediate(due);
    due = undefined;
    if (polled.get(fd) !== handle) return;
    polled.delete(fd);
    handle.close();
  }

  return { close };
}
