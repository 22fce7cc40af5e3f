import * as v from 'valibot';
import { type ApiError, fieldError } from './api-error.js';
import { safeFieldName } from './json-body.js';

export type ValidInput<T> = { readonly output: T } | { readonly error: ApiError };

/**
 * Checks a body or a query. The refusal names the first field at fault and what is wanted there; what was found is not
 * repeated, since it may be a payment code. Schemas of inputs therefore carry messages of their own.
 */
export function validateInput<T>(schema: v.GenericSchema<unknown, T>, value: unknown): ValidInput<T> {
  const result = v.safeParse(schema, value);
  if (result.success) return { output: result.output };
  const [issue] = result.issues;
  const field = safeFieldName(v.getDotPath(issue) ?? '');
  if (issue.type !== 'strict_object') return { error: fieldError(field, issue.message) };
  if (issue.expected === 'never') return { error: fieldError(field, 'is not a field of this request') };
  if (issue.received === 'undefined') return { error: fieldError(field, 'is missing') };
  return { error: fieldError(field, 'has to be a JSON object') };
}
