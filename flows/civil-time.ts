/**
 * Calendar arithmetic on milliseconds since 1970, without a clock and without a time zone database: the caller gives the
 * offset. The day count follows Howard Hinnant's `civil_from_days`.
 */
export interface CivilTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const MS_A_MINUTE = 60_000;
const MS_A_DAY = 86_400_000;

/** The calendar reading of `wallMs` at an offset from UTC (minutes, east positive). */
export function civilTime(wallMs: number, utcOffsetMinutes: number): CivilTime {
  const localMs = Math.floor(wallMs) + utcOffsetMinutes * MS_A_MINUTE;
  const days = Math.floor(localMs / MS_A_DAY);
  const seconds = Math.floor((localMs - days * MS_A_DAY) / 1000);
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
    hour: Math.floor(seconds / 3600),
    minute: Math.floor(seconds / 60) % 60,
    second: seconds % 60,
  };
}

const two = (n: number): string => (n < 10 ? `0${n}` : `${n}`);

/** `20261123201530`: sortable, digits only. */
export function digitsTime(wallMs: number, utcOffsetMinutes: number): string {
  const t = civilTime(wallMs, utcOffsetMinutes);
  return `${`${t.year}`.padStart(4, '0')}${two(t.month)}${two(t.day)}${two(t.hour)}${two(t.minute)}${two(t.second)}`;
}

/** `2026-11-23 20:15:30`, as receipts show it. */
export function readableTime(wallMs: number, utcOffsetMinutes: number): string {
  const t = civilTime(wallMs, utcOffsetMinutes);
  return `${`${t.year}`.padStart(4, '0')}-${two(t.month)}-${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
}

/** `2026-11-23T20:15:30Z`. */
export function utcTime(wallMs: number): string {
  return `${readableTime(wallMs, 0).replace(' ', 'T')}Z`;
}

/** ISO 8601 with the offset, to the second: `2026-11-23T20:15:30+08:00`. */
export function isoTime(wallMs: number, utcOffsetMinutes: number): string {
  return `${readableTime(wallMs, utcOffsetMinutes).replace(' ', 'T')}${offsetText(utcOffsetMinutes)}`;
}

/** For people: `UTC`, `UTC+08:00`. */
export function zoneText(utcOffsetMinutes: number): string {
  return utcOffsetMinutes === 0 ? 'UTC' : `UTC${offsetText(utcOffsetMinutes)}`;
}

function offsetText(utcOffsetMinutes: number): string {
  const offset = Math.abs(utcOffsetMinutes);
  return `${utcOffsetMinutes < 0 ? '-' : '+'}${two(Math.floor(offset / 60))}:${two(offset % 60)}`;
}

/**
 * The first instant at or after the end of the day of `wallMs` that reads `minuteOfDay` at the offset: with 15 minutes
 * at +08:00, a payment of today can be cancelled until 00:15 tomorrow in Beijing.
 */
export function nextDayAt(wallMs: number, minuteOfDay: number, utcOffsetMinutes: number): number {
  const localMs = wallMs + utcOffsetMinutes * MS_A_MINUTE;
  const nextDay = (Math.floor(localMs / MS_A_DAY) + 1) * MS_A_DAY;
  return nextDay + minuteOfDay * MS_A_MINUTE - utcOffsetMinutes * MS_A_MINUTE;
}
