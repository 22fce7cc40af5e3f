import { readUtf8 } from '../../drivers/read-utf8.js';
import { type ApiError, apiError, fieldError } from './api-error.js';
import { repeatedName } from './parse-json.js';

export type JsonBody = { readonly value: unknown } | { readonly error: ApiError };

/**
 * Reads the body of a request: one JSON object, no name twice in an object (two amounts in one request are a mistake or
 * an attack, and nobody knows which one the caller means). An empty body is an empty object.
 */
export function jsonBody(bytes: Uint8Array): JsonBody {
  const read = readUtf8(bytes);
  if ('problem' in read)
    return { error: apiError(400, 'invalidJson', `the body ${read.problem.split(';')[0]}; send UTF-8`) };
  const { text } = read;
  if (text === '') return { value: {} };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    /* The parser's message quotes the body, which may hold a payment code. */
    return { error: apiError(400, 'invalidJson', 'the body is not JSON') };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { error: apiError(400, 'invalidJson', 'the body has to be a JSON object') };
  }
  const twice = repeatedName(text);
  if (twice !== undefined) return { error: fieldError(safeFieldName(twice), 'is there twice') };
  return { value };
}

/** A name from outside, where it can be told from a secret: words, no numbers. */
export function safeFieldName(name: string): string {
  return /^[A-Za-z][A-Za-z_.-]{0,63}$/.test(name) ? name : '(a name that is not repeated here)';
}
