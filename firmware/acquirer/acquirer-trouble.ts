import type { Clock } from '../../drivers/host.js';
import type { Live } from '../../flows/terminal-state.js';
import type { AcquirerConfig } from '../config/config.js';
import type { Log } from '../log/log.js';
import { diagnoseExchange } from './diagnose-exchange.js';
import { diagnoseRefusal } from './diagnose-refusal.js';
import type { AcquirerExchange, Diagnosis } from './diagnosis.js';
import type { Signer } from './signer.js';

/** Why a running terminal cannot use the acquirer: the same diagnosis as in `tillbox check`. */
export interface AcquirerTrouble {
  /** To be called with each exchange. A trouble is logged when it begins, and when its cause changes. */
  note(exchange: AcquirerExchange): void;
  /** The reason for the acquirer's condition; undefined where nothing is wrong, or the reason is unknown. */
  of(live: Pick<Live, 'acquirer' | 'refusals'>): Diagnosis | undefined;
}

export interface AcquirerTroubleParts {
  readonly acquirer: AcquirerConfig;
  readonly signer: Signer;
  readonly clock: Clock;
  readonly log: Log;
}

export function createAcquirerTrouble({ acquirer, signer, clock, log }: AcquirerTroubleParts): AcquirerTrouble {
  let last: Diagnosis | undefined;

  return {
    note(exchange) {
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
