import { isListedTimeZone } from '../is-listed-time-zone.js';

/**
 * Makes a time zone the process's own, and returns its offset at an instant in minutes east of UTC; undefined where its name is not
 * the usual one, which the process might not know. It saves the start a formatter of dates, and there is only one: the last call's
 * zone counts.
 */
export function processZoneOffset(name: string): ((wallMs: number) => number) | undefined {
  if (!isListedTimeZone(name)) return undefined;
  if (process.env.TZ !== name) process.env.TZ = name;
  return (wallMs) => 0 - new Date(wallMs).getTimezoneOffset();
}
