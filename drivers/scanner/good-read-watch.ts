import { type Clock, type GpioHost, type GpioInput, HostError, type Timer } from '../host.js';

export interface GoodReadWatch {
  /** Bytes came from the engine. */
  heard(): void;
  /** The fault, as text; undefined where none is known. */
  complaint(): string | undefined;
  close(): void;
}

const BYTES_WITHIN_MS = 500;
const UNHEARD_LIMIT = 3;

/**
 * Watches the good-read line of a scan engine. An engine that reads codes and sends no bytes has a loose wire or another
 * speed, which nothing else would show on a plain engine. Pulses may get lost and their polarity differs, so a missing one
 * means nothing, and any edge counts.
 */
export function createGoodReadWatch(
  parts: { readonly clock: Clock; readonly gpio: GpioHost },
  line: number,
  changed: () => void,
): GoodReadWatch {
  let input: GpioInput | undefined;
  let complaint: string | undefined;
  let waiting: Timer | undefined;
  let unheard = 0;

  function report(what: string | undefined): void {
    if (what === complaint) return;
    complaint = what;
    changed();
  }

  function lost(error: HostError): void {
    input?.release();
    input = undefined;
    report(complaintOf(error));
  }

  function edge(): void {
    waiting ??= parts.clock.after(BYTES_WITHIN_MS, () => {
      waiting = undefined;
      unheard += 1;
      if (unheard >= UNHEARD_LIMIT) report('it reads codes and sends none: check its TX wire and SCANNER_BAUD');
    });
  }

  try {
    input = parts.gpio.input(line, { changed: edge, glimpsed: edge, failed: lost });
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    complaint = complaintOf(error);
  }

  return {
    heard() {
      waiting?.cancel();
      waiting = undefined;
      unheard = 0;
      if (input !== undefined) report(undefined);
    },
    complaint: () => complaint,
    close() {
      waiting?.cancel();
      input?.release();
      input = undefined;
    },
  };
}

const complaintOf = (error: HostError): string => `good-read line: ${error.message}`;
