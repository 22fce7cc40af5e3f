import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

/** Adapters of FTDI gather bytes for so long, unless told otherwise; of others it is not known. */
const ADAPTER_MS = 16;

/**
 * How long a tty may hold bytes back before it hands them on: see `SerialEvents`. UARTs of the board and CDC devices
 * (`ttyACM`) hand them on at once, USB adapters after their latency timer, where the system knows it.
 */
export function heldBackMs(file: string, ttys = '/sys/class/tty'): number {
  const name = path.basename(realName(file));
  if (!name.startsWith('ttyUSB')) return 0;
  try {
    const timerMs = Number(readFileSync(path.join(ttys, name, 'device/latency_timer'), 'utf8'));
    return Number.isInteger(timerMs) && timerMs >= 1 && timerMs <= 255 ? timerMs : ADAPTER_MS;
  } catch {
    return ADAPTER_MS;
  }
}

/** Of `/dev/serial/by-id/…` and other links. */
function realName(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
