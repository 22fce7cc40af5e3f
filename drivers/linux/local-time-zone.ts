/** The IANA name of this machine's time zone; UTC where it has none that is known. */
export function localTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone ?? 'UTC';
}
