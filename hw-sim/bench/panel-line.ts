import { customerText, type View } from '../../firmware/for-simulator.js';
import type { Ink } from './ink.js';

const LAMPS = ['ready', 'busy', 'paid', 'fault'] as const;

/** Lamps and display in one line: `[READY] busy  paid  fault   Ready`. Without power all lamps are off. */
export function panelLine(shown: View | undefined, locale: 'en' | 'zh-CN', ink: Ink): string {
  const colours = { ready: ink.green, busy: ink.yellow, paid: ink.green, fault: ink.red };
  const lamps = LAMPS.map((lamp) =>
    shown?.lamps[lamp] ? ink.bold(colours[lamp](`[${lamp.toUpperCase()}]`)) : ink.dim(` ${lamp} `),
  ).join('');
  const text = shown === undefined ? '' : customerText(shown.text, locale, shown.values);
  const entry = shown?.entry ? ` ${shown.entry}` : '';
  return `${lamps}   ${ink.bold(text + entry)}`;
}
