/** Why the terminal did not accept input of a customer or a device, by device. */
export const REFUSALS = {
  scanner: ['notAPaymentCode', 'twoCodes', 'tooMany'],
  keypad: ['keysTogether', 'entryFull', 'unknownKey'],
  vend: ['price', 'item', 'tooMany'],
} as const;

export type RefusingDevice = keyof typeof REFUSALS;

/** Input that was not accepted. Counted and logged, so that the operator sees it. Never contains a payment code. */
export type Refusal = {
  readonly [D in RefusingDevice]: {
    readonly device: D;
    readonly reason: (typeof REFUSALS)[D][number];
    readonly times: number;
    /** For people: what a machine asked for. */
    readonly detail?: string;
  };
}[RefusingDevice];
