/** What a terminal of endless height and width shows after these characters: text, and the few moves that a prompt needs. */
export function terminalScreen(written: string): string {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the control sequences of a terminal
  for (const [piece, count, move] of written.matchAll(/\u001b\[([\d;?]*)([A-Za-z])|\r|\n|[^\u001b\r\n]+|\u001b/g)) {
    const line = lines[row] ?? '';
    if (piece === '\r') column = 0;
    else if (piece === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else if (move === 'G') column = Number(count || 1) - 1;
    else if (move === 'A') row = Math.max(0, row - Number(count || 1));
    else if (move === 'B') row = Math.min(lines.length - 1, row + Number(count || 1));
    else if (move === 'C') column += Number(count || 1);
    else if (move === 'D') column = Math.max(0, column - Number(count || 1));
    else if (move === 'K') lines[row] = line.slice(0, column);
    else if (move === 'J') {
      lines[row] = line.slice(0, column);
      lines.length = row + 1;
    } else if (move === undefined && piece !== '\u001b') {
      lines[row] = line.slice(0, column).padEnd(column) + piece + line.slice(column + piece.length);
      column += piece.length;
    }
  }
  return lines.map((line) => line.trimEnd()).join('\n');
}
