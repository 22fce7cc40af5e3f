import type { FaultyReply } from './acquirer-faults.js';

/** One request as the acquirer saw it. Specs measure a terminal's timers with it. */
export interface Exchange {
  /** Wall clock of its arrival. */
  readonly atMs: number;
  readonly path: string;
  readonly paymentRequestId?: string;
  readonly refundRequestId?: string;
  /** The answer: a result code, an HTTP status, `silence`, `reset` or `trickled`; missing while there is none. */
  readonly answer?: string;
}

export interface ExchangeLog {
  /** Adds a request. Call the result with its answer. */
  arrived(atMs: number, path: string, body: string): (reply: FaultyReply) => void;
  list(): readonly Exchange[];
}

const limit = 10_000;

/** Keeps the last exchanges, without bodies, which contain payment codes. */
export function createExchangeLog(): ExchangeLog {
  const exchanges: { -readonly [Key in keyof Exchange]: Exchange[Key] }[] = [];
  return {
    arrived(atMs, path, body) {
      const exchange: (typeof exchanges)[number] = { atMs, path, ...idsOf(body) };
      exchanges.push(exchange);
      if (exchanges.length > limit) exchanges.shift();
      return (reply) => {
        exchange.answer = answerOf(reply);
      };
    },
    list: () => exchanges,
  };
}

function idsOf(body: string): Pick<Exchange, 'paymentRequestId' | 'refundRequestId'> {
  const paymentRequestId = /"paymentRequestId"\s*:\s*"([^"]{1,64})"/.exec(body)?.[1];
  const refundRequestId = /"refundRequestId"\s*:\s*"([^"]{1,64})"/.exec(body)?.[1];
  return {
    ...(paymentRequestId === undefined ? {} : { paymentRequestId }),
    ...(refundRequestId === undefined ? {} : { refundRequestId }),
  };
}

function answerOf(reply: FaultyReply): string {
  if (typeof reply === 'string') return reply;
  if ('trickled' in reply) return 'trickled';
  return /^\{"result":\{"resultCode":"([A-Z_]+)"/.exec(reply.body)?.[1] ?? String(reply.status);
}
