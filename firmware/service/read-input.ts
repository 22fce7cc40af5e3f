import * as v from 'valibot';
import type { HttpServerRequest } from '../../drivers/host.js';
import { readUtf8 } from '../../drivers/read-utf8.js';
import { type ApiError, apiError, fieldError } from './api-error.js';
import { repeatedName } from './parse-json.js';

export type Input<T> = { readonly output: T } | { readonly error: ApiError };

/**
 * Checks a value from outside. The refusal names the first wrong field and what it has to be; it never quotes what was found,
 * which may be a secret. Schemas of inputs therefore carry messages of their own.
 */
export function validateInput<T>(schema: v.GenericSchema<unknown, T>, value: unknown): Input<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return { output: result.output };
  const [issue] = result.issues;
  const field = safeFieldName(v.getDotPath(issue) ?? '');
  if (issue.type !== 'strict_object') return { error: fieldError(field, issue.message) };
  if (issue.expected === 'never') return { error: fieldError(field, 'is not a field of this request') };
  if (issue.received === 'undefined') return { error: fieldError(field, 'is missing') };
  return { error: fieldError(field, 'has to be a JSON object') };
}

/** Reads a query; without a schema there may be none. */
export function readQuery<T>(schema: v.GenericSchema<unknown, T> | undefined, text: string): Input<T | undefined> {
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    const field = safeFieldName(name);
    if (schema === undefined) return { error: fieldError(field, 'is not a parameter of this request') };
    if (values.has(name)) return { error: fieldError(field, 'is there twice') };
    values.set(name, value);
  }
  return schema === undefined ? { output: undefined } : validateInput(schema, Object.fromEntries(values));
}

/**
 * Reads a body; without a schema it is ignored. The type has to be JSON: a form of a foreign web page can post to loopback,
 * but not as JSON without asking first.
 */
export function readBody<T>(
  schema: v.GenericSchema<unknown, T> | undefined,
  { headers, body }: Pick<HttpServerRequest, 'headers' | 'body'>,
): Input<T | undefined> {
  if (schema === undefined) return { output: undefined };
  if (!/^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i.test(headers['content-type'] ?? '')) {
    return { error: apiError(415, 'notJson', 'send "Content-Type: application/json", also with an empty body') };
  }
  if (!/^(?:identity)?$/i.test(headers['content-encoding'] ?? '')) {
    return { error: apiError(415, 'notJson', 'send the body as it is, without Content-Encoding') };
  }
  const read = readJsonObject(body);
  return 'error' in read ? read : validateInput(schema, read.output);
}

/**
 * One JSON object, no name twice in an object: two amounts in one request are a mistake or an attack, and nobody knows which
 * one the caller means. An empty body is an empty object.
 */
function readJsonObject(bytes: Uint8Array): Input<object> {
  const invalid = (message: string) => ({ error: apiError(400, 'invalidJson', message) });
  const read = readUtf8(bytes);
  if ('problem' in read) return invalid(`the body ${read.problem.split(';')[0]}; send UTF-8`);
  const { text } = read;
  if (text === '') return { output: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    /* The parser's message quotes the body. */
    return invalid('the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('the body has to be a JSON object');
  }
  const twice = repeatedName(text);
  return twice === undefined ? { output: value } : { error: fieldError(safeFieldName(twice), 'is there twice') };
}

/** A name from outside may be a misplaced secret: only names without digits are quoted. */
function safeFieldName(name: string): string {
  return /^[A-Za-z][A-Za-z_.-]{0,63}$/.test(name) ? name : '(a name that is not repeated here)';
}
