/** What the local API takes from outside at most. A kiosk has one host app, a technician and a metrics collector. */
export const API_LIMITS = {
  bodyBytes: 65_536,
  targetChars: 2048,
  connections: 64,
  /** Of these, connections that stay open for events. */
  eventStreams: 16,
  requestTimeoutMs: 10_000,
  /** Requests that wait for a decision at once; a decision takes one write to flash. */
  callsInFlight: 64,
  /** After this a caller is told that nobody answered; the decision may still come. */
  callTimeoutMs: 10_000,
  /** Events kept for readers that come back. */
  eventsKept: 256,
  heartbeatIntervalMs: 15_000,
} as const;
