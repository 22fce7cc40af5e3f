import { HostError, type HostErrorCode } from '../../host.js';

const CODES: Readonly<Record<string, readonly [HostErrorCode, string]>> = {
  EBUSY: ['busy', 'used by a kernel driver or another process'],
  EACCES: ['denied', 'no permission (is the user in group gpio?)'],
  EPERM: ['denied', 'no permission'],
  EROFS: ['denied', '/sys is read-only (a container needs privileged, or the gpio feature)'],
  EINVAL: ['absent', 'the kernel has no such line'],
  ENOENT: ['absent', 'the line went away'],
  ENODEV: ['disconnected', 'the chip went away'],
  ENXIO: ['unsupported', 'the chip reports no edges of this line'],
};

/** What the system's error means for a line, with that error in brackets. */
export function lineError(error: unknown): HostError {
  if (error instanceof HostError) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const message = error instanceof Error ? error.message : String(error);
  const known = CODES[code];
  return known === undefined ? new HostError('io', message) : new HostError(known[0], `${known[1]} (${message})`);
}

/** Runs what may fail on a line; the error names the line. */
export function onLine<T>(line: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code, message } = lineError(error);
    throw new HostError(code, `GPIO ${line}: ${message}`);
  }
}
