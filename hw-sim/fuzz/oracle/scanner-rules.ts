import type { ScanEngineModel } from '../../devices/scan-engine-model.js';
import type { Kiosk } from '../../kiosk.js';
import type { Violate } from './violate.js';

const LOOK_MS = 5_000;
/** Three missed heartbeats, and the setup of an engine that answers slowly. */
const UNTOLD_LIMIT_MS = 90_000;

/** A scan engine that anybody can set up with a printed code is reported as a fault. Checked at intervals. */
export function watchScanner(kiosk: Kiosk, scanner: ScanEngineModel, violate: Violate): void {
  const { world } = kiosk;
  let untoldSinceMs: number | undefined;

  /** A warning does not stop sales. */
  function isTold(): boolean {
    const faults = kiosk.terminal?.kernel.state.live.faults.scanner;
    return faults === undefined || faults.some((fault) => fault !== 'scannerSettings');
  }

  function look(): void {
    if (isTold() || !scanner.obeysSetupCodes()) untoldSinceMs = undefined;
    else untoldSinceMs ??= world.nowMs();
    if (untoldSinceMs !== undefined && world.nowMs() - untoldSinceMs > UNTOLD_LIMIT_MS) {
      untoldSinceMs = undefined;
      violate('setup codes are open and no fault is reported', `since ${UNTOLD_LIMIT_MS} ms`);
    }
    world.after(LOOK_MS, look);
  }

  look();
}
