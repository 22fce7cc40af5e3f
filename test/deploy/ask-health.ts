import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface Health {
  /** Exit code: 0 where it is well. */
  readonly status: number | null;
  readonly says: string;
}

/** Runs the health check of the image with nothing in its environment but `env` and the search path. */
export function askHealth(env: Readonly<Record<string, string>>): Promise<Health> {
  const script = fileURLToPath(new URL('../../../deploy/health', import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(script, { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let says = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        says += chunk;
      });
    }
    child.once('error', reject);
    child.once('close', (status) => resolve({ status, says }));
  });
}
