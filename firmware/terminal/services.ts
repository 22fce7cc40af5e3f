import type { Host, HostError } from '../../drivers/host.js';
import type { AcquirerTime } from '../acquirer/acquirer-time.js';
import { createNotificationEndpoint } from '../acquirer/notifications/notification-endpoint.js';
import type { Signer } from '../acquirer/signer.js';
import { createLocalApi } from '../api/local-api.js';
import type { StatusSources } from '../api/status-sources.js';
import type { Config } from '../config/config.js';
import type { Kernel } from '../kernel.js';
import type { Log } from '../log/log.js';

/** The listening ports of the terminal: local API, and notification endpoint where one is configured. */
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

/** Opens the ports. `opened` is called once, with an error where one of them cannot be opened; then none is. */
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
          log,
          listener,
          clientId: config.acquirer.clientId,
          signer: parts.signer,
          acquirerTime: parts.acquirerTime,
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
