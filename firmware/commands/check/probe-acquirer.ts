import type { Clock, HttpHost, Random } from '../../../drivers/host.js';
import type { AcquirerExchange } from '../../acquirer/diagnosis.js';
import { createDirectLink, linkConfigOf } from '../../acquirer/direct-link.js';
import type { Signer } from '../../acquirer/signer.js';
import type { Config } from '../../config/config.js';
import type { Log } from '../../log/log.js';

/** One signed inquiry to the acquirer, with its raw reply. */
export interface AcquirerProbe extends AcquirerExchange {
  readonly tookMs: number;
  /** Our wall clock in the middle of the exchange. */
  readonly atWallMs: number;
}

export interface ProbeParts {
  readonly http: HttpHost;
  readonly clock: Clock;
  readonly random: Random;
  readonly config: Config;
  readonly signer: Signer;
  readonly agentToken: string | undefined;
}

/** Longer than a sale waits: a slow answer is reported, too. */
const TIMEOUT_MS = 15_000;

/**
 * Inquires about a payment that never existed, as the terminal does: the acquirer answers just that, signed, and nothing
 * changes.
 */
export function probeAcquirer({ http, clock, random, config, signer, agentToken }: ProbeParts): Promise<AcquirerProbe> {
  return new Promise((resolve) => {
    let last: AcquirerExchange | undefined;
    const link = createDirectLink({
      http,
      clock,
      signer,
      log: NO_LOG,
      config: linkConfigOf(config),
      agentToken: () => agentToken,
      exchanged(exchange) {
        last = exchange;
      },
    });
    const digits = Array.from(random.bytes(12), (byte) => byte % 10).join('');
    const startedMs = clock.monotonicMs();
    const startedWallMs = clock.wallMs();
    link.probe({ paymentRequestId: `9${config.terminal.number}${digits}` }, TIMEOUT_MS, (answer) => {
      const tookMs = clock.monotonicMs() - startedMs;
      const exchange = last ?? { answer, reply: undefined, error: undefined, path: '' };
      resolve({ ...exchange, tookMs, atWallMs: startedWallMs + tookMs / 2 });
    });
  });
}

const NO_LOG: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
