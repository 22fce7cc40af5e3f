import { spawn } from 'node:child_process';

/** Runs a program to its end, with a limit. Rejects with what it said where it fails. Resolves with its standard output. */
export function runProgram(
  command: readonly [string, ...string[]],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>>; readonly limitMs?: number } = {},
): Promise<string> {
  const [program, ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.limitMs ?? 300_000,
      killSignal: 'SIGKILL',
    });
    let out = '';
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4_000);
    });
    child.once('error', (error) => reject(new Error(`${program}: ${error.message}`)));
    child.once('close', (code, signal) => {
      if (code === 0) resolve(out);
      else reject(new Error(`${command.join(' ')} ended with ${code ?? signal}:\n${said || out.slice(-4_000)}`));
    });
  });
}
