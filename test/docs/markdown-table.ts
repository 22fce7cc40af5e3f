/** A Markdown table; `|` and line ends in a cell cannot break it. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

/** Rows whose first cell is left out where it is the one above, so that groups are seen. */
export function namedOnce(rows: readonly (readonly [string, ...string[]])[]): readonly (readonly string[])[] {
  return rows.map(([first, ...rest], at) => [first === rows[at - 1]?.[0] ? '' : first, ...rest]);
}
