/** The condition of a printer, as far as it reports it. */
export interface PrinterState {
  readonly offline: boolean;
  readonly coverOpen: boolean;
  readonly paperOut: boolean;
  readonly paperNearEnd: boolean;
  readonly knifeJammed: boolean;
  readonly hot: boolean;
  readonly broken: boolean;
}

/** The answer to DLE EOT n (Epson ESC/POS reference). */
export function realTimeStatus(n: number, state: PrinterState): number {
  switch (n) {
    case 1:
      return 0x12 | bits([0x08, state.offline]);
    case 2:
      return (
        0x12 |
        bits([0x04, state.coverOpen], [0x20, state.paperOut], [0x40, state.knifeJammed || state.hot || state.broken])
      );
    case 3:
      return 0x12 | errorBits(state);
    default:
      return 0x12 | bits([0x0c, state.paperNearEnd], [0x60, state.paperOut]);
  }
}

/** The four bytes of automatic status back (GS a). */
export function automaticStatus(state: PrinterState): readonly number[] {
  return [0x10 | bits([0x08, state.offline], [0x20, state.coverOpen]), errorBits(state), paperSensor(state), 0x00];
}

/** The answer to GS r 1. */
export function paperSensor({ paperNearEnd, paperOut }: PrinterState): number {
  return bits([0x03, paperNearEnd], [0x0c, paperOut]);
}

function errorBits({ knifeJammed, broken, hot }: PrinterState): number {
  return bits([0x08, knifeJammed], [0x20, broken], [0x40, hot]);
}

function bits(...set: readonly (readonly [mask: number, on: boolean])[]): number {
  return set.reduce((byte, [mask, on]) => (on ? byte | mask : byte), 0);
}
