import { readableTime } from '../../flows/civil-time.js';

/** `2026-11-23T20:15:30Z` for milliseconds since 1970. */
export function utcTime(wallMs: number): string {
  return `${readableTime(wallMs, 0).replace(' ', 'T')}Z`;
}
