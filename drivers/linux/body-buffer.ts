/** Collects a body in one buffer. */
export interface BodyBuffer {
  /** Copies a chunk. False where the body would become too long; then nothing of it is kept. */
  add(chunk: Uint8Array): boolean;
  bytes(): Uint8Array;
}

const SMALLEST_BYTES = 1024;

/**
 * Invariants
 * - It never allocates more than `limitBytes`, nor more than twice its content, however small the chunks are: an object for
 *   each chunk could take a hundred times its bytes.
 */
export function createBodyBuffer(limitBytes: number): BodyBuffer {
  let buffer = Buffer.alloc(0);
  let length = 0;
  return {
    add(chunk) {
      const needed = length + chunk.length;
      if (needed > limitBytes) {
        buffer = Buffer.alloc(0);
        length = 0;
        return false;
      }
      if (needed > buffer.length) {
        const larger = Buffer.alloc(Math.min(limitBytes, Math.max(SMALLEST_BYTES, needed, 2 * buffer.length)));
        buffer.copy(larger, 0, 0, length);
        buffer = larger;
      }
      buffer.set(chunk, length);
      length = needed;
      return true;
    },
    bytes: () => buffer.subarray(0, length),
  };
}
