import { createHeldLines } from '../held-lines.js';
import type { Clock, GpioHost, GpioOutput, Level, Timer } from '../host.js';

export interface ScanTrigger {
  /** Makes the engine read, and keeps it reading: engines stop after their own timeout of 5 s. */
  start(): void;
  stop(): void;
  /** The engine has just read a code and stopped: presses again shortly. */
  soon(): void;
  /** The engine was set up again: presses again now, if started. */
  again(): void;
  /** Why the line cannot be taken; undefined without a fault. */
  fault(): string | undefined;
  close(): void;
}

/** Just before the engine's own timeout of 5 s. */
const PRESS_AGAIN_MS = 4_500;
const SOON_MS = 300;
/** The engine has to see its input released before it counts as pressed again. */
const RELEASE_MS = 60;

/** The button of a scan engine: a GPIO line (low is pressed), its trigger command, or none. */
export function createScanTrigger(
  parts: { readonly clock: Clock; readonly gpio: GpioHost },
  by: { readonly by: 'line'; readonly line: number } | { readonly by: 'command' } | { readonly by: 'none' },
  command: (on: boolean) => void,
  faultChanged: () => void,
): ScanTrigger {
  let line: GpioOutput | undefined;
  let fault: string | undefined;
  let pressed = false;
  let timer: Timer | undefined;

  const lines =
    by.by !== 'line'
      ? undefined
      : createHeldLines(parts.clock, {
          take(hold) {
            // Released, also while a code is waited for: a line gets its first level again when the process ends.
            line = hold(parts.gpio.output(by.line, 1));
            fault = undefined;
            if (pressed) press();
            faultChanged();
          },
          lost(error) {
            fault = error.message;
            faultChanged();
          },
        });

  function drive(level: Level): void {
    lines?.use(() => line?.write(level));
  }

  function press(): void {
    if (by.by === 'none') return;
    if (by.by === 'command') command(true);
    else drive(0);
    pressAgainAfter(PRESS_AGAIN_MS);
  }

  function pressAgainAfter(delayMs: number): void {
    timer?.cancel();
    timer = parts.clock.after(delayMs, () => {
      if (by.by === 'line') {
        drive(1);
        timer = parts.clock.after(RELEASE_MS, press);
      } else press();
    });
  }

  return {
    start() {
      pressed = true;
      press();
    },
    stop() {
      pressed = false;
      timer?.cancel();
      if (by.by === 'command') command(false);
      else drive(1);
    },
    soon() {
      if (pressed && by.by !== 'none') pressAgainAfter(SOON_MS);
    },
    again() {
      if (pressed) press();
    },
    fault: () => fault,
    close() {
      timer?.cancel();
      lines?.close();
    },
  };
}
