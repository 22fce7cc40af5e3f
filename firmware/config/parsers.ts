import type { KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { isListedTimeZone } from '../../drivers/is-listed-time-zone.js';
import { minorUnits } from '../../flows/minor-units.js';
import type { DailyTime } from '../../flows/timing.js';
import { quoted } from '../log/plain-text.js';
import { type KeyReading, rsaKey } from './rsa-key.js';
import { strangeCharacter } from './strange-characters.js';

/** Turns a variable's text (trimmed, not empty) into its value, or reports what is wrong without quoting a secret. */
export type Parser<T> = (text: string) => { readonly value: T } | { readonly problem: string };

/** Parsers for the kinds of values that variables have. */
export const parsers = {
  text,
  token,
  oneOf,
  deviceKind,
  digits,
  integer,
  flag,
  path,
  devicePair,
  pin,
  pins,
  host,
  url,
  urls,
  urlPath,
  currency,
  timeZone,
  dailyTime,
  keyRows,
  privateKey,
  publicKey,
};

/** Printable text in any script, on one line. */
function text(mostCharacters: number): Parser<string> {
  return (raw) => {
    const strange = strangeCharacter(raw);
    if (strange !== undefined) return { problem: strange };
    if (/^(["']).*\1$/.test(raw)) return { problem: 'still stands in quotes; one pair is enough' };
    return raw.length > mostCharacters
      ? { problem: `has ${raw.length} characters; at most ${mostCharacters} are allowed` }
      : { value: raw };
  };
}

/** A secret that is sent in a header. */
function token(leastCharacters: number): Parser<string> {
  return (raw) => {
    if (!/^[\x21-\x7e]+$/.test(raw)) return { problem: 'has spaces or characters that a header cannot carry' };
    if (raw.length < leastCharacters) return { problem: `is shorter than ${leastCharacters} characters` };
    return raw.length > 512 ? { problem: 'is longer than 512 characters' } : { value: raw };
  };
}

function oneOf<const W extends string>(...allowed: readonly W[]): Parser<W> {
  return (raw) => {
    const value = allowed.find((candidate) => candidate === raw);
    return value === undefined ? { problem: `is ${quoted(raw)}; allowed: ${allowed.join(', ')}` } : { value };
  };
}

/** The kind of a device. `sim` is refused with a message of its own: people copy it from the simulator to a board. */
function deviceKind<const W extends string>(...allowed: readonly W[]): Parser<W> {
  const parse = oneOf(...allowed);
  return (raw) =>
    raw === 'sim'
      ? { problem: 'is sim, a device that only the simulator has (npm start, or tillbox sim)' }
      : parse(raw);
}

function digits(least: number, most: number): Parser<string> {
  return (raw) =>
    /^\d+$/.test(raw) && raw.length >= least && raw.length <= most
      ? { value: raw }
      : { problem: `is ${quoted(raw)}; ${least === most ? `${least}` : `${least} to ${most}`} digits belong here` };
}

function integer(least: number, most: number): Parser<number> {
  return (raw) => {
    const value = /^\d{1,10}$/.test(raw) ? Number(raw) : Number.NaN;
    return value >= least && value <= most
      ? { value }
      : { problem: `is ${quoted(raw)}; a whole number from ${least} to ${most} belongs here` };
  };
}

function flag(): Parser<boolean> {
  return (raw) => {
    if (raw === 'true' || raw === '1') return { value: true };
    if (raw === 'false' || raw === '0') return { value: false };
    return { problem: `is ${quoted(raw)}; allowed: true, false` };
  };
}

/** A path of a file, directory or device. */
function path(): Parser<string> {
  return text(1024);
}

function devicePair(): Parser<readonly [string, string]> {
  return (raw) => {
    const [first, second, ...more] = raw.split(',').map((part) => part.trim());
    if (first === undefined || second === undefined || more.length > 0) {
      return { problem: 'is not two paths with a comma between' };
    }
    const invalid = [first, second].find((one) => !/^\/dev\/[\w./-]{1,200}$/.test(one) || one.includes('..'));
    if (invalid !== undefined) return { problem: `has ${quoted(invalid)} in it, which is no path below /dev` };
    return first === second ? { problem: 'names the same partition twice' } : { value: [first, second] };
  };
}

const highestPin = 1023;

function pin(): Parser<number> {
  return integer(0, highestPin);
}

function pins(least: number, most: number): Parser<readonly number[]> {
  return (raw) => {
    const parts = raw.split(',').map((part) => part.trim());
    const bad = parts.find((part) => !/^\d{1,4}$/.test(part) || Number(part) > highestPin);
    if (bad !== undefined) return { problem: `has ${quoted(bad)} in it; pin numbers with commas between belong here` };
    if (parts.length < least || parts.length > most) {
      return { problem: `has ${parts.length} pins; ${least} to ${most} belong here` };
    }
    return { value: parts.map(Number) };
  };
}

function host(): Parser<string> {
  return (raw) =>
    isIP(raw) > 0 || /^(?!-)[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}$/.test(raw)
      ? { value: raw }
      : { problem: `is ${quoted(raw)}; a host name or address without a port belongs here` };
}

/** An absolute http or https URL without user or fragment. */
function url(): Parser<URL> {
  return (raw) => {
    if (raw.length > 2048) return { problem: 'is longer than 2048 characters' };
    const value = URL.canParse(raw) ? new URL(raw) : undefined;
    if (!value || (value.protocol !== 'https:' && value.protocol !== 'http:')) {
      return { problem: 'is not an http or https address' };
    }
    if (value.username !== '' || value.password !== '') return { problem: 'has a user name or password in it' };
    return value.hash === '' ? { value } : { problem: 'has a # part, which is never sent' };
  };
}

/** Addresses separated by commas. */
function urls(most: number): Parser<readonly URL[]> {
  const one = url();
  return (raw) => {
    const parts = raw.split(',').map((part) => part.trim());
    if (parts.length > most) return { problem: `has ${parts.length} addresses; at most ${most} belong here` };
    const values: URL[] = [];
    for (const part of parts) {
      const reading = one(part);
      if ('problem' in reading) return { problem: `has ${quoted(part)} in it, which ${reading.problem}` };
      values.push(reading.value);
    }
    return { value: values };
  };
}

/** `/` or `/a/b`, without a slash at the end. */
function urlPath(): Parser<string> {
  return (raw) =>
    /^(\/[A-Za-z0-9._~-]+){1,16}$/.test(raw)
      ? { value: raw }
      : { problem: `is ${quoted(raw)}; a path such as /a/b without a slash at the end belongs here` };
}

function currency(): Parser<string> {
  return (raw) =>
    Object.hasOwn(minorUnits, raw)
      ? { value: raw }
      : { problem: `is ${quoted(raw)}; known currencies: ${Object.keys(minorUnits).join(' ')}` };
}

function timeZone(): Parser<string> {
  return (raw) => {
    if (isListedTimeZone(raw)) return { value: raw };
    try {
      new Intl.DateTimeFormat('en', { timeZone: raw });
      return { value: raw };
    } catch {
      return { problem: `is ${quoted(raw)}, which is not a time zone's name` };
    }
  };
}

/** `HH:MM±HH:MM` */
function dailyTime(): Parser<DailyTime> {
  return (raw) => {
    const found = /^([01]\d|2[0-3]):([0-5]\d)([+-])(0\d|1[0-4]):([0-5]\d)$/.exec(raw);
    if (!found) return { problem: `is ${quoted(raw)}; hour:minute and the offset from UTC belong here` };
    const [, hour, minute, sign, offsetHour, offsetMinute] = found;
    const offset = Number(offsetHour) * 60 + Number(offsetMinute);
    return {
      value: {
        minuteOfDay: Number(hour) * 60 + Number(minute),
        utcOffsetMinutes: sign === '-' ? -offset : offset,
      },
    };
  };
}

/** Rows of single characters, joined by `/`, all of the same length, no key twice. */
function keyRows(): Parser<readonly string[]> {
  return (raw) => {
    const rows = raw.split('/');
    const columns = rows[0]?.length ?? 0;
    if (!/^[0-9A-Z*#/]{1,80}$/.test(raw)) return { problem: 'has a key other than 0–9, A–Z, * and #' };
    if (columns === 0 || rows.length > 8 || columns > 8)
      return { problem: 'has no keys, or more than 8 rows or columns' };
    if (rows.some((row) => row.length !== columns)) return { problem: 'has rows of different length' };
    const keys = rows.join('');
    const twice = [...keys].find((key, at) => keys.indexOf(key) !== at);
    return twice === undefined ? { value: rows } : { problem: `has the key ${twice} twice` };
  };
}

function privateKey(): Parser<KeyObject> {
  return (raw) => keyValue(rsaKey.readPrivate(raw));
}

function publicKey(): Parser<KeyObject> {
  return (raw) => keyValue(rsaKey.readPublic(raw));
}

function keyValue(reading: KeyReading): { readonly value: KeyObject } | { readonly problem: string } {
  return 'key' in reading ? { value: reading.key } : reading;
}
