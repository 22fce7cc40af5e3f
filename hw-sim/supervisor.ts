import type { HttpReply, HttpRequest } from '../drivers/host.js';
import type { RemoteServer } from './network.js';
import type { SimUpdateLock } from './sim-update-lock.js';

/**
 * The supervisor of a simulated board: the calls that a terminal makes, and the update that it installs where the lock lets it. It
 * tries when it is asked to. By itself it would also try, less and less often, up to every 15 minutes.
 */
export interface Supervisor {
  /** Whether a new version is on the board. */
  downloaded: boolean;
  /** How it answers: well, with this status, with something that is no answer, or not at all. */
  mood: 'well' | 'garbage' | 'silent' | number;
  /** Every call with the right key, oldest first: `GET /v1/device`. */
  readonly calls: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  /** Tries to install what is downloaded. False where nothing is, or the lock is held. */
  install(): boolean;
  readonly serve: RemoteServer;
}

export const SIM_SUPERVISOR = { address: 'http://127.0.0.1:48484', apiKey: 'simulated-supervisor-key' } as const;

/** @param installing the lock is taken: the new version takes the place of the old one now, and then the lock is given back */
export function createSupervisor(lock: SimUpdateLock, installing: () => void): Supervisor {
  const calls: string[] = [];
  let tags: Readonly<Record<string, string>> = {};

  function answer({ method, url, headers, body }: HttpRequest): HttpReply {
    if (headers.authorization !== `Bearer ${SIM_SUPERVISOR.apiKey}`) return json(401, {});
    const call = `${method} ${url.slice(SIM_SUPERVISOR.address.length)}`;
    calls.push(call);
    if (typeof supervisor.mood === 'number') return json(supervisor.mood, {});
    if (supervisor.mood === 'garbage') return { status: 200, headers: {}, body: '<html>' };
    switch (call) {
      case 'GET /v1/device':
        return json(200, {
          status: 'Idle',
          update_pending: supervisor.downloaded,
          update_downloaded: supervisor.downloaded,
          update_failed: false,
        });
      case 'POST /v1/update':
        supervisor.install();
        return { status: 204, headers: {}, body: '' };
      case 'PATCH /v2/device/tags':
        tags = { ...tags, ...(JSON.parse(body) as Readonly<Record<string, string>>) };
        return json(202, { status: 'success' });
      default:
        return json(404, {});
    }
  }

  const supervisor: Supervisor = {
    downloaded: false,
    mood: 'well',
    calls,
    get tags() {
      return tags;
    },
    install() {
      if (!supervisor.downloaded || !lock.supervisorTakes()) return false;
      installing();
      return true;
    },
    serve(request, reply) {
      if (supervisor.mood !== 'silent') reply(answer(request));
    },
  };
  return supervisor;
}

function json(status: number, body: object): HttpReply {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
