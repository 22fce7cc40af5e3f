import fc from 'fast-check';

/** Some bytes cut into pieces in every possible way. */
export function chunked(bytes: fc.Arbitrary<Uint8Array>): fc.Arbitrary<readonly Uint8Array[]> {
  return bytes.chain((whole) =>
    fc.array(fc.integer({ min: 1, max: Math.max(1, whole.length) }), { maxLength: whole.length }).map((sizes) => {
      const pieces: Uint8Array[] = [];
      let from = 0;
      for (const size of [...sizes, whole.length]) {
        if (from >= whole.length) break;
        pieces.push(whole.slice(from, from + size));
        from += size;
      }
      return pieces;
    }),
  );
}
