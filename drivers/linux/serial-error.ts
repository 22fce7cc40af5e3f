import { HostError } from '../host.js';

/** serialport and the kernel report errors as text; callers decide by code. */
export function serialError(error: unknown, path: string): HostError {
  if (error instanceof HostError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (/cannot lock|temporarily unavailable|busy/i.test(message) || code === 'EBUSY') {
    return new HostError('busy', `${path} is held by another process`);
  }
  if (/permission denied|operation not permitted/i.test(message) || code === 'EACCES' || code === 'EPERM') {
    return new HostError('denied', `${path}: no permission (is the user in group dialout or lp?)`);
  }
  if (/no such (file|device)/i.test(message) || ['ENOENT', 'ENODEV', 'ENXIO'].includes(code)) {
    return new HostError('absent', `${path} does not exist`);
  }
  if (/inappropriate ioctl|not a tty|baud/i.test(message)) {
    return new HostError('unsupported', `${path} is not a serial port, or not at this speed: ${message}`);
  }
  return new HostError('io', `${path}: ${message}`);
}
