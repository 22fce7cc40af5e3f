/** Offsets change only at multiples of a quarter of an hour. */
const SPAN_MS = 900_000;

/**
 * The offset of a time zone, minutes east of UTC, at an instant. The time zone database is asked once per quarter of an hour:
 * a formatter takes too long for every input.
 */
export function createTimeZone(name: string): (wallMs: number) => number {
  const format = formatOf(name);
  let span = Number.NaN;
  let offsetMinutes = 0;
  return (wallMs) => {
    const wanted = Math.floor(wallMs / SPAN_MS);
    if (wanted !== span) {
      span = wanted;
      offsetMinutes = readOffset(format, wanted * SPAN_MS);
    }
    return offsetMinutes;
  };
}

/** Making a formatter takes longer than a whole simulated sale; it has no state. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(name: string): Intl.DateTimeFormat {
  const known = formats.get(name);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset', hour: 'numeric' });
  formats.set(name, made);
  return made;
}

function readOffset(format: Intl.DateTimeFormat, wallMs: number): number {
  const zone = format.formatToParts(wallMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const found = /^GMT(?:([+-])(\d{2}):(\d{2}))?/.exec(zone);
  const minutes = Number(found?.[2] ?? 0) * 60 + Number(found?.[3] ?? 0);
  return found?.[1] === '-' ? -minutes : minutes;
}
