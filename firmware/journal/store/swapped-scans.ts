import { recover } from './recover.js';
import { type SegmentScan, scanSegment } from './scan-segment.js';

/** What two volumes hold that changed places, as if they had not; undefined where that does not explain what is wrong. */
export function swappedScans(first: Buffer, second: Buffer): readonly [SegmentScan, SegmentScan] | undefined {
  const scans = [scanSegment(second, 0), scanSegment(first, 1)] as const;
  return recover(scans).kind === 'found' ? scans : undefined;
}
