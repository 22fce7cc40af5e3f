import { type BoardRig, createBoardRig, type RigOptions } from './board-rig.js';
import type { BoardParts } from './parts/board-parts.js';

/** Runs a story on a board of its own, which ends with it. Where the story fails, the error has the terminal's log and the console. */
export async function onBoard<T>(
  parts: BoardParts,
  options: RigOptions,
  story: (rig: BoardRig) => Promise<T>,
): Promise<T> {
  const rig = await createBoardRig(parts, options);
  try {
    return await story(rig);
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.stack : error}\nThe terminal's log:\n${rig.terminal.log().slice(-5_000)}\n` +
        `The board:\n${rig.board.lastWords()}`,
    );
  } finally {
    await rig.close();
  }
}
