import { CODE128_PATTERNS, CODE128_STOP } from './code128.js';

/**
 * Decodes CODE128 modules (true is a bar). Undefined where they are no code or the check character is wrong. Code sets B
 * and C only, which receipts use.
 */
export function readCode128(modules: readonly boolean[]): string | undefined {
  const widths = runsOf(modules).join('');
  if (!widths.endsWith(CODE128_STOP)) return undefined;
  const body = widths.slice(0, -CODE128_STOP.length);
  if (body.length % 6 !== 0) return undefined;
  const values = [...Array(body.length / 6).keys()].map((at) => valueOfPattern.get(body.slice(at * 6, at * 6 + 6)));
  const check = values.pop();
  const sum = values.reduce<number>((total, value = 0, index) => total + value * Math.max(1, index), 0);
  if (check === undefined || sum % 103 !== check) return undefined;
  const [start, ...rest] = values;
  let set: 'B' | 'C' = start === START_C ? 'C' : 'B';
  let text = '';
  for (const value of rest) {
    if (value === undefined) return undefined;
    if (set === 'C' && value < 100) text += String(value).padStart(2, '0');
    else if (set === 'B' && value < 95) text += String.fromCharCode(value + 32);
    else if (value === TO_B) set = 'B';
    else if (value === TO_C) set = 'C';
    else return undefined;
  }
  return start === START_B || start === START_C ? text : undefined;
}

const START_B = 104;
const START_C = 105;
/** Code B in set C, and code C in set B. */
const TO_B = 100;
const TO_C = 99;

const valueOfPattern = new Map(
  [...Array(CODE128_PATTERNS.length / 6).keys()].map((value) => [
    CODE128_PATTERNS.slice(value * 6, value * 6 + 6),
    value,
  ]),
);

function runsOf(modules: readonly boolean[]): number[] {
  const runs: number[] = [];
  modules.forEach((bar, at) => {
    if (at > 0 && modules[at - 1] === bar) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
    else runs.push(1);
  });
  return runs;
}
