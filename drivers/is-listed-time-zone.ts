let listed: ReadonlySet<string> | undefined;

/**
 * Whether this is a time zone's usual name, written as usual. Other names may be valid, too: older ones, and those in other letters.
 * Unlike the first formatter of dates, which knows them all, this takes a few milliseconds only.
 */
export function isListedTimeZone(name: string): boolean {
  listed ??= new Set([...Intl.supportedValuesOf('timeZone'), 'UTC']);
  return listed.has(name);
}
