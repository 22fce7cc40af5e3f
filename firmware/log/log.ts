import type { BoardHost, Clock } from '../../drivers/host.js';
import { isoUtc } from './iso-utc.js';
import { plainText } from './plain-text.js';
import type { Redact } from './redact.js';

/** `message` is a constant phrase, `fields` are the values of this case. Undefined fields are left out. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogParts {
  readonly board: Pick<BoardHost, 'log' | 'lostLogLines'>;
  readonly clock: Clock;
  /** Lines below it are dropped. */
  readonly level: LogLevel;
  /** `text` for people, `json` for collectors: one object a line. */
  readonly format: 'text' | 'json';
  readonly redact: Redact;
  /** Called when lines begin to be lost, and when they have not been for a while. */
  readonly lossChanged?: (losing: boolean) => void;
}

const rank: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * Of lines with the same level and message, this many may pass in a window; the rest are counted. A busy terminal with
 * every payment under inquiry stays below it; a device that fails in a loop does not. `debug` is never held back: whoever
 * asks for it wants all.
 */
const burstLimit = 60;
const burstWindowMs = 60_000;
const messagesWatched = 128;
const longestLine = 4096;
/** The loss is over when lines have been written again for so long. */
const lossIsOverAfterMs = 10_000;

/**
 * The log. Whatever passes through is redacted here, at the sink, so that no caller can forget it.
 *
 * Invariants
 * - No line leaves without `redact`, and none holds a line end, so that nobody outside can forge a line.
 * - Lines that cannot be written are counted, and reported with the first that can; nothing waits for them.
 * - A message that repeats is held back with a count; the count comes with the next of its kind that passes, or when its
 *   place in the watch list is taken. No timer is used, memory is bounded.
 */
export function createLog({ board, clock, level, format, redact, lossChanged }: LogParts): Log {
  let lostReported = 0;
  let lostSeen = 0;
  let lossAtMs = 0;
  let losing = false;
  const bursts = new Map<string, { sinceMs: number; passed: number; heldBack: number }>();

  function write(lineLevel: LogLevel, message: string, fields: LogFields): void {
    if (rank[lineLevel] < rank[level]) return;
    if (lineLevel === 'debug') return emit(lineLevel, message, fields);
    const key = `${lineLevel} ${message}`;
    const nowMs = clock.monotonicMs();
    const burst = bursts.get(key);
    if (burst && nowMs - burst.sinceMs < burstWindowMs) {
      if (burst.passed >= burstLimit) {
        burst.heldBack += 1;
        return;
      }
      burst.passed += 1;
      emit(lineLevel, message, fields);
      return;
    }
    bursts.delete(key);
    makeRoom(lineLevel);
    bursts.set(key, { sinceMs: nowMs, passed: 1, heldBack: 0 });
    emit(lineLevel, message, burst?.heldBack ? { ...fields, heldBack: burst.heldBack } : fields);
  }

  function makeRoom(lineLevel: LogLevel): void {
    for (const [key, { heldBack }] of bursts) {
      if (bursts.size < messagesWatched) return;
      bursts.delete(key);
      if (heldBack > 0) emit(lineLevel, 'lines held back', { of: key, heldBack });
    }
  }

  function emit(lineLevel: LogLevel, message: string, fields: LogFields): void {
    const at = isoUtc(clock.wallMs());
    const safe: Record<string, string | number | boolean> = {};
    for (const [name, value] of Object.entries(fields)) {
      if (value !== undefined) safe[redact(name)] = cleaned(value);
    }
    const text = redact(message);
    if (format === 'text') {
      const line = [at, lineLevel.toUpperCase().padEnd(5), text, ...Object.entries(safe).map(pair)].join(' ');
      return put(fitted(redact(plainText(line))));
    }
    const line = JSON.stringify({ at, level: lineLevel, message: text, ...safe });
    /* Once more as a whole: two harmless texts side by side may make a secret. */
    const whole = redact(line);
    const intact = whole === line && whole.length <= longestLine;
    put(intact ? whole : JSON.stringify({ at, level: lineLevel, message: 'cut line', text: fitted(whole) }));
  }

  function put(line: string): void {
    board.log(line);
    const lost = board.lostLogLines;
    const nowMs = clock.monotonicMs();
    if (lost > lostSeen) {
      lostSeen = lost;
      lossAtMs = nowMs;
      if (!losing) {
        losing = true;
        lossChanged?.(true);
      }
      return;
    }
    if (lost > lostReported) {
      const lines = lost - lostReported;
      lostReported = lost;
      emit('warn', 'log lines were lost', { lines });
    }
    if (losing && nowMs - lossAtMs >= lossIsOverAfterMs) {
      losing = false;
      lossChanged?.(false);
    }
  }

  function cleaned(value: string | number | boolean): string | number | boolean {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'string') return redact(value);
    /* Measured times come with a dozen decimals, of which nobody needs more than one. */
    const rounded = Math.round(value * 10) / 10;
    const written = redact(String(rounded));
    return written === String(rounded) ? rounded : written;
  }

  return {
    debug: (message, fields = {}) => write('debug', message, fields),
    info: (message, fields = {}) => write('info', message, fields),
    warn: (message, fields = {}) => write('warn', message, fields),
    error: (message, fields = {}) => write('error', message, fields),
  };
}

function fitted(line: string): string {
  return line.length <= longestLine ? line : `${line.slice(0, longestLine)}…`;
}

function pair([name, value]: [string, string | number | boolean]): string {
  if (typeof value !== 'string') return `${name}=${value}`;
  return `${name}=${/^[\x21\x23-\x3c\x3e-\x7e]+$/.test(value) ? value : JSON.stringify(value)}`;
}
