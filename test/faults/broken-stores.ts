import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { openStore } from '../../firmware/journal/store/store.js';

/** One change to the compiled store: the text to find, exactly once, and what to put there. */
interface Break {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

/** Stores that break one rule each. Every proof of the store has to detect all of them, or it proves nothing. */
export const brokenStores: { readonly [rule: string]: readonly Break[] } = {
  'never flushes': [{ file: 'store.js', find: 'volume.writeDurably(', put: 'volume.write(' }],
  'flushes before it writes': [
    {
      file: 'store.js',
      find: 'volume.writeDurably(',
      put: '((at, bytes, done) => volume.sync(() => volume.write(at, bytes, done)))(',
    },
  ],
  'ignores checksums': [
    { file: 'frame.js', find: 'image.getUint32(offset + crcOffset, true) !== slotCrc(image, offset)', put: 'false' },
  ],
  'writes one segment only': [{ file: 'frame-planner.js', find: 'next = next === 0 ? 1 : 0;', put: '' }],
  'repeats no earlier operation': [
    {
      file: 'frame-planner.js',
      find: 'operation.number > segment.coveredUpTo)',
      put: 'operation.number > Math.max(segments[0].coveredUpTo, segments[1].coveredUpTo))',
    },
    { file: 'frame-planner.js', find: 'for (; from > 0; from -= 1)', put: 'for (; false; from -= 1)' },
  ],
  'does not flush when it opens': [{ file: 'open-medium.js', find: 'syncBoth(() => {', put: '((go) => go())(() => {' }],
  'leaves remains of an unfinished write': [{ file: 'frame-planner.js', find: 'segment.dirty ?', put: 'false ?' }],
  'writes to the segment it depends on': [
    { file: 'open-medium.js', find: 'next: recovery.spare', put: 'next: recovery.head.header.segment' },
  ],
};

/** Builds a broken store beside the real one and loads it. */
export async function loadBrokenStore(breaks: readonly Break[], name: string): Promise<typeof openStore> {
  const source = fileURLToPath(new URL('../../firmware/journal/store/', import.meta.url));
  const target = fileURLToPath(new URL(`./broken/${name.replaceAll(' ', '-')}/`, import.meta.url));
  fs.mkdirSync(target, { recursive: true });
  for (const file of fs.readdirSync(source).filter((each) => each.endsWith('.js'))) {
    let text = fs.readFileSync(path.join(source, file), 'utf8');
    for (const { find, put } of breaks.filter((each) => each.file === file)) {
      const pieces = text.split(find);
      if (pieces.length !== 2) throw new Error(`${file}: ${JSON.stringify(find)} is there ${pieces.length - 1} times`);
      text = pieces.join(put);
    }
    fs.writeFileSync(path.join(target, file), text);
  }
  const loaded: { openStore: typeof openStore } = await import(pathToFileURL(path.join(target, 'store.js')).href);
  return loaded.openStore;
}
