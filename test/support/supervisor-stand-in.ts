import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A small supervisor over real HTTP. It takes the update lock as the real one does, with `lockfile -r 0` of procmail as the user 65534, and
 * asks for a reboot as the host's system does, with `flock -n`.
 */
export interface SupervisorStandIn {
  /** What balena sets in a container. */
  readonly env: Readonly<Record<string, string>>;
  readonly lockPath: string;
  /** Whether a new version is on the board. */
  downloaded: boolean;
  /** Called with `POST /v1/update`. */
  onUpdate: () => void;
  /** Every call with the right key, oldest first. */
  readonly calls: readonly string[];
  /** How many calls had a wrong key. */
  readonly wrongKeys: number;
  readonly tags: Readonly<Record<string, string>>;
  /** False where the lock is held. */
  takeLock(): boolean;
  giveLockBack(): void;
  /** Whether the host's system may reboot; to be asked while the file is there, because the file is made otherwise. */
  mayReboot(): boolean;
  stop(): void;
}

const KEY = '0123456789abcdef0123456789abcdef';
/** Of procmail: the file is there. */
const CANNOT_CREATE = 73;
const NOBODY = 65534;

export async function startSupervisor(): Promise<SupervisorStandIn> {
  const directory = mkdtempSync(join(tmpdir(), 'tillbox-balena-'));
  /* The real one does the same before it takes its first lock. */
  chmodSync(directory, 0o1777);
  const lockPath = join(directory, 'updates.lock');
  const calls: string[] = [];
  let wrongKeys = 0;
  let tags: Readonly<Record<string, string>> = {};

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text;
    });
    request.on('end', () => {
      const answer = (status: number, content?: object): void => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(content === undefined ? '' : JSON.stringify(content));
      };
      if (request.headers.authorization !== `Bearer ${KEY}`) {
        wrongKeys += 1;
        return answer(401, { error: 'Unauthorized' });
      }
      const call = `${request.method} ${request.url}`;
      calls.push(call);
      switch (call) {
        case 'GET /v1/device': {
          const { downloaded } = supervisor;
          const about = { api_port: 48484, commit: 'abc', status: 'Idle', supervisor_version: '19.0.5' };
          return answer(200, {
            ...about,
            update_pending: downloaded,
            update_downloaded: downloaded,
            update_failed: false,
          });
        }
        case 'POST /v1/update':
          answer(204);
          return supervisor.onUpdate();
        case 'PATCH /v2/device/tags':
          tags = { ...tags, ...(JSON.parse(body) as Readonly<Record<string, string>>) };
          return answer(202, { status: 'success' });
        default:
          return answer(404);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref();
  const { port } = server.address() as AddressInfo;

  /** Runs `lockfile` as the supervisor's user, where this process may. Elsewhere its file is our own user's. */
  function lockfile(): number | null {
    const asSupervisor = process.geteuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
    return spawnSync('lockfile', ['-r', '0', lockPath], { ...asSupervisor, cwd: '/' }).status;
  }

  const supervisor: SupervisorStandIn = {
    env: {
      BALENA_APP_LOCK_PATH: lockPath,
      BALENA_SUPERVISOR_ADDRESS: `http://127.0.0.1:${port}`,
      BALENA_SUPERVISOR_API_KEY: KEY,
    },
    lockPath,
    downloaded: false,
    onUpdate: () => undefined,
    calls,
    get wrongKeys() {
      return wrongKeys;
    },
    get tags() {
      return tags;
    },
    takeLock() {
      const status = lockfile();
      if (status === 0) return true;
      if (status === CANNOT_CREATE && existsSync(lockPath)) return false;
      throw new Error(`lockfile ended with ${status}`);
    },
    giveLockBack: () => rmSync(lockPath, { force: true }),
    mayReboot() {
      statSync(lockPath);
      return spawnSync('flock', ['-n', lockPath, 'true']).status === 0;
    },
    stop() {
      server.closeAllConnections();
      server.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return supervisor;
}
