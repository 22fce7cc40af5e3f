import { GM65_REGISTER } from './gm65-protocol.js';

/** What makes the engine read: its trigger pin, its trigger command, or nothing, as it always reads. */
export type Gm65Mode = 'pin' | 'command' | 'continuous';

/** One register as the terminal wants it: only the bits of `mask` matter and are changed. */
export interface Gm65Setting {
  readonly name: string;
  readonly address: number;
  readonly mask: number;
  readonly value: number;
  /** The engine must not be used without it. */
  readonly required: boolean;
}

/**
 * The settings of a payment terminal. Setup barcodes are on by default and printed in public manuals: with them anyone
 * could reset the engine or turn it into a keyboard, so they are switched off and the register is read back.
 */
export function gm65Settings(mode: Gm65Mode): readonly Gm65Setting[] {
  return [
    { name: 'setup codes', address: GM65_REGISTER.setupCodes, mask: 0x03, value: 0x02, required: true },
    { name: 'output', address: GM65_REGISTER.output, mask: 0x03, value: 0x00, required: false },
    {
      name: 'mode',
      address: GM65_REGISTER.mode,
      mask: 0x03,
      value: { pin: 0, command: 1, continuous: 2 }[mode],
      required: false,
    },
    { name: 'read timeout', address: GM65_REGISTER.readTimeout, mask: 0xff, value: 50, required: false },
    { name: 'tail', address: GM65_REGISTER.tail, mask: 0x61, value: 0x01, required: false },
  ];
}

/** Whether a register with this content is as it should be. */
export function holdsSetting(setting: Gm65Setting, content: number): boolean {
  return (content & setting.mask) === setting.value;
}
