import type { Violate } from './violate.js';

/** Rule 8, its other side: who asks the acquirer until it answers does so at intervals, and never floods it. */
export interface PaceRules {
  /** A process started; it cannot know when the last one asked. */
  processStarted(): void;
  /** A request left the terminal. */
  requestLeft(url: string, body: string): void;
}

const WINDOW_MS = 10_000;
/** Three times as many as the shortest interval allows: people press "retry", and what waits for flash leaves at once. */
const REQUESTS = 12;
/** That of a probe names no payment, and always another: all of them count as one. */
const PROBE = '{"paymentRequestId":"9';

export function createPaceRules(nowMs: () => number, violate: Violate): PaceRules {
  /** When the last requests of a kind left, oldest first. */
  const left = new Map<string, number[]>();

  return {
    processStarted: () => left.clear(),
    requestLeft(url, body) {
      /* Each payment is asked for once, which another rule sees to; all else is repeated word for word. */
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
