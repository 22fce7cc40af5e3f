import type { Violate } from './violate.js';

/** Rule 8, the rate limit: a terminal that asks the acquirer until it answers does so at intervals, and never floods it. */
export interface PaceRules {
  /** A process started; it cannot know when the last one asked. */
  processStarted(): void;
  /** The terminal sent a request. */
  requestSent(url: string, body: string): void;
}

const WINDOW_MS = 10_000;
/** Three times as many as the shortest interval allows: people press "retry", and requests that waited for flash are sent together. */
const REQUESTS = 12;
/** Each probe names another payment, which never existed: all probes count as one. */
const PROBE = '{"paymentRequestId":"9';

export function createPaceRules(nowMs: () => number, violate: Violate): PaceRules {
  /** When the last requests of a kind were sent, oldest first. */
  const left = new Map<string, number[]>();

  return {
    processStarted: () => left.clear(),
    requestSent(url, body) {
      /* Another rule checks that each payment is requested once; all other requests may be repeated as they are. */
      if (url.endsWith('/pay')) return;
      const kind = body.startsWith(PROBE) ? 'a probe' : `${url.slice(url.lastIndexOf('/'))} ${body}`;
      const times = left.get(kind) ?? [];
      left.set(kind, times);
      times.push(nowMs());
      if (times.length <= REQUESTS) return;
      const [first = 0] = times.splice(0, 1);
      if (nowMs() - first < WINDOW_MS) violate('rule 8, the acquirer is flooded', kind);
    },
  };
}
