import type { FaultCode } from '../../flows/faults.js';

/**
 * A refusal, as callers get it: `{"error":{"code","message","field?"}}`, beside it `reasons` where the terminal is not
 * ready. Neither `message` nor `field` ever repeats what the caller sent: it might be a payment code.
 */
export interface ApiError {
  readonly status: 400 | 401 | 403 | 404 | 405 | 408 | 409 | 413 | 414 | 415 | 417 | 431 | 503;
  readonly code: string;
  readonly message: string;
  /** Which member of the body or which query parameter, with dots: `amount.value`. */
  readonly field?: string;
  readonly reasons?: readonly FaultCode[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function apiError(status: ApiError['status'], code: string, message: string): ApiError {
  return { status, code, message };
}

export function notReadyError(reasons: readonly FaultCode[]): ApiError {
  return { ...apiError(503, 'notReady', `the terminal cannot take payments: ${reasons.join(', ')}`), reasons };
}

export function fieldError(field: string, message: string): ApiError {
  return { status: 400, code: 'invalid', message: `${field}: ${message}`, field };
}
