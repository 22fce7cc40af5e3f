import { listenOptions, type ServiceContract } from '../service/service-contract.js';
import { ID_PATTERN } from './input-schemas.js';
import { errorSchema, reversalSchema, saleSchema, statusSchema } from './output-schemas.js';

/** The most that the local API accepts. A kiosk has one host app, a technician and a metrics collector. */
export const API_LIMITS = {
  bodyBytes: 65_536,
  targetChars: 2048,
  connections: 64,
  requestTimeoutMs: 10_000,
  /** Requests that wait for a decision at once; a decision takes one write to flash. */
  callsInFlight: 64,
  /** After this a caller gets `noAnswer`; the decision may still come. */
  callTimeoutMs: 10_000,
  /** How many of the connections may stay open for events. */
  eventStreams: 16,
  eventsKept: 256,
  heartbeatIntervalMs: 15_000,
} as const;

export const API_CONTRACT: ServiceContract = {
  name: 'the terminal',
  tokenSetting: 'API_TOKEN',
  title: 'Tillbox local API',
  description: 'Amounts are integers of the smallest unit, as strings. Times are ISO 8601 in UTC, to the second.',
  idPattern: ID_PATTERN,
  schemas: { Sale: saleSchema, Reversal: reversalSchema, Status: statusSchema, Error: errorSchema },
  limits: API_LIMITS,
};

/** How the local API listens, also where another program listens in its place. */
export const API_LISTENING = listenOptions(API_LIMITS);
