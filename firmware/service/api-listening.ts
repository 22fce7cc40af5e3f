import type { HttpListenOptions } from '../../drivers/host.js';
import { API_LIMITS } from './api-limits.js';
import { listenerRefusal } from './listener-refusal.js';

/** How the local API listens, wherever it does: its limits, and the words of what is refused before it is reached. */
export const API_LISTENING = {
  bodyLimitBytes: API_LIMITS.bodyBytes,
  requestTimeoutMs: API_LIMITS.requestTimeoutMs,
  connectionLimit: API_LIMITS.connections,
  refusal: listenerRefusal,
} as const satisfies Omit<HttpListenOptions, 'host' | 'port'>;
