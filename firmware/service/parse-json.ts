/** The value of a JSON text from outside; undefined where it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The first name that an object of a valid JSON text has twice, however it is written. */
export function repeatedName(text: string): string | undefined {
  const open: Set<string>[] = [];
  for (const [, string, colon, bracket] of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|([{}])/g)) {
    if (bracket === '{') open.push(new Set());
    else if (bracket === '}') open.pop();
    else if (string !== undefined && colon !== undefined) {
      const names = open.at(-1);
      const name = String(JSON.parse(string));
      if (names?.has(name)) return name;
      names?.add(name);
    }
  }
  return undefined;
}
