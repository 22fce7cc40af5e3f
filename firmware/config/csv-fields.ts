export const csvSeparators = [',', ';', '\t'] as const;
export type CsvSeparator = (typeof csvSeparators)[number];

const FIELD: Readonly<Record<CsvSeparator, RegExp>> = {
  ',': /^\s*(?:"((?:[^"]|"")*)"|([^",]*))\s*(,|$)/,
  ';': /^\s*(?:"((?:[^"]|"")*)"|([^";]*))\s*(;|$)/,
  '\t': /^ *(?:"((?:[^"]|"")*)"|([^"\t]*)) *(\t|$)/,
};

/**
 * The fields of one line of CSV (RFC 4180, without line ends inside fields). A field may stand in double quotes, with a
 * quote inside it doubled. Blanks around a field do not count. Undefined for a line whose quotes do not match.
 */
export function csvFields(line: string, separator: CsvSeparator = ','): string[] | undefined {
  const fields: string[] = [];
  let rest = line;
  for (;;) {
    const found = FIELD[separator].exec(rest);
    if (found === null) return undefined;
    const [whole, quoted, plain = '', end] = found;
    fields.push((quoted?.replaceAll('""', '"') ?? plain).trim());
    if (end !== separator) return fields;
    rest = rest.slice(whole.length);
  }
}
