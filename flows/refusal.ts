/** What customers, or devices by themselves, gave and the terminal did not take, by device. */
export const REFUSALS = {
  scanner: ['notAPaymentCode', 'twoCodes', 'tooMany'],
  keypad: ['keysTogether', 'entryFull', 'unknownKey'],
  vend: ['price', 'item', 'tooMany'],
} as const;

export type RefusingDevice = keyof typeof REFUSALS;

/** Counted and logged, so that whoever looks after the box sees what its customers run into. Never with a payment code. */
export type Refusal = {
  readonly [D in RefusingDevice]: {
    readonly device: D;
    readonly reason: (typeof REFUSALS)[D][number];
    readonly times: number;
    /** For people: what a machine asked for. */
    readonly detail?: string;
  };
}[RefusingDevice];
