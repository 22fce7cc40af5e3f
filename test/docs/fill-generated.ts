const PART = /<!-- generated: (\S+) -->\n[\s\S]*?<!-- end: (\S+) -->/g;

/**
 * The document with every part between `<!-- generated: NAME -->` and `<!-- end: NAME -->` made anew. Throws an Error
 * naming a part that nobody makes, or a mark without its other half.
 */
export function fillGenerated(text: string, parts: Readonly<Record<string, () => string>>): string {
  const filled = text.replace(PART, (_, name: string, end: string) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`no part is called ${name}`);
    if (end !== name) throw new Error(`the part ${name} is ended by ${end}`);
    return `<!-- generated: ${name} -->\n\n${part()}\n\n<!-- end: ${name} -->`;
  });
  const whole = text.match(PART)?.length ?? 0;
  const marks = text.match(/<!-- (?:generated|end): /g)?.length ?? 0;
  if (marks !== 2 * whole) throw new Error('a generated part lacks one of its marks');
  return filled;
}

/** The names of the parts that a document takes. */
export function partsOf(text: string): string[] {
  return [...text.matchAll(PART)].map(([, name]) => name ?? '');
}
