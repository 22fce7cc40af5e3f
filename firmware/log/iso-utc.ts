import { readableTime } from '../../flows/civil-time.js';

/** `2026-11-23T20:21:17.042Z` for milliseconds since 1970. */
export function isoUtc(wallMs: number): string {
  const ms = Number.isFinite(wallMs) ? Math.max(0, Math.floor(wallMs)) : 0;
  return `${readableTime(ms, 0).replace(' ', 'T')}.${String(ms % 1000).padStart(3, '0')}Z`;
}
