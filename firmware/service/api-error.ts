import type { HttpRefusal } from '../../drivers/host.js';

/**
 * A refusal, as callers get it: `{"error":{"code","message","field?"}}`. Neither `message` nor `field` ever repeats what the
 * caller sent: it might be a secret.
 */
export interface ApiError {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 414 | 415 | 417 | 431 | 503;
  readonly code: string;
  readonly message: string;
  /** Which member of the body or which query parameter, with dots: `amount.value`. */
  readonly field?: string;
  /** Further members of the body, beside `error`. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export function apiError(status: ApiError['status'], code: string, message: string): ApiError {
  return { status, code, message };
}

export function fieldError(field: string, message: string): ApiError {
  return { status: 400, code: 'invalid', message: `${field}: ${message}`, field };
}

/** Answers describe this instant and are data, not pages: nothing may cache them or guess another type. */
export const ANSWER_HEADERS = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;
export const JSON_TYPE = 'application/json; charset=utf-8';

/** An error as it goes to the caller. */
export function errorAnswer({ code, message, field, details, headers }: ApiError): HttpRefusal {
  const error = field === undefined ? { code, message } : { code, message, field };
  return {
    headers: { ...ANSWER_HEADERS, 'content-type': JSON_TYPE, ...headers },
    body: JSON.stringify({ error, ...details }),
  };
}
