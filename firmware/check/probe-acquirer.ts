import type { Clock, HostError, HttpHost, HttpReply, Random } from '../../drivers/host.js';
import type { AcquirerAnswer } from '../../flows/acquirer-answer.js';
import { createDirectLink } from '../acquirer/direct-link.js';
import type { Signer } from '../acquirer/signer.js';
import type { Config } from '../config/config.js';
import { linkConfigOf } from '../link-config-of.js';
import type { Log } from '../log/log.js';

/** What one signed question to the acquirer brought, down to the bare reply. */
export interface AcquirerProbe {
  readonly answer: AcquirerAnswer;
  /** The reply as it came, and what went wrong where there is none. */
  readonly reply: HttpReply | undefined;
  readonly error: HostError | undefined;
  /** Of the request, as it was signed. */
  readonly path: string;
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

/** More patient than a sale is: a slow answer is a finding, too. */
const PATIENCE_MS = 15_000;

/** Asks for a payment that never existed, as the terminal does: an honest acquirer says so, signed, and nothing happens. */
export function probeAcquirer({ http, clock, random, config, signer, agentToken }: ProbeParts): Promise<AcquirerProbe> {
  return new Promise((resolve) => {
    let reply: HttpReply | undefined;
    let error: HostError | undefined;
    let path = '';
    const overheard: HttpHost = {
      listen: http.listen,
      reach: http.reach,
      request(request, done) {
        path = request.url.slice(config.acquirer.origin.length);
        return http.request(request, (why, came) => {
          error = why;
          reply = came;
          done(why, came);
        });
      },
    };
    const link = createDirectLink({
      http: overheard,
      clock,
      signer,
      log: NO_LOG,
      config: linkConfigOf(config),
      agentToken: () => agentToken,
    });
    const digits = Array.from(random.bytes(12), (byte) => byte % 10).join('');
    const startedMs = clock.monotonicMs();
    const startedWallMs = clock.wallMs();
    link.probe({ paymentRequestId: `9${config.terminal.number}${digits}` }, PATIENCE_MS, (answer) => {
      const tookMs = clock.monotonicMs() - startedMs;
      resolve({ answer, reply, error, path, tookMs, atWallMs: startedWallMs + tookMs / 2 });
    });
  });
}

const NO_LOG: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
