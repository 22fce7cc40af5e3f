import type { Clock } from '../../drivers/host.js';
import type { Live } from '../../flows/terminal-state.js';
import type { AcquirerConfig } from '../config/config.js';
import type { Log } from '../log/log.js';
import { diagnoseExchange } from './diagnose-exchange.js';
import { diagnoseRefusal } from './diagnose-refusal.js';
import type { AcquirerExchange, Diagnosis } from './diagnosis.js';
import type { Signer } from './signer.js';

/** What stands between a running terminal and the acquirer, in the words of `tillbox check`. */
export interface TroubleKeeper {
  /** Each exchange with the acquirer. A trouble is logged when it begins and when another one takes its place. */
  heard(exchange: AcquirerExchange): void;
  /** Why the acquirer's condition is what it is; undefined where it is well, or nobody knows. */
  of(live: Pick<Live, 'acquirer' | 'refusals'>): Diagnosis | undefined;
}

export interface TroubleKeeperParts {
  readonly acquirer: AcquirerConfig;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
}

export function createTroubleKeeper({ acquirer, signer, clock, log }: TroubleKeeperParts): TroubleKeeper {
  let last: Diagnosis | undefined;

  return {
    heard(exchange) {
      const now = diagnoseExchange(exchange, { acquirer, signer, wallMs: clock.wallMs() });
      if (now !== undefined && now.cause !== last?.cause) {
        log.warn('between us and the acquirer', { found: now.found, todo: now.todo });
      }
      last = now;
    },
    of({ acquirer: condition, refusals: { every, pay } }) {
      switch (condition) {
        case 'unreachable':
        case 'unverified':
          return last;
        case 'unknown':
        case 'reachable':
        case 'misconfigured': {
          const code = every ?? pay?.code;
          const call = every === undefined ? 'pay' : 'inquiryPayment';
          return code === undefined
            ? undefined
            : diagnoseRefusal(code, `${acquirer.pathPrefix}/v1/payments/${call}`, acquirer);
        }
      }
    },
  };
}
