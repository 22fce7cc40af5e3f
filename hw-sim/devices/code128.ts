/** Bar and space widths of the CODE128 values 0 to 105 and the stop pattern (ISO/IEC 15417). */
export const CODE128_PATTERNS =
  '212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143111341131141114113114311411113411311113141114131311141411131211412211214211232';
export const CODE128_STOP = '2331112';
const START = { A: 103, B: 104, C: 105 } as const;
const SWITCH = { A: 101, B: 100, C: 99 } as const;
const SHIFT = 98;
const FNC = { 1: 102, 2: 97, 3: 96 } as const;

/**
 * The modules (true is a bar) of the data after GS k 73 n in ESC/POS, where `{A`, `{B` and `{C` choose the code set and
 * `{{` is a brace. Undefined where the data are wrong: then a printer prints nothing.
 */
export function code128Modules(data: readonly number[]): readonly boolean[] | undefined {
  const values: number[] = [];
  let set: 'A' | 'B' | 'C' | undefined;
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0;
    if (byte === 0x7b) {
      at += 1;
      const mark = String.fromCharCode(data[at] ?? 0);
      if (mark === 'A' || mark === 'B' || mark === 'C') {
        values.push(set === undefined ? START[mark] : SWITCH[mark]);
        set = mark;
      } else if (set === undefined) return undefined;
      else if (mark === 'S') values.push(SHIFT);
      else if (mark === '1' || mark === '2' || mark === '3') values.push(FNC[mark]);
      else if (mark === '{' && set === 'B') values.push(0x7b - 32);
      else return undefined;
      continue;
    }
    const value = valueIn(set, byte);
    if (value === undefined) return undefined;
    values.push(value);
  }
  if (set === undefined || values.length < 2) return undefined;
  const check = values.reduce((sum, value, index) => sum + value * Math.max(1, index), 0) % 103;
  const widths =
    [...values, check].map((value) => CODE128_PATTERNS.slice(value * 6, value * 6 + 6)).join('') + CODE128_STOP;
  return [...widths].flatMap((width, index) => Array<boolean>(Number(width)).fill(index % 2 === 0));
}

function valueIn(set: 'A' | 'B' | 'C' | undefined, byte: number): number | undefined {
  switch (set) {
    case undefined:
      return undefined;
    case 'A':
      return byte < 0x60 ? (byte + 64) % 96 : undefined;
    case 'B':
      return byte >= 0x20 && byte < 0x80 ? byte - 32 : undefined;
    case 'C':
      return byte < 100 ? byte : undefined;
  }
}
