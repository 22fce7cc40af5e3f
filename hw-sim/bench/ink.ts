/** Colours for a terminal that people read; plain text elsewhere. */
export interface Ink {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
}

export function createInk(coloured: boolean): Ink {
  const ink =
    (code: number) =>
    (text: string): string =>
      coloured ? `\u001b[${code}m${text}\u001b[0m` : text;
  return { bold: ink(1), dim: ink(2), green: ink(32), yellow: ink(33), red: ink(31) };
}
