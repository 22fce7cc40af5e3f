/** A value of the part of YAML that `balena.yml` needs. */
export type YamlValue = string | number | boolean | null | readonly YamlValue[] | { readonly [key: string]: YamlValue };

interface Line {
  readonly number: number;
  readonly indent: number;
  readonly text: string;
}

/**
 * Reads block mappings, block lists, plain and single-quoted scalars and comments on lines of their own. Everything else
 * of YAML (flow collections, anchors, block scalars, tabs, comments behind a value) throws an Error naming the line: what
 * this reader does not know, it must not misread.
 */
export function readYaml(text: string): YamlValue {
  const lines = text.split('\n').flatMap((raw, index): Line[] => {
    const content = raw.trim();
    if (content === '' || content.startsWith('#')) return [];
    if (raw.includes('\t')) throw new Error(`line ${index + 1}: a tab`);
    return [{ number: index + 1, indent: raw.length - raw.trimStart().length, text: content }];
  });
  const [value, end] = block(lines, 0);
  const left = lines[end];
  if (left !== undefined) throw new Error(`line ${left.number}: does not belong to what stands above`);
  return value;
}

function block(lines: readonly Line[], at: number): readonly [YamlValue, number] {
  const first = lines[at];
  if (first === undefined) return [null, at];
  return first.text.startsWith('- ') ? list(lines, at, first.indent) : mapping(lines, at, first.indent);
}

function list(lines: readonly Line[], from: number, indent: number): readonly [YamlValue, number] {
  const items: YamlValue[] = [];
  let at = from;
  for (let line = lines[at]; line?.indent === indent && line.text.startsWith('- '); line = lines[at]) {
    const rest = line.text.slice(2).trimStart();
    if (keyOf(rest) === undefined) {
      items.push(scalar(rest, line.number));
      at += 1;
      continue;
    }
    /* A mapping in the list: its first key stands behind the dash. */
    const inner = indent + line.text.length - rest.length;
    const [item, end] = mapping(
      [...lines.slice(0, at), { ...line, indent: inner, text: rest }, ...lines.slice(at + 1)],
      at,
      inner,
    );
    items.push(item);
    at = end;
  }
  return [items, at];
}

function mapping(lines: readonly Line[], from: number, indent: number): readonly [YamlValue, number] {
  const found = new Map<string, YamlValue>();
  let at = from;
  for (let line = lines[at]; line?.indent === indent; line = lines[at]) {
    const key = keyOf(line.text);
    if (key === undefined) throw new Error(`line ${line.number}: is not key: value`);
    if (found.has(key)) throw new Error(`line ${line.number}: ${key} is there twice`);
    const rest = line.text.slice(key.length + 1).trim();
    const next = lines[at + 1];
    if (rest !== '') {
      found.set(key, scalar(rest, line.number));
      at += 1;
    } else if (next !== undefined && next.indent > indent) {
      const [value, end] = block(lines, at + 1);
      found.set(key, value);
      at = end;
    } else {
      found.set(key, null);
      at += 1;
    }
  }
  return [Object.fromEntries(found), at];
}

function keyOf(text: string): string | undefined {
  return /^([A-Za-z][\w.-]*):(?: |$)/.exec(text)?.[1];
}

function scalar(text: string, line: number): YamlValue {
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  if (quoted !== undefined) return quoted.replaceAll("''", "'");
  if (/^[[\]{}&*!|>'"%@`#,?-]|: | #/.test(text)) throw new Error(`line ${line}: is more than a plain word or text`);
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  if (/^(?:null|~)$/i.test(text)) return null;
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
}
