/**
 * The fields of one line of CSV (RFC 4180, without line ends inside fields): separated by commas; a field may stand in
 * double quotes, with a quote inside it doubled. Blanks around a field do not count. Undefined for a line whose quotes do
 * not match.
 */
export function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const found = /^\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/.exec(rest);
    if (found === null) return undefined;
    const [whole, quoted, plain = '', separator] = found;
    fields.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (separator !== ',') return fields;
    rest = rest.slice(whole.length);
  }
}
