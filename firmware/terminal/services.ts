import type { Host, HostError } from '../../drivers/host.js';
import type { AcquirerTime } from '../acquirer/acquirer-time.js';
import {
  createNotificationEndpoint,
  type VerifiedNotification,
} from '../acquirer/notifications/notification-endpoint.js';
import { readNotification } from '../acquirer/notifications/read-notification.js';
import type { Signer } from '../acquirer/signer.js';
import { createLocalApi } from '../api/local-api.js';
import type { StatusSources } from '../api/status-sources.js';
import type { Config } from '../config/config.js';
import type { Kernel } from '../kernel.js';
import type { Log } from '../log/log.js';

/** What listens on the terminal: the local API, and the notification endpoint where one is configured. */
export interface Services {
  /** The bound port of the local API. */
  readonly apiPort: number;
  close(): void;
}

export interface ServicesParts {
  readonly host: Host;
  readonly config: Config;
  readonly signer: Signer;
  readonly acquirerTime: AcquirerTime;
  readonly kernel: Kernel;
  readonly sources: StatusSources;
  readonly version: string;
  readonly log: Log;
}

/** Opens the ports. `opened` is called once, with the error of the first that cannot be had. */
export function openServices(
  parts: ServicesParts,
  opened: (error: HostError | undefined, services?: Services) => void,
): void {
  const { host, config, kernel, log } = parts;
  const { locale } = config.terminal;
  createLocalApi(
    {
      http: host.http,
      clock: host.clock,
      random: host.random,
      kernel,
      options: { ...config.api, locale },
      about: { version: parts.version },
      sources: parts.sources,
    },
    (error, api) => {
      if (api === undefined) return opened(error);
      const { listener } = config.notify;
      if (listener === undefined) return opened(undefined, { apiPort: api.port, close: api.close });
      createNotificationEndpoint(
        {
          http: host.http,
          clock: host.clock,
          kernel,
          options: listener,
          verify: (headers, body) => verify(parts, listener.path, headers, body),
          refused: (reason) => log.warn('notification refused', { reason }),
          ignored: (why, paymentRequestId) => log.info('notification ignored', { paymentRequestId, why }),
        },
        (failed, notifications) => {
          if (notifications === undefined) {
            api.close();
            return opened(failed);
          }
          opened(undefined, {
            apiPort: api.port,
            close() {
              api.close();
              notifications.close();
            },
          });
        },
      );
    },
  );
}

function verify(
  { config, signer, acquirerTime }: ServicesParts,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): VerifiedNotification {
  const read = readNotification({ headers, body }, path, config.acquirer.clientId, signer, acquirerTime);
  switch (read.kind) {
    case 'paymentResult': {
      const { status, code, paymentRequestId, paymentId, amount } = read;
      /* Only a success is news that inquiries would not tell as well; without its amount it proves nothing. */
      if (status !== 'S') return { kind: 'ignored', reason: `the result ${status} ${code}`, paymentRequestId };
      if (paymentId === undefined || amount === undefined) {
        return {
          kind: 'ignored',
          reason: 'a success without a paymentId and amount that can be read',
          paymentRequestId,
        };
      }
      return { kind: 'payment', paymentRequestId, paymentId, amount };
    }
    case 'agentToken': {
      const { kind: _, token: accessToken, ...times } = read;
      return { kind: 'token', accessToken, ...times };
    }
    case 'ignored':
      return { kind: 'ignored', reason: read.why };
    case 'invalid':
      return { kind: 'invalid', reason: read.why };
  }
}
